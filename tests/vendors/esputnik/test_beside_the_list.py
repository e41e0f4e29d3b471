"""Keys beside the list that a body is about: they are in no item, and lost whatever becomes of the items."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.vendors.esputnik.esputnik_tenant import EMAIL, EsputnikTenant, without

ORDER = {
    "externalOrderId": "1",
    "totalCost": 1,
    "status": "DELIVERED",
    "date": "2020-05-14T10:11:00+03:00",
    "currency": "UAH",
    "email": EMAIL["value"],
}
EVENT = {"eventTypeKey": "viewed", "keyValue": "k", "params": [], "occurred": "2025-01-01"}
LISTS: list[tuple[str, str, Any, Any, dict[str, Any]]] = [
    ("contactsBulkUpdate", "contacts", {"channels": [EMAIL]}, {}, {"dedupeOn": "email"}),
    ("ordersBulkInsert", "orders", ORDER, without(ORDER, "currency"), {}),
    ("sendHistoryEvents", "events", EVENT, without(EVENT, "occurred"), {}),
]


@pytest.mark.rule("esputnik.request.unknown-key")
@pytest.mark.parametrize("right_first", [True, False])
@pytest.mark.parametrize(("operation", "name", "right", "wrong", "more"), LISTS)
def test_an_unknown_key_beside_the_list_is_lost_even_if_the_first_item_fails(
    operation: str, name: str, right: Any, wrong: Any, more: dict[str, Any], *, right_first: bool
) -> None:
    account = EsputnikTenant(contacts=[])
    items = [right, wrong] if right_first else [wrong, right]
    assert account.send(operation, {name: items, **more, "note": "x"}).reply.status == 200
    assert {key: count for key, count in account.items.items() if count} == {"sent": 2, "kept": 1, "refused": 1}
    assert account.silent == 1
    assert [one["where"] for one in account.ledger["findings"] if one["silent"]] == [["/note"]]


@pytest.mark.rule("esputnik.request.repeated-key")
def test_a_repeated_key_beside_the_list_is_lost_even_if_the_first_item_fails() -> None:
    account = EsputnikTenant(contacts=[])
    items = json.dumps([{}, {"channels": [EMAIL]}])
    body = f'{{"contacts": {items}, "dedupeOn": "sms", "dedupeOn": "email"}}'
    assert account.send("contactsBulkUpdate", body.encode()).reply.status == 200
    assert account.silent == 1
    assert [one["where"] for one in account.ledger["findings"] if one["silent"]] == [["/dedupeOn"]]
