"""What says nothing: null, blank text where somebody is identified, and items that are not given."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.esputnik.esputnik_tenant import ITEM, OLENA, ORDER, EsputnikTenant, escaped

ADDED = {**ORDER, "currency": "UAH", "totalCost": 258}


@pytest.mark.rule("esputnik.order.items-json", "esputnik.order.update-merges")
@pytest.mark.parametrize("items", ["", " ", "\n\t", None])
@pytest.mark.parametrize("kind", ["orderCreated", "orderUpdated", "orderDelivered"])
def test_null_or_blank_items_leave_the_held_ones(kind: str, items: Any) -> None:
    account = EsputnikTenant()
    account.create(items=[ITEM])
    account.event(kind, **{**ORDER, "items": items, "status": "DELIVERED"})
    order = account.stored_order()
    assert order is not None
    assert (order["items"], order["status"]) == ([ITEM], "DELIVERED")
    assert account.silent == 0


@pytest.mark.rule("esputnik.order.items-json")
@pytest.mark.parametrize("items", [[], "[]", " [ ] "])
@pytest.mark.parametrize("kind", ["orderCreated", "orderUpdated"])
def test_an_empty_list_of_items_is_a_value_both_raw_and_as_text(kind: str, items: Any) -> None:
    account = EsputnikTenant()
    account.create(items=[ITEM])
    account.event(kind, **{**ORDER, "items": items})
    order = account.stored_order()
    assert order is not None
    assert order["items"] == []


@pytest.mark.rule("esputnik.contact.blank", "esputnik.orders.contact")
@pytest.mark.parametrize("blank", ["", " ", "\t"])
@pytest.mark.parametrize("name", ["email", "externalCustomerId"])
def test_a_blank_identifier_of_add_orders_identifies_no_contact_and_is_not_held(name: str, blank: str) -> None:
    account = EsputnikTenant(contacts=[])
    account.send(
        "ordersBulkInsert", {"orders": [{**ADDED, name: blank}, {**ADDED, "externalOrderId": "2", name: blank}]}
    )
    (contact,) = account.state["contacts"]
    assert contact == {"channels": [{"type": "sms", "value": ORDER["phone"]}], "id": 1}
    assert [name in order for order in account.state["orders"]] == [False, False]
    assert account.silent == 0
    alone = EsputnikTenant()
    order = {**ADDED, "phone": blank, name: blank}
    alone.send("ordersBulkInsert", {"orders": [order]})
    assert alone.items == {"sent": 1, "refused": 1}


@pytest.mark.rule("esputnik.contact.blank")
@pytest.mark.parametrize("name", ["externalCustomerId", "contactKey"])
def test_a_blank_identifier_of_a_contact_is_not_held(name: str) -> None:
    account = EsputnikTenant()
    account.send("addContact", {"channels": [{"type": "email", "value": "Olena@example.com"}], name: " "})
    assert account.state["contacts"] == [OLENA]
    assert account.send("addContact", {"channels": [{"type": "email", "value": " "}]}).reply.status == 400
    assert account.silent == 0


@pytest.mark.rule("esputnik.event.key-or-identifier")
def test_a_blank_key_is_not_a_key() -> None:
    account = EsputnikTenant()
    assert account.send("registerEvent", {"eventTypeKey": "viewed", "keyValue": " "}).reply.status == 400
    assert (account.items, account.state["events"]) == ({"sent": 1, "refused": 1}, [])


@pytest.mark.rule("esputnik.contact.merge")
@pytest.mark.parametrize("operation", ["addContact", "updateContact"])
def test_null_is_no_value_at_any_level_of_a_contact(operation: str) -> None:
    held = {**OLENA, "address": {"town": "Київ"}, "fields": [{"id": 1, "value": "a"}]}
    account = EsputnikTenant(contacts=[held])
    sent = {
        "channels": OLENA["channels"],
        "firstName": None,
        "address": {"town": None},
        "fields": [{"id": 1, "value": None}],
    }
    account.send(operation, sent, path={"id": "1"})
    assert account.state["contacts"] == [held]


@pytest.mark.rule("esputnik.request.unknown-key", "esputnik.contact.merge")
@pytest.mark.parametrize("operation", ["addContact", "updateContact", "subscribeContact", "contactsBulkUpdate"])
def test_a_value_that_is_called_lost_is_not_shown_at_any_level(operation: str) -> None:
    account = EsputnikTenant(contacts=[{"id": 1, "email": "olena@example.com"}])
    sent: dict[str, Any] = {
        "channels": [{"type": "sms", "value": "1", "label": "lost-1"}, {"type": "email", "value": "olena@example.com"}],
        "address": {"town": "Київ", "street": "lost-2"},
        "fields": [{"id": 1, "value": "a", "name": "lost-3"}],
        "vip": "lost-4",
    }
    bodies = {
        "subscribeContact": {"contact": sent},
        "contactsBulkUpdate": {"contacts": [sent], "dedupeOn": "email", "customFieldsIDs": [1]},
    }
    account.send(operation, bodies.get(operation, sent), path={"id": "1"})
    assert "lost-" not in escaped(account.state)
    assert account.silent == 4
    assert account.state["contacts"][0]["address"] == {"town": "Київ"}


@pytest.mark.rule("esputnik.request.unknown-key")
def test_unknown_keys_of_a_param_are_not_held_with_the_event() -> None:
    account = EsputnikTenant()
    param = {"name": "email", "value": "olena@example.com", "kind": "lost-1"}
    account.send("registerEvent", {"eventTypeKey": "viewed", "params": [param]})
    assert "lost-" not in escaped(account.state)
    assert account.silent == 1
