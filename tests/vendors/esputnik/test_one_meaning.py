"""What is written otherwise and says the same is no loss; what says something else is one, whichever call says it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mockservers.core.accounting.audit import Audit
from tests.vendors.esputnik.esputnik_tenant import ITEM, ORDER, EsputnikTenant, escaped, params, without

ADDED: dict[str, Any] = {**ORDER, "currency": "UAH", "totalCost": 258}
NAIVE, ITEMS = "2020-05-14T10:11:10", [ITEM]
INFO = {"a": "1", "b": "刺繍"}

SAME: list[tuple[str, Any, Any]] = [
    ("date", "2020-05-14T10:11:10+03:00", "2020-05-14T07:11:10Z"),
    ("date", "2020-05-14T10:11:10+03:00", "2020-05-14T10:11:10.000+03:00"),
    ("date", "2020-05-14T10:11:10+02:00", NAIVE),
    ("totalCost", 258, 258.0),
    ("totalCost", 258, "258.00"),
    ("shipping", 10, "10.00"),
    ("discount", 10, "10"),
    ("taxes", 10.5, "10.50"),
    ("storeId", 5, "5"),
    ("storeId", 5, 5.0),
    ("paymentMethod", True, "true"),
    ("email", "Olena@example.com", "olena@example.com"),
    ("additionalInfo", INFO, escaped(INFO)),
    ("additionalInfo", INFO, {"b": "刺繍", "a": 1}),
    ("items", ITEMS, escaped(ITEMS)),
    ("items", ITEMS, [{**ITEM, "externalItemId": 200600, "cost": "258.00", "quantity": "1"}]),
]
OTHER: list[tuple[str, Any, Any]] = [
    ("date", "2020-05-14T10:11:10+03:00", "2020-05-14T10:11:10Z"),
    ("date", "2020-05-14T10:11:10+03:00", NAIVE),
    ("totalCost", 258, "258.01"),
    ("shipping", 10, "10.01"),
    ("storeId", 5, "05"),
    ("storeId", "5.0", "5"),
    ("paymentMethod", "Card", "card"),
    ("paymentMethod", True, "True"),
    ("additionalInfo", INFO, escaped({**INFO, "a": "2"})),
    ("items", ITEMS, escaped([{**ITEM, "name": "n"}])),
]
CASES = [(*each, 0) for each in SAME] + [(name, other, one, 0) for name, one, other in SAME]
CASES += [(*each, 1) for each in OTHER]


def is_for_add_orders(name: str, *values: Any) -> bool:
    """Whether Add orders takes the values: none of its lists and objects is text."""
    return name not in ("items", "additionalInfo") or not any(isinstance(value, str) for value in values)


def is_for_an_event(name: str, *values: Any) -> bool:
    """Whether an event takes the values: its dates have no offset."""
    return name != "date" or all(value == NAIVE for value in values)


@pytest.mark.rule("esputnik.orders.twice", "esputnik.time.account-zone")
@pytest.mark.parametrize(("name", "one", "other", "silent"), CASES)
def test_a_field_of_an_order_sent_twice_in_a_request_is_lost_only_if_its_meaning_differs(
    name: str, one: Any, other: Any, silent: int
) -> None:
    if not is_for_add_orders(name, one, other):
        return
    account = EsputnikTenant()
    account.send("ordersBulkInsert", {"orders": [{**ADDED, name: one}, {**ADDED, name: other}]})
    assert account.silent == silent
    assert account.items == {"sent": 2, "updated": 1, **({"overwritten": 1} if silent else {"kept": 1})}


@pytest.mark.rule("esputnik.order.status-only", "esputnik.time.account-zone")
@pytest.mark.parametrize("kind", ["orderDelivered", "orderCancelled"])
@pytest.mark.parametrize("added", [True, False])
@pytest.mark.parametrize(("name", "one", "other", "silent"), CASES)
def test_a_field_of_a_status_event_is_lost_only_if_its_meaning_differs(
    name: str, one: Any, other: Any, silent: int, kind: str, *, added: bool
) -> None:
    if not (is_for_add_orders if added else is_for_an_event)(name, one) or name == "email":
        return
    account = EsputnikTenant()
    if added:
        account.send("ordersBulkInsert", {"orders": [{**ADDED, name: one}]})
    else:
        account.create(**{name: one})
    account.event(kind, **{"externalOrderId": ORDER["externalOrderId"], name: other})
    assert account.silent == silent
    assert account.items == {"sent": 2, "kept": 1, "updated": 1}


READINGS: dict[str, str] = {"esputnik.order.created-again": "ignored", "esputnik.event.repeated": "dropped"}


@pytest.mark.rule("esputnik.order.created-again", "esputnik.event.repeated")
@pytest.mark.parametrize("reading", list(READINGS))
@pytest.mark.parametrize(("name", "one", "other", "silent"), CASES)
def test_a_field_of_a_skipped_order_is_lost_only_if_its_meaning_differs(
    name: str, one: Any, other: Any, silent: int, reading: str
) -> None:
    if not is_for_an_event(name, one, other):
        return
    account = EsputnikTenant(readings={reading: READINGS[reading]})
    audit = account.tenant.audit = Audit(account.mock.contract)
    account.create(**{"date": NAIVE, name: one})
    account.create(**{"date": NAIVE, name: other})
    assert (account.silent, audit.to_list()) == (silent, [])
    assert account.items == {"sent": 2, "kept": 1, "skipped": 1}


@pytest.mark.rule("esputnik.event.repeated")
def test_a_param_without_a_value_in_a_dropped_repetition_is_no_loss() -> None:
    account = EsputnikTenant(readings={"esputnik.event.repeated": "dropped"})
    audit = account.tenant.audit = Audit(account.mock.contract)
    for name in ("колір", "розмір"):
        sent = [{"name": name, "value": None}]
        account.send("registerEventV2", {"eventTypeKey": "viewed", "keyValue": "380501234567", "params": sent})
    assert account.items == {"sent": 2, "kept": 1, "skipped": 1}
    assert (account.silent, audit.to_list()) == (0, [])


@pytest.mark.rule("esputnik.past-events.twice")
@pytest.mark.parametrize(("name", "one", "other", "silent"), CASES)
def test_a_field_of_an_order_in_two_past_events_is_lost_only_if_its_meaning_differs(
    name: str, one: Any, other: Any, silent: int
) -> None:
    if not is_for_an_event(name, one, other):
        return
    account = EsputnikTenant()
    events = [
        {
            "eventTypeKey": "orderCreated",
            "keyValue": f"k{at}",
            "occurred": "2020-05-14",
            "params": params({**ORDER, "date": NAIVE, name: value}),
        }
        for at, value in enumerate((one, other))
    ]
    account.send("sendHistoryEventsV2", {"events": events})
    assert account.silent == silent
    assert account.items == {"sent": 2, "kept": 1, "updated": 1}


def twice(name: str, one: Any, other: Any, write: Callable[[Any], str] = escaped) -> str:
    """A JSON object's inside that has a key twice."""
    return f"{escaped(name)}:{write(one)},{escaped(name)}:{write(other)}"


