"""What holds for every event, order and contact that there can be."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Request
from mockservers.vendors.esputnik import VENDOR
from mockservers.vendors.esputnik.body_items import item_count
from tests.vendors.esputnik.esputnik_tenant import ITEM, OLENA, ORDER, EsputnikTenant, escaped, params

texts = st.text(st.characters(codec=None, exclude_categories=()), max_size=12)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    texts,
    st.sampled_from(["1e999999", "9" * 500, 2**70, -0.0, "\ud800", "null", ""]),
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=8
)

items = st.lists(
    st.fixed_dictionaries({}, optional={name: st.just(value) | values for name, value in ITEM.items()}) | values,
    max_size=3,
)
GIVEN: dict[str, st.SearchStrategy[Any]] = {
    "externalOrderId": st.sampled_from(["1", "2", 1, "12345679"]) | values,
    "totalCost": st.sampled_from(["258.0", 258, "9" * 400]) | values,
    "status": st.sampled_from(["INITIALIZED", "DELIVERED", "CANCELLED"]) | values,
    "date": st.sampled_from(["2020-05-14T10:11:00", "2020-05-14T10:11:00Z"]) | values,
    "phone": st.sampled_from(["380501234567", "3809"]) | values,
    "email": st.just("olena@example.com") | values,
    "externalCustomerId": st.sampled_from(["AV13760", "NEW"]) | values,
    "items": items | items.map(json.dumps) | values,
    "currency": st.just("UAH") | values,
}
names = st.sampled_from([*GIVEN, "Email", "SMS", "contactId", "orderId", "giftNote"]) | texts
param = names.flatmap(lambda name: st.fixed_dictionaries({"name": st.just(name), "value": GIVEN.get(name, values)}))
kinds = st.sampled_from(["orderCreated", "orderUpdated", "orderDelivered", "orderCancelled", "OrderCreated", "viewed"])
events = st.fixed_dictionaries(
    {"eventTypeKey": kinds | values},
    optional={
        "keyValue": st.just("k") | values,
        "params": st.lists(param, max_size=8, unique_by=lambda each: each["name"]) | values,
        "occurred": st.sampled_from(["2020-05-14", "2020-05-14T10:11", "2999-01-01"]) | values,
        "extra": values,
    },
)
orders = st.fixed_dictionaries({}, optional={**GIVEN, "items": items | values, "extra": values}) | values
channels = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["email", "sms", "webpush"]) | values,
            "value": st.sampled_from(["a@b.c", "1"]) | values,
        }
    ),
    max_size=3,
)
contacts = (
    st.fixed_dictionaries(
        {},
        optional={
            "channels": channels | values,
            "firstName": texts | values,
            "externalCustomerId": st.sampled_from(["AV13760", "NEW"]) | values,
            "fields": st.lists(st.fixed_dictionaries({"id": st.integers(1, 3), "value": values}), max_size=2) | values,
            "address": st.dictionaries(st.sampled_from(["town", "region"]), texts | st.none()) | values,
            "id": st.integers(0, 2) | values,
            "groups": values,
        },
    )
    | values
)
bulk = st.fixed_dictionaries(
    {"contacts": st.lists(contacts, max_size=3) | values},
    optional={
        "dedupeOn": st.sampled_from(["email", "sms", "push", "email_or_sms", "id", "fieldId"]) | values,
        "fieldId": st.integers(1, 3),
        "contactFields": st.none() | st.lists(st.sampled_from(["firstName", "email", "town"])) | values,
        "customFieldsIDs": st.lists(st.integers(1, 3)) | values,
        "groupNames": st.lists(texts, max_size=2) | values,
        "restoreDeleted": st.booleans() | values,
        "eventKeyForNewContacts": st.just("new") | values,
    },
)
BODIES: dict[str, st.SearchStrategy[Any]] = {
    "registerEvent": events | values,
    "registerEventV2": events | values,
    "sendHistoryEvents": st.fixed_dictionaries({"events": st.lists(events, max_size=3) | values}),
    "sendHistoryEventsV2": st.fixed_dictionaries({"events": st.lists(events, max_size=3) | values}),
    "ordersBulkInsert": st.fixed_dictionaries({"orders": st.lists(orders, max_size=3) | values}),
    "addContact": contacts,
    "updateContact": contacts,
    "subscribeContact": st.fixed_dictionaries({"contact": contacts}, optional={"groups": values, "formType": values}),
    "contactsBulkUpdate": bulk,
}
sent = st.one_of([st.tuples(st.just(operation), body) for operation, body in BODIES.items()])


def raw(body: Any) -> bytes:
    """A body as JSON, lone surrogates and all."""
    return json.dumps(body).encode("ascii")


@given(st.lists(sent, min_size=1, max_size=4))
def test_every_call_is_answered_and_its_outcomes_add_up_to_its_items(calls: list[tuple[str, Any]]) -> None:
    account = EsputnikTenant()
    for operation, body in calls:
        answer = account.send(operation, raw(body), path={"id": "1"})
        assert answer.reply.status in (200, 400, 404, 409)
    counts = dict(account.items)
    assert counts.pop("sent", 0) == sum(counts.values())
    account.state  # noqa: B018 - it can be shown


@given(st.binary(max_size=64), st.sampled_from(sorted(VENDOR.operations)))
def test_every_body_is_answered(body: bytes, operation: str) -> None:
    account = EsputnikTenant()
    answer = account.send(operation, body, path={"id": "1", "sessionId": "1"}, query={"maxrows": "1"})
    assert answer.reply.status < 500
    counts = dict(account.items)
    assert counts.pop("sent", 0) == sum(counts.values())


@given(sent)
@example(("registerEvent", {"eventTypeKey": "orderCreated", "params": params({**ORDER, "items": [ITEM]})}))
def test_deciding_changes_nothing_and_is_repeatable(call: tuple[str, Any]) -> None:
    account = EsputnikTenant()
    operation, body = call
    request = Request("POST", "/", headers={"content-type": "application/json"}, body=raw(body))
    asked = account.mock.call(operation, {"id": "1"}, request)
    state = account.state
    decisions = []
    for _ in range(2):
        view = View(account.tenant.store, account.tenant.clock.now(), account.mock.contract)
        decisions.append(VENDOR.operations[operation](asked, view))
    assert decisions[0] == decisions[1]
    assert account.state == state
    refused = any(outcome.kind == "refused" for outcome in decisions[0].outcomes)
    assert sum(outcome.count for outcome in decisions[0].outcomes) == item_count(asked) or not refused


@given(st.lists(st.tuples(kinds, st.sampled_from(["1", "2", "3"]), st.booleans()), max_size=12))
def test_items_that_the_ledger_calls_kept_are_held_and_lost_ones_are_not(
    sequence: list[tuple[str, str, bool]],
) -> None:
    """A model of the page: an order is made by a whole one, and changed once it is there."""
    account = EsputnikTenant()
    model: dict[str, str] = {}
    lost = 0
    for kind, key, whole in sequence:
        account.event(kind, **{**(ORDER if whole else {"phone": "380501234567"}), "externalOrderId": key})
        if kind == "viewed":
            continue
        if kind in ("orderCreated", "orderUpdated") and (whole or (kind == "orderUpdated" and key in model)):
            model[key] = "INITIALIZED" if whole else model[key]
        elif kind in ("orderDelivered", "orderCancelled") and key in model:
            model[key] = kind.removeprefix("order").upper()
        else:
            lost += 1
    assert {order["externalOrderId"]: order["status"] for order in account.state["orders"]} == model
    assert account.items.get("dropped", 0) == lost
    assert account.items.get("kept", 0) == len(model) + sum(kind == "viewed" for kind, _, _ in sequence)


@given(st.booleans(), st.integers(0, 4), st.booleans())
def test_an_order_that_is_sent_again_loses_nothing(as_text: bool, number: int, by_update: bool) -> None:
    account = EsputnikTenant()
    order: dict[str, Any] = {**ORDER, "items": [ITEM] * number, "totalCost": 258 * number, "giftNote": "так 生日"}
    sent_ = {**order, "items": escaped(order["items"])} if as_text else order
    account.event("orderCreated", **order)
    account.event("orderUpdated" if by_update else "orderCreated", **sent_)
    assert account.silent == 0
    assert account.items == {"sent": 2, "kept": 1, "updated": 1}


def is_empty(value: Any) -> bool:
    """Whether a value has no leaf but null: the objects and lists around it say nothing."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value is None or (isinstance(value, dict | list) and all(map(is_empty, inner)))


@given(values)
def test_a_null_in_an_unknown_key_is_not_a_loss_and_other_values_are(value: Any) -> None:
    account = EsputnikTenant()
    body = {"eventTypeKey": "viewed", "keyValue": "k", "comment": value}
    account.send("registerEvent", raw(body))
    assert account.silent == (not is_empty(value))


@pytest.mark.parametrize("operation", sorted(VENDOR.operations))
def test_the_contract_and_the_code_have_the_same_operations(operation: str) -> None:
    assert operation in EsputnikTenant().mock.contract.operations
    assert OLENA["id"] == 1
