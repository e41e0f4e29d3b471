"""Two values for one place in one request: the last one counts, and what it replaced is lost where it differs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.esputnik.esputnik_tenant import EMAIL, ORDER, EsputnikTenant, params

PUSH = {"type": "mobilepush", "value": "t"}
ADDED = {**ORDER, "currency": "UAH", "totalCost": 258}


def lost(account: EsputnikTenant) -> dict[str, list[str]]:
    """The places that are lost in silence, by rule."""
    return {one["rule"]: one["where"] for one in account.ledger["findings"] if one["silent"]}


def contact(operation: str, sent: dict[str, Any]) -> tuple[str, dict[str, Any], str]:
    """A call about a contact, and where the contact is in its body."""
    if operation == "subscribeContact":
        return operation, {"contact": sent}, "/contact"
    if operation == "contactsBulkUpdate":
        return operation, {"contacts": [sent], "dedupeOn": "email"}, "/contacts/0"
    return operation, sent, ""


@pytest.mark.rule("esputnik.contact.twice")
@pytest.mark.parametrize("operation", ["addContact", "updateContact", "subscribeContact", "contactsBulkUpdate"])
@pytest.mark.parametrize(
    ("first", "last", "silent"),
    [
        ({"fields": [{"id": 1, "value": "a"}]}, {"fields": [{"id": 1, "value": "b"}]}, "/fields/0"),
        ({"fields": [{"id": 1, "value": "a"}]}, {"fields": [{"id": 1, "value": "a"}]}, ""),
        ({"fields": [{"id": 1, "value": "a"}]}, {"fields": [{"id": 2, "value": "a"}]}, ""),
        ({"channels": [{**PUSH, "device": {"os": "A"}}]}, {"channels": [PUSH]}, "/channels/1"),
        ({"channels": [PUSH]}, {"channels": [{**PUSH, "device": {"os": "A"}}]}, ""),
    ],
)
def test_the_last_of_two_values_for_one_field_or_channel_of_a_contact_is_kept(
    operation: str, first: dict[str, Any], last: dict[str, Any], silent: str
) -> None:
    account = EsputnikTenant()
    channels = [EMAIL, *first.get("channels", ()), *last.get("channels", ())]
    fields = [*first.get("fields", ()), *last.get("fields", ())]
    name, body, base = contact(operation, {"channels": channels, "fields": fields})
    account.send(name, body, path={"id": "1"})
    assert lost(account) == ({"esputnik.contact.twice": [base + silent]} if silent else {})
    held = account.state["contacts"][-1]
    assert held["fields"][-1:] == fields[-1:] if fields else "fields" not in held
    assert held["channels"][-1] == channels[-1]


@pytest.mark.rule("esputnik.orders.twice")
@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({}, []),
        ({"totalCost": 300}, ["/orders/0/totalCost"]),
        ({"totalCost": 258.0, "date": "2020-05-14T10:11:00"}, []),
        ({"totalCost": 300, "status": "DELIVERED"}, ["/orders/0/totalCost", "/orders/0/status"]),
        ({"source": "online"}, []),
    ],
)
def test_the_last_version_of_an_order_sent_twice_in_a_request_is_kept(
    change: dict[str, Any], places: list[str]
) -> None:
    account = EsputnikTenant()
    account.send("ordersBulkInsert", {"orders": [ADDED, {**ADDED, **change}, {**ADDED, "externalOrderId": "2"}]})
    assert lost(account) == ({"esputnik.orders.twice": places} if places else {})
    first = {"overwritten": 1, "kept": 1} if places else {"kept": 2}
    assert account.items == {"sent": 3, "updated": 1, **first}


@pytest.mark.rule("esputnik.contacts.twice")
def test_the_last_version_of_a_contact_sent_twice_in_an_import_is_kept() -> None:
    account = EsputnikTenant(contacts=[])
    contacts = [{"channels": [EMAIL], "firstName": "А"}, {"channels": [EMAIL], "firstName": "Б"}]
    account.send("contactsBulkUpdate", {"contacts": contacts, "dedupeOn": "email"})
    assert lost(account) == {"esputnik.contacts.twice": ["/contacts/0/firstName"]}
    assert {name: count for name, count in account.items.items() if count} == {
        "sent": 2,
        "overwritten": 1,
        "updated": 1,
    }
    same = EsputnikTenant(contacts=[])
    same.send("contactsBulkUpdate", {"contacts": [contacts[0], contacts[0]], "dedupeOn": "email"})
    assert same.silent == 0


@pytest.mark.rule("esputnik.past-events.twice")
@pytest.mark.parametrize(
    ("first", "last", "occurred", "silent"),
    [
        ("orderCreated", "orderCreated", "2020-05-15", ["/events/0/params/2/value"]),
        ("orderUpdated", "orderUpdated", "2020-05-14", ["/events/0/params/2/value"]),
        ("orderUpdated", "orderUpdated", "2020-05-15", []),
        ("orderCreated", "orderUpdated", "2020-05-14", []),
    ],
)
def test_the_last_of_two_past_events_of_an_order_is_kept(
    first: str, last: str, occurred: str, silent: list[str]
) -> None:
    account = EsputnikTenant()
    events = [
        {"eventTypeKey": first, "keyValue": "a", "occurred": "2020-05-14", "params": params(ORDER)},
        {"eventTypeKey": last, "keyValue": "b", "occurred": occurred, "params": params({**ORDER, "totalCost": "300"})},
    ]
    account.send("sendHistoryEvents", {"events": events})
    assert lost(account) == ({"esputnik.past-events.twice": silent} if silent else {})
    assert account.items == {"sent": 2, "kept": 1, "updated": 1}


@pytest.mark.rule("esputnik.request.repeated-key")
@pytest.mark.parametrize(("twice", "silent"), [('"cost":1,"cost":258', 1), ('"cost":258.0,"cost":258', 0)])
@pytest.mark.parametrize("as_text", [False, True])
def test_a_repeated_key_in_an_item_counts_alike_in_raw_and_escaped_items(
    twice: str, silent: int, *, as_text: bool
) -> None:
    item = f'[{{"externalItemId":"1","name":"n","quantity":1,{twice},"url":"u","imageUrl":"i"}}]'
    value = '"' + item.replace('"', '\\"') + '"' if as_text else item
    head = "".join(f'{{"name":"{name}","value":"{text}"}},' for name, text in ORDER.items())
    body = f'{{"eventTypeKey":"orderCreated","params":[{head}{{"name":"items","value":{value}}}]}}'
    account = EsputnikTenant()
    account.send("registerEvent", body.encode())
    assert account.silent == silent
    assert account.items == {"sent": 1, "kept": 1}
    (finding,) = [one for one in account.ledger["findings"] if one["rule"] == "esputnik.request.repeated-key"]
    assert finding["where"] == ["/params/5/value/0/cost"]