@pytest.mark.rule("esputnik.request.repeated-key")
@pytest.mark.parametrize(("name", "one", "other", "silent"), CASES)
def test_a_repeated_key_of_add_orders_is_lost_only_if_its_meaning_differs(
    name: str, one: Any, other: Any, silent: int
) -> None:
    if not is_for_add_orders(name, one, other):
        return
    account = EsputnikTenant()
    body = f'{{"orders":[{escaped(without(ADDED, name))[:-1]},{twice(name, one, other)}}}]}}'
    account.send("ordersBulkInsert", body.encode())
    assert account.silent == silent
    assert account.items == {"sent": 1, "kept": 1}


@pytest.mark.rule("esputnik.request.repeated-key")
@pytest.mark.parametrize(("name", "one", "other", "silent"), CASES)
def test_a_repeated_key_in_a_param_is_lost_only_if_its_meaning_differs(
    name: str, one: Any, other: Any, silent: int
) -> None:
    if not is_for_an_event(name, one, other):
        return
    account = EsputnikTenant()
    others = escaped(params(without({**ORDER, "date": NAIVE}, name)))[:-1]
    param = f'{{"name":{escaped(name)},{twice("value", one, other)}}}'
    account.send("registerEventV2", f'{{"eventTypeKey":"orderCreated","params":{others},{param}]}}'.encode())
    assert account.silent == silent
    assert account.items == {"sent": 1, "kept": 1}


