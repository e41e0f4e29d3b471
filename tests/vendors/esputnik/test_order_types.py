"""The four types of events that carry an order, one after the other in every order."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from tests.vendors.esputnik.esputnik_tenant import ITEM, ORDER, EsputnikTenant, escaped, without

UPDATE: dict[str, Any] = {"phone": "380501234567", "externalOrderId": "12345679", "status": "IN_PROGRESS"}
SHORT: dict[str, Any] = {"phone": "380501234567", "externalOrderId": "12345679"}
SENT: dict[str, dict[str, Any]] = {
    "orderCreated": ORDER,
    "orderUpdated": UPDATE,
    "orderDelivered": SHORT,
    "orderCancelled": SHORT,
}
SETS = {
    "orderCreated": "INITIALIZED",
    "orderUpdated": "IN_PROGRESS",
    "orderDelivered": "DELIVERED",
    "orderCancelled": "CANCELLED",
}


@pytest.mark.rule("esputnik.event-type.order-types", "esputnik.order.unknown-order", "esputnik.order.update-creates")
@pytest.mark.parametrize("kinds", list(permutations(SENT)), ids=lambda kinds: "-".join(kind[5:] for kind in kinds))
def test_events_before_the_order_exists_are_ignored_and_the_last_one_sets_the_status(
    kinds: tuple[str, ...],
) -> None:
    account = EsputnikTenant()
    for kind in kinds:
        reply = account.event(kind, **SENT[kind]).reply
        assert (reply.status, reply.body) == (200, b"")
    before = kinds.index("orderCreated")
    order = account.stored_order()
    assert order is not None
    assert order["status"] == SETS[kinds[-1]]
    assert account.items == {"sent": 4, "kept": 1} | ({"dropped": before} if before else {}) | (
        {"updated": 3 - before} if before < 3 else {}
    )
    assert account.silent == before
    gone = "orderUpdated" if kinds.index("orderUpdated") < before else ""
    assert [event["eventTypeKey"] for event in account.state["events"]] == [kind for kind in kinds if kind != gone]


@pytest.mark.rule("esputnik.order.update-creates")
def test_an_update_of_an_unknown_order_creates_it_if_it_is_complete() -> None:
    account = EsputnikTenant()
    account.event("orderUpdated", **ORDER)
    assert account.stored_order() == {"orderId": 1, **ORDER, "contactId": 1}
    assert account.items == {"sent": 1, "kept": 1}


@pytest.mark.rule("esputnik.order.update-creates")
def test_an_update_of_an_unknown_order_that_lacks_something_is_ignored() -> None:
    account = EsputnikTenant()
    account.event("orderUpdated", **UPDATE)
    assert account.state["orders"] == []
    assert account.rules("dropped") == {"esputnik.order.update-creates"}
    assert account.ledger["findings"][0]["why"].startswith(
        "there is no such order, and it cannot be created: totalCost is missing"
    )


@pytest.mark.rule("esputnik.order.unknown-order", "esputnik.order.status-only")
@pytest.mark.parametrize(("kind", "status"), [("orderDelivered", "DELIVERED"), ("orderCancelled", "CANCELLED")])
def test_an_order_is_delivered_or_cancelled_by_its_id_alone(kind: str, status: str) -> None:
    account = EsputnikTenant()
    account.create(items=[ITEM], giftNote="так")
    before = account.stored_order()
    account.event(kind, externalOrderId="12345679")
    assert before is not None
    assert account.stored_order() == {**before, "status": status}
    assert account.silent == 0


@pytest.mark.rule("esputnik.order.status-only")
def test_a_delivery_sets_the_status_and_nothing_else() -> None:
    account = EsputnikTenant()
    account.create(items=[ITEM])
    again = {**ORDER, "totalCost": 258, "items": [ITEM], "status": "DELIVERED"}
    account.event("orderDelivered", **again, deliveryMethod="Нова пошта")
    found = [one for one in account.ledger["findings"] if one["rule"] == "esputnik.order.status-only"]
    assert [one["where"] for one in found] == [["/params/6/value"]]
    assert account.silent == 1
    order = account.stored_order()
    assert order is not None
    assert "deliveryMethod" not in order


@pytest.mark.rule("esputnik.order.status-only")
def test_under_another_reading_a_delivery_updates_the_order_too() -> None:
    account = EsputnikTenant(readings={"esputnik.order.status-only": "updates-too"})
    account.create()
    account.event("orderDelivered", **SHORT, deliveryMethod="Нова пошта", status="CANCELLED")
    order = account.stored_order()
    assert order is not None
    assert (order["deliveryMethod"], order["status"]) == ("Нова пошта", "DELIVERED")
    assert account.rules("ignored") == {"esputnik.order.status-only"}
    assert account.silent == 1


@pytest.mark.rule("esputnik.order.status-only")
@pytest.mark.parametrize(
    ("values", "held"),
    [
        ({"items": escaped([ITEM])}, {"items": [ITEM], "status": "DELIVERED"}),
        ({"items": escaped([{**ITEM, "size": {"EU": 38}}])}, {"items": [{**ITEM, "size": '{"EU":38}'}]}),
        ({"items": escaped([without(ITEM, "url")])}, {"items": None, "status": "INITIALIZED"}),
        ({"items": "none"}, {"items": None, "status": "INITIALIZED"}),
        ({"date": "14.05.2020"}, {"date": "2020-05-14T10:11:00", "status": "INITIALIZED"}),
        ({"totalCost": "300"}, {"totalCost": "300", "status": "DELIVERED"}),
        ({"totalCost": "12,5"}, {"totalCost": "258.0", "status": "INITIALIZED"}),
    ],
)
def test_a_delivery_that_updates_under_another_reading_is_parsed_as_an_update(
    values: dict[str, Any], held: dict[str, Any]
) -> None:
    account = EsputnikTenant(readings={"esputnik.order.status-only": "updates-too"})
    account.create()
    account.event("orderDelivered", **SHORT, **values)
    order = account.stored_order() or {}
    assert {name: order.get(name) for name in held} == held
    assert account.silent == (order["status"] == "INITIALIZED")


@pytest.mark.rule("esputnik.order.status-only")
@pytest.mark.parametrize("kind", ["orderDelivered", "orderCancelled"])
@pytest.mark.parametrize("given", ["INITIALIZED", "IN_PROGRESS", "DELIVERED", "CANCELLED", "ABANDONED_SHOPPING_CART"])
@pytest.mark.parametrize("reading", ["status-only", "updates-too"])
def test_a_status_that_the_type_of_the_event_overrules_is_lost(kind: str, given: str, reading: str) -> None:
    account = EsputnikTenant(readings={"esputnik.order.status-only": reading})
    account.create()
    account.event(kind, **SHORT, status=given)
    assert (account.stored_order() or {})["status"] == SETS[kind]
    lost = [one["where"] for one in account.ledger["findings"] if one["silent"]]
    assert lost == ([] if given == SETS[kind] else [["/params/2/value"]])


@pytest.mark.rule("esputnik.order.required")
@pytest.mark.parametrize("kind", ["orderUpdated", "orderDelivered", "orderCancelled"])
@pytest.mark.parametrize("values", [{}, {"externalOrderId": " "}, {"externalOrderId": None}, {"orderId": "12345679"}])
def test_an_event_that_names_no_order_is_ignored(kind: str, values: dict[str, Any]) -> None:
    account = EsputnikTenant()
    assert account.event(kind, phone="380501234567", **values).reply.status == 200
    assert account.items == {"sent": 1, "dropped": 1}


@pytest.mark.rule("esputnik.order.update-merges")
def test_an_update_changes_the_given_fields_and_replaces_all_items() -> None:
    account = EsputnikTenant()
    account.create(items=[ITEM, {**ITEM, "externalItemId": "2"}], totalCost="516", currency="UAH")
    account.event("orderUpdated", **SHORT, items=[{**ITEM, "externalItemId": "3"}], statusDescription="Збирається")
    order = account.stored_order()
    assert order is not None
    assert [item["externalItemId"] for item in order["items"]] == ["3"]
    assert (order["currency"], order["statusDescription"], order["status"]) == ("UAH", "Збирається", "INITIALIZED")
    assert "esputnik.order.update-merges" in account.risks


@pytest.mark.rule("esputnik.order.update-merges")
def test_under_another_reading_an_update_replaces_the_order() -> None:
    account = EsputnikTenant(readings={"esputnik.order.update-merges": "replace"})
    account.create(currency="UAH")
    account.event("orderUpdated", **UPDATE)
    assert account.stored_order() == {"orderId": 1, **UPDATE, "contactId": 1}
    found = next(one for one in account.ledger["findings"] if one["outcome"] == "overwritten")
    assert found["why"] == "the update does not have currency, date, totalCost, which the order had: 1 order"


@pytest.mark.rule("esputnik.order.update-merges")
def test_an_update_that_repeats_the_whole_order_is_not_at_risk() -> None:
    account = EsputnikTenant()
    account.create()
    account.event("orderUpdated", **ORDER)
    assert "esputnik.order.update-merges" not in account.risks


@pytest.mark.rule("esputnik.order.status", "esputnik.order.date", "esputnik.order.items-required")
@pytest.mark.parametrize("values", [{"status": "sent"}, {"date": "yesterday"}, {"items": [{}]}, {"totalCost": "?"}])
def test_an_update_with_a_wrong_value_is_ignored_completely(values: dict[str, Any]) -> None:
    account = EsputnikTenant()
    account.create()
    before = account.stored_order()
    account.event("orderUpdated", **SHORT, **values, currency="EUR")
    assert account.stored_order() == before
    assert account.items == {"sent": 2, "kept": 1, "dropped": 1}


@pytest.mark.rule("esputnik.order.any-status")
def test_a_status_may_go_back_and_that_is_noted() -> None:
    account = EsputnikTenant()
    account.create(status="DELIVERED")
    account.event("orderUpdated", **UPDATE)
    order = account.stored_order()
    assert order is not None
    assert order["status"] == "IN_PROGRESS"
    assert "esputnik.order.any-status" in account.rules("noted")
    assert account.silent == 0


@pytest.mark.rule("esputnik.order.created-again", "esputnik.event.repeated")
def test_an_identical_second_creation_loses_nothing() -> None:
    account = EsputnikTenant()
    account.create(items=[ITEM])
    before = account.stored_order()
    account.create(items=[ITEM], totalCost=258)
    assert before is not None
    assert account.stored_order() == {**before, "totalCost": 258}
    assert account.items == {"sent": 2, "kept": 1, "updated": 1}
    assert account.risks.keys() & {"esputnik.order.created-again", "esputnik.order.update-merges"} == set()
    assert len(account.state["events"]) == 2


@pytest.mark.rule("esputnik.order.created-again")
def test_a_different_second_creation_is_at_risk() -> None:
    account = EsputnikTenant()
    account.create()
    account.create(totalCost="300")
    assert "esputnik.order.created-again" in account.risks
    strict = EsputnikTenant(readings={"esputnik.order.created-again": "ignored"})
    strict.create()
    strict.create(totalCost="300")
    assert strict.items == {"sent": 2, "kept": 1, "skipped": 1}
    assert strict.silent == 1


@pytest.mark.rule("esputnik.order.change-for-nobody")
@pytest.mark.parametrize("kind", ["orderUpdated", "orderDelivered", "orderCancelled"])
def test_a_change_of_an_order_needs_no_contact_and_is_at_risk_without_one(kind: str) -> None:
    account = EsputnikTenant()
    account.create()
    account.event(kind, externalOrderId="12345679", email="nobody@example.com")
    assert account.items == {"sent": 2, "kept": 1, "updated": 1}
    assert "esputnik.order.change-for-nobody" in account.risks
    strict = EsputnikTenant(readings={"esputnik.order.change-for-nobody": "ignore"})
    strict.create()
    strict.event(kind, externalOrderId="12345679")
    assert strict.items == {"sent": 2, "kept": 1, "dropped": 1}
