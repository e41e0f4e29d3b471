"""A finding names the place of what it is about, and its sentence is whole."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.esputnik.esputnik_tenant import EMAIL, ITEM, ORDER, EsputnikTenant

ADDED: dict[str, Any] = {**ORDER, "currency": "UAH", "totalCost": 258}


def test_an_unknown_field_is_located_under_each_reading() -> None:
    rule, order = "esputnik.orders.fixed-fields", {**ADDED, "items": [ITEM, {**ITEM, "foo": 1}]}
    for reading, outcomes in (("dropped", {"ignored", "at-risk"}), ("order-fails", {"refused"})):
        account = EsputnikTenant(readings={} if reading == "dropped" else {rule: reading})
        account.send("ordersBulkInsert", {"orders": [order]})
        found = [one for one in account.ledger["findings"] if one["rule"] == rule]
        assert {one["outcome"] for one in found} == outcomes
        assert [one["where"] for one in found] == [["/orders/0/items/1/foo"]] * len(outcomes)


@pytest.mark.rule("esputnik.request.schema")
@pytest.mark.parametrize("sent", [5, "x", None, [EMAIL], True])
def test_a_contact_that_is_not_an_object_is_refused_with_its_place(sent: Any) -> None:
    account = EsputnikTenant()
    account.send("contactsBulkUpdate", {"contacts": [sent], "dedupeOn": "email"})
    (finding,) = account.ledger["findings"]
    assert finding["why"] == "the request is refused: contacts.0 is not of the type object"
    assert account.items == {"sent": 1, "refused": 1}


@pytest.mark.rule("esputnik.identifier.names")
@pytest.mark.parametrize("value", [1, 1.0, "1"])
def test_a_contact_is_found_by_its_id_as_number_or_text(value: Any) -> None:
    account = EsputnikTenant()
    account.event("seen", ContactId=value)
    assert account.state["events"][0]["contactId"] == 1
    assert account.items == {"sent": 1, "kept": 1}


@pytest.mark.rule("esputnik.request.repeated-key")
@pytest.mark.parametrize(
    ("twice", "silent"), [('"value":"A@x.com","value":"a@x.com"', 0), ('"value":"b@x.com","value":"a@x.com"', 1)]
)
def test_a_repeated_address_of_a_channel_is_lost_only_if_it_differs(twice: str, silent: int) -> None:
    account = EsputnikTenant()
    account.send("addContact", f'{{"channels":[{{"type":"email",{twice}}}]}}'.encode())
    assert account.silent == silent
    assert account.state["contacts"][-1]["channels"] == [{"type": "email", "value": "a@x.com"}]