@pytest.mark.rule("esputnik.request.repeated-key")
@pytest.mark.parametrize("kind", ["orderCreated", "orderUpdated", "orderDelivered", "orderCancelled"])
@pytest.mark.parametrize(("inside", "silent"), [('"cost":1,"cost":258', 1), ('"cost":"258.0","cost":258', 0)])
@pytest.mark.parametrize("as_text", [False, True])
def test_a_repeated_key_in_the_items_of_any_order_event_is_lost_only_if_its_meaning_differs(
    kind: str, inside: str, silent: int, *, as_text: bool
) -> None:
    items = f"[{escaped(without(ITEM, 'cost'))[:-1]},{inside}}}]"
    given = {name: ORDER[name] for name in ("externalOrderId", "phone", "totalCost", "date")}
    status = {"orderDelivered": "DELIVERED", "orderCancelled": "CANCELLED"}.get(kind, "INITIALIZED")
    others = escaped(params({**given, "status": status}))[:-1]
    account = EsputnikTenant()
    account.create(items=ITEMS)
    value = escaped(items) if as_text else items
    account.send(
        "registerEvent", f'{{"eventTypeKey":"{kind}","params":{others},{{"name":"items","value":{value}}}]}}'.encode()
    )
    assert account.silent == silent
    assert account.items == {"sent": 2, "kept": 1, "updated": 1}
    found = [one["where"] for one in account.ledger["findings"] if one["rule"] == "esputnik.request.repeated-key"]
    assert found == [["/params/5/value/0/cost"]]


@pytest.mark.rule("esputnik.order.one-store")
@pytest.mark.parametrize(("one", "other"), [(7, "7"), (7, 7.0), (7.0, "7"), ("7", 7.0)])
def test_a_number_and_its_text_identify_the_same_order(one: Any, other: Any) -> None:
    added = EsputnikTenant()
    added.send("ordersBulkInsert", {"orders": [{**ADDED, "externalOrderId": key} for key in (one, other)]})
    assert added.items == {"sent": 2, "kept": 1, "updated": 1}
    events = EsputnikTenant()
    for key in (one, other):
        events.create(externalOrderId=key)
    assert events.items == {"sent": 2, "kept": 1, "updated": 1}
    for account in (added, events):
        assert len(account.state["orders"]) == 1
        assert account.silent == 0


@pytest.mark.rule("esputnik.request.scalars")
@pytest.mark.parametrize(("one", "other"), [(True, True), (True, "true"), ("false", False)])
def test_a_boolean_and_its_text_identify_the_same_order_in_add_orders(*, one: Any, other: Any) -> None:
    account = EsputnikTenant()
    account.send("ordersBulkInsert", {"orders": [{**ADDED, "externalOrderId": one}]})
    account.send("ordersBulkInsert", {"orders": [{**ADDED, "externalOrderId": other}]})
    assert account.items == {"sent": 2, "kept": 1, "updated": 1}
    assert len(account.state["orders"]) == 1
    assert account.silent == 0


@pytest.mark.rule("esputnik.request.scalars")
@pytest.mark.parametrize("name", ["phone", "email", "externalCustomerId"])
@pytest.mark.parametrize(("value", "text"), [(True, "true"), (False, "false"), (5, "5"), (5.0, "5"), (0, "0")])
def test_a_scalar_that_identifies_a_customer_is_held_as_its_text(name: str, value: Any, text: str) -> None:
    account = EsputnikTenant(contacts=[])
    account.send("ordersBulkInsert", {"orders": [{**without(ADDED, "phone"), name: value}]})
    assert account.items == {"sent": 1, "kept": 1}
    assert account.silent == 0
    (contact,) = account.state["contacts"]
    kind = {"phone": "sms", "email": "email"}.get(name)
    assert contact["channels"] == ([{"type": kind, "value": text}] if kind else [])
    assert contact.get("externalCustomerId") == (None if kind else text)
    account.event("seen", **{name: value})
    assert [event["contactId"] for event in account.state["events"]] == [contact["id"]] * 2


@pytest.mark.rule("esputnik.order.status-only")
@pytest.mark.parametrize("reading", ["status-only", "updates-too"])
@pytest.mark.parametrize("kind", ["orderDelivered", "orderCancelled"])
@pytest.mark.parametrize("sent", ["12345679", 12345679])
def test_an_event_that_ends_an_order_finds_it_by_its_id_and_leaves_the_id(sent: Any, kind: str, reading: str) -> None:
    account = EsputnikTenant(readings={"esputnik.order.status-only": reading})
    account.create()
    account.event(kind, externalOrderId=sent, totalCost="300.0")
    [order] = account.state["orders"]
    assert order["externalOrderId"] == ORDER["externalOrderId"]
    assert order["status"] == {"orderDelivered": "DELIVERED", "orderCancelled": "CANCELLED"}[kind]
    assert (account.items, account.silent) == ({"sent": 2, "kept": 1, "updated": 1}, int(reading == "status-only"))
