"""Objects that are sent again with less: a part that is not sent stays, or a finding says that it is gone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.esputnik.esputnik_tenant import ORDER as EVENT_ORDER
from tests.vendors.esputnik.esputnik_tenant import EsputnikTenant, body_of

ORDER: dict[str, Any] = {
    "externalOrderId": "12345679",
    "totalCost": 258.0,
    "status": "INITIALIZED",
    "date": "2022-05-14T10:11:10+03:00",
    "currency": "UAH",
    "email": "olena@example.com",
}
SAME, MERGES = "esputnik.orders.same-id-updates", "esputnik.order.update-merges"
EMAIL = {"type": "email", "value": "olena@example.com"}
PUSH = {"type": "mobilepush", "value": "t"}
DEVICE = {"os": "Android", "app": {"id": "а", "version": "1"}}


def add(account: EsputnikTenant, *orders: Any) -> None:
    """Add orders."""
    assert account.send("ordersBulkInsert", {"orders": list(orders)}).reply.status == 200


def silent_rules(account: EsputnikTenant) -> list[str]:
    """The rules of the losses that no answer reports."""
    return [finding["rule"] for finding in account.ledger["findings"] if finding["silent"]]


@pytest.mark.rule(SAME)
@pytest.mark.parametrize(
    ("again", "held", "gone"),
    [
        ({"gift": "ні"}, {"note": "так", "gift": "ні"}, 1),
        ({}, {"note": "так", "gift": "так"}, 1),
        ({"note": "так", "gift": "ні", "more": "1"}, {"note": "так", "gift": "ні", "more": "1"}, 0),
        (None, {"note": "так", "gift": "так"}, 1),
    ],
)
def test_omitted_parts_of_an_orders_object_stay(again: Any, held: dict[str, str], gone: int) -> None:
    account, replacing = EsputnikTenant(), EsputnikTenant(readings={SAME: "replace"})
    for each in (account, replacing):
        add(each, {**ORDER, "additionalInfo": {"note": "так", "gift": "так"}})
        add(each, {**ORDER, "additionalInfo": again})
    order = account.stored_order()
    assert order is not None
    assert order["additionalInfo"] == held
    assert (account.silent, account.ledger["at_risk"]) == (0, gone)
    assert silent_rules(replacing) == [SAME] * gone


@pytest.mark.rule(SAME, "esputnik.orders.twice")
def test_two_objects_for_one_field_in_a_request_are_merged() -> None:
    account = EsputnikTenant()
    add(account, {**ORDER, "additionalInfo": {"a": "1"}}, {**ORDER, "additionalInfo": {"b": "2"}})
    order = account.stored_order()
    assert order is not None
    assert order["additionalInfo"] == {"a": "1", "b": "2"}
    assert account.silent == 0
    add(account, {**ORDER, "additionalInfo": {"a": "3"}}, {**ORDER, "additionalInfo": {"a": "4"}})
    assert silent_rules(account) == ["esputnik.orders.twice"]


@pytest.mark.rule(MERGES)
@pytest.mark.parametrize(
    ("first", "second", "held"),
    [
        ({"a": "1", "b": {"c": 1, "d": 2}}, {"b": {"c": 3}}, {"a": "1", "b": {"c": 3, "d": 2}}),
        ('{"a":"1","b":"2"}', '{"a": "3"}', '{"a":"3","b":"2"}'),
        ('{"a":"1","b":"2"}', {"a": None}, {"a": "1", "b": "2"}),
        ('{"a":1,"b":12345678901234567.25}', '{"a": 3, "b": null}', '{"a":3,"b":12345678901234567.25}'),
        ({"a": "1"}, '{"a": "2", "a": "3"}', '{"a": "2", "a": "3"}'),
        ({"a": "1"}, ["2"], ["2"]),
        ("так", {"a": "1"}, {"a": "1"}),
    ],
)
def test_an_object_param_is_updated_key_by_key(first: Any, second: Any, held: Any) -> None:
    account = EsputnikTenant()
    account.create(delivery=first)
    account.event("orderUpdated", externalOrderId="12345679", phone="380501234567", delivery=second)
    order = account.stored_order()
    assert order is not None
    assert order["delivery"] == held


@pytest.mark.rule(MERGES)
def test_under_the_other_reading_the_rest_of_the_object_is_lost() -> None:
    account = EsputnikTenant(readings={MERGES: "replace"})
    whole = {**EVENT_ORDER, "delivery": {"city": "Київ", "street": "x"}}
    account.event("orderCreated", **whole)
    account.event("orderUpdated", **{**whole, "delivery": {"city": "Львів"}})
    [finding] = [each for each in account.ledger["findings"] if each["silent"]]
    assert (finding["rule"], finding["values"]["gone"]) == (MERGES, "delivery.street")


@pytest.mark.rule("esputnik.contact.merge")
@pytest.mark.parametrize(
    "again", [{}, {"device": {"os": "Android"}}, {"device": None}, {"device": {"app": {"id": "а"}}}]
)
@pytest.mark.parametrize("operation", ["addContact", "updateContact"])
def test_a_known_channel_keeps_its_stored_details(operation: str, again: dict[str, Any]) -> None:
    account = EsputnikTenant()
    assert account.send("addContact", {"channels": [EMAIL, {**PUSH, "device": DEVICE}]}).reply.status == 200
    account.advance(hours=1)
    path = {"id": "1"} if operation == "updateContact" else {}
    answer = account.send(operation, {"channels": [EMAIL, {**PUSH, **again}]}, path=path)
    assert answer.reply.status == 200, body_of(answer)
    assert account.state["contacts"][0]["channels"][-1] == {**PUSH, "device": DEVICE}
    assert account.silent == 0


@pytest.mark.rule("esputnik.contacts.contact-fields")
@pytest.mark.parametrize(
    ("again", "key"),
    [
        ([{}], "mobilepush.device"),
        ([{"device": {"app": {"id": "а"}}}], "mobilepush.device.os"),
        ([{"device": {"os": "Android"}}, {"device": DEVICE}], None),
        ([{"device": DEVICE}], None),
        ([None, {}], "mobilepush.device"),
        ([{}, {"device": {"app": {"id": "а"}}}], "mobilepush.device.os"),
        ([None, {}, None, {"device": {"app": {"id": "а"}}}], "mobilepush.device.os"),
        ([None, {"device": DEVICE}], None),
    ],
)
def test_an_import_empties_omitted_details_of_a_channel_and_files_a_finding(again: list[Any], key: str | None) -> None:
    account = EsputnikTenant()
    account.send("addContact", {"channels": [EMAIL, {**PUSH, "device": DEVICE}]})
    contacts = [{"channels": [EMAIL, *([] if each is None else [{**PUSH, **each}])]} for each in again]
    body = {"contacts": contacts, "dedupeOn": "email", "contactFields": ["email", "mobilepush"]}
    account.send("contactsBulkUpdate", body)
    account.advance(hours=1)
    assert account.state["contacts"][0]["channels"][-1] == {**PUSH, **again[-1]}
    keys = [each["key"] for each in account.ledger["findings"] if each["silent"]]
    assert keys[:1] == ([] if key is None else [key])
    assert "esputnik.contacts.twice" not in silent_rules(account)
