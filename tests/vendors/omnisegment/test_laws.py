"""Laws of OmniSegment's decisions, for any body: they are total and pure, outcomes add up, and the ledger is true."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call, Job, Json
from mockservers.core.exchange.decision import Decision, Schedule
from mockservers.core.state.store import Store
from mockservers.core.value import replace
from mockservers.vendors.omnisegment import VENDOR
from tests.asking import contract
from tests.vendors.omnisegment.omnisegment_tenant import JSON, ORDER, OmniSegmentTenant

NOW = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)
READINGS = {name: rule.reading for name, rule in contract("omnisegment").rules.items() if rule.reading}
OPERATIONS = sorted(VENDOR.operations)
STATE: dict[str, Any] = {
    "members": [
        {"member_sn": "1", "email": "a@b.tw", "phone": "+886912345678"},
        {"member_sn": "2", "email": "a@b.tw"},
        {"phone": "+81312345678", "is_headless_account": True},
    ],
    "source_ids": [{"source_id": "C", "source_system": "CRM", "member_sn": "2"}],
    "products": [{"id": "P1", "title": "毛衣", "foreign_ids": {"CRM": "c1"}}],
    "custom_fields": [
        {"name": "custom", "type": "string"},
        {"name": "campaign", "type": "string", "of": "voucher"},
        {"name": "custom", "type": "number", "of": "audience"},
    ],
    "orders": [
        {"transaction_id": "A", "member_sn": "1", "audience_id": 1, "datetime": "2025-11-01T00:00:00Z"}
        | {"transaction_revenue": 5, "transaction_status": "REFUND", "coupon": "雙11"}
    ],
}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(
    ["A", "B", "1", "2", "C", "CRM", "P1", "c1", "P1,P2", "1,2", "1", "", "a@b.tw", "+886912345678"]
)


def likely(*values: Any) -> st.SearchStrategy[Any]:
    """Mostly a value that means something, now and then any."""
    return st.sampled_from(values) | names | anything


ORDERS: dict[str, st.SearchStrategy[Any]] = {
    "member_sn": likely("1", "2", "404", 1),
    "source_id": likely("C", "404"),
    "source_system": likely("CRM"),
    "datetime": likely(
        "2025-11-01T00:00:00+0800", "2025-11-01", "0001-01-01T00:00:00+1400", "9999-12-31T23:59:59-1200"
    ),
    "transaction_id": likely("A", "B"),
    "transaction_revenue": likely(5, 0.1, "5", -3, 10**400, 1e300),
    "transaction_status": likely("PAID", "DONE", None),
    "quantities": likely(2, 10**400),
    "products": likely("P1,P2", {"default": "P1,P2", "CRM": "c1,c2"}, {"CRM": "c1,c9"}, {"CRM": "c9"}),
    "products_name": likely("毛衣,新品", "新品"),
    "products_quantity": likely("1,2", "1.5,9", "1", "9" * 5000 + ",1"),
    "shipping_address": likely({"address1": "x", "floor": 3}, {"address1": None}),
    "voucher": likely([{"voucher_name": "x", "campaign": "y" * 200, "z": 1}], [{}]),
    "device": likely("PC", "pc", "TABLET"),
    "email": likely("a@b.tw"),
    "phone": likely("+886912345678", "0912"),
    "coupon": likely("雙11"),
    "custom": likely("x" * 300, "x", 5),
    "cupon": likely("x"),
}
MEMBERS: dict[str, st.SearchStrategy[Any]] = {
    **{name: ORDERS[name] for name in ("member_sn", "source_id", "source_system", "email", "phone", "custom", "cupon")},
    "mapping_key": likely("phone", "member_sn", "email"),
    "tags": likely("a,b", "none"),
    "first_name": likely("小明"),
    "sex": likely("male", ""),
    "is_subscriber": likely(True, "none"),
}
PRODUCTS: dict[str, st.SearchStrategy[Any]] = {
    "id": likely("P1", {"default": "P1", "CRM": "c1"}),
    "title": likely("毛衣"),
    "link": likely("https://example.com"),
    "availability": likely("in stock"),
    "image_link": likely("x"),
    "price": likely("999 TWD", 5, "9" * 5000),
    "custom": anything,
}


def records(fields: Mapping[str, st.SearchStrategy[Any]], base: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Records that are right but for a few fields."""
    return st.fixed_dictionaries({}, optional=dict(fields)).map(lambda drawn: {**base, **drawn})


RECORD = (
    records(ORDERS, ORDER)
    | records(MEMBERS, {"member_sn": "1"})
    | records(
        PRODUCTS, {"id": "P9", "title": "x", "link": "http://x", "availability": "", "image_link": "", "price": "1"}
    )
)
DATA = RECORD | st.lists(RECORD, max_size=4) | st.lists(st.just(ORDER), min_size=51, max_size=51) | anything
TOP = st.fixed_dictionaries(
    {},
    optional={
        "debug_mode": likely(0, 1, "1", True),
        "identifier_field": likely("email", "phone", "member_sn"),
        "is_anonymous": likely(True, False),
        "merge_key": likely("email", "source_id"),
        "tag_mode": likely("replace"),
        "ignore_empty_value": likely(True),
        "extra": anything,
    },
)
CHOICES = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(sorted(reading.choices)) for name, reading in READINGS.items()}
)
CONTENT_TYPES = st.sampled_from(["application/json", "text/plain", ""])


def sent(
    operation: str, data: Any, top: Mapping[str, Any], omnisegment: OmniSegmentTenant
) -> tuple[Any, dict[str, Any]]:
    """The body and the rest of a call, with the credentials where the operation wants them."""
    tid, api_key = omnisegment.credentials["tid"], omnisegment.credentials["api_key"]
    if operation == "getOrders":
        query = {str(name): str(value) for name, value in top.items()}
        window = {"tid": tid, "datetime_min": "2025-01-01 00:00", "datetime_max": "2027-01-01 00:00"}
        return b"", {"headers": {"X-OmniSegment-Api-Key": api_key}, "query": {**query, **window}}
    if operation == "createAudienceMapping":
        return data, {"headers": {"X-OmniSegment-Api-Key": api_key}, "query": {"tid": tid}}
    return {**omnisegment.credentials, **top, "data": data}, {"headers": JSON}


@given(
    raw=st.binary(max_size=200) | anything.map(lambda value: json.dumps(value).encode()),
    operation=st.sampled_from(OPERATIONS),
)
def test_any_bytes_get_an_answer_of_the_vendor(raw: bytes, operation: str) -> None:
    answer = OmniSegmentTenant().ask(operation, raw, headers=JSON)
    assert answer.reply.status in (400, 403)
    assert json.loads(answer.reply.body)["SUCCESS"] is False


@given(data=DATA, top=TOP, operation=st.sampled_from(OPERATIONS), readings=CHOICES)
def test_outcomes_add_up_to_the_items_sent(
    data: Any, top: dict[str, Any], operation: str, readings: dict[str, str]
) -> None:
    omnisegment = OmniSegmentTenant(readings=readings, **STATE)
    for _ in range(2):
        body, rest = sent(operation, data, top, omnisegment)
        answer = omnisegment.ask(operation, body, **rest)
        assert answer.reply.status in (200, 400)
        items = dict(omnisegment.items)
        assert items.pop("sent") == sum(items.values())
        assert not items.get("pending")
    omnisegment.read()
    assert isinstance(omnisegment.state, dict)


@given(orders=st.lists(records(ORDERS, ORDER), min_size=1, max_size=5), readings=CHOICES)
def test_items_called_kept_are_held_and_items_called_lost_are_not(
    orders: list[dict[str, Any]], readings: dict[str, str]
) -> None:
    numbered = [{**order, "transaction_id": f"單-{index}"} for index, order in enumerate(orders)]
    omnisegment = OmniSegmentTenant(readings=readings, members=STATE["members"])
    omnisegment.batch(*numbered)
    assert len(omnisegment.orders) == omnisegment.items.get("kept", 0)
    dropped = {
        int(place.split("/")[2])
        for found in omnisegment.ledger["findings"]
        if found["outcome"] == "dropped" and found["rule"] != "omnisegment.products.unknown-foreign-id"
        for place in found["where"]
        if place.startswith("/data/")
    }
    assert {f"單-{index}" for index in dropped}.isdisjoint(order["transaction_id"] for order in omnisegment.orders)


@given(order=records(ORDERS, ORDER), mode=st.sampled_from([0, 1]), readings=CHOICES)
def test_an_order_that_is_sent_twice_loses_nothing_the_second_time(
    order: dict[str, Any], mode: int, readings: dict[str, str]
) -> None:
    omnisegment = OmniSegmentTenant(readings=readings, members=STATE["members"], custom_fields=STATE["custom_fields"])
    first = omnisegment.send(order, mode)
    before = sum(finding.count for finding in first.findings if finding.loses)
    state = omnisegment.orders
    again = omnisegment.send(order, mode)
    assert sum(finding.count for finding in again.findings if finding.loses) <= before + _statusless(order)
    assert omnisegment.orders == state


def _statusless(order: Mapping[str, Any]) -> int:
    """A status that some reading kept gives way to the default only where none is sent again."""
    return int(order.get("transaction_status") is None)


# -- decisions by themselves ------------------------------------------------------------------------------------


def made(data: Any, top: Mapping[str, Any], operation: str, content_type: str) -> Call:
    body = data if operation == "createAudienceMapping" else {"tid": "OA-1", "api_key": "k", **top, "data": data}
    query = {"datetime_min": "2025-01-01", "datetime_max": "2027-01-01"}
    return Call(
        "omnisegment", operation, Json(body), NOW, NOW, id=7, query=query, headers={"content-type": content_type}
    )


def looked_at(readings: Mapping[str, str]) -> View:
    store = Store(VENDOR.collections)
    store.replace(STATE, NOW)
    return View(store, NOW, contract("omnisegment"), readings)


@given(data=DATA, top=TOP, operation=st.sampled_from(OPERATIONS), kind=CONTENT_TYPES, readings=CHOICES)
def test_a_decision_is_the_same_twice_and_changes_nothing(
    data: Any, top: dict[str, Any], operation: str, kind: str, readings: dict[str, str]
) -> None:
    call, view = made(data, top, operation, kind), looked_at(readings)
    before = json.dumps(call.json)
    decision = VENDOR.operations[operation](call, view)
    assert decision == VENDOR.operations[operation](call, view)
    for job in jobs(decision):
        assert VENDOR.jobs[job.name](job, view) == VENDOR.jobs[job.name](job, view)
    assert json.dumps(call.json) == before


def jobs(decision: Decision) -> list[Job]:
    return [effect.job for effect in decision.effects if isinstance(effect, Schedule)]


def test_a_lone_surrogate_causes_no_error() -> None:
    omnisegment = OmniSegmentTenant(**STATE)
    raw = json.dumps({**omnisegment.credentials, "debug_mode": 1, "data": {**ORDER, "coupon": "\ud800", "\udfff": 1}})
    assert omnisegment.ask("importPurchaseData", raw.encode(), headers=JSON).reply.status == 200
    assert omnisegment.orders[-1]["coupon"] == "\ud800"
    raw = json.dumps({**omnisegment.credentials, "debug_mode": 1, "data": {**ORDER, "transaction_status": "\ud800"}})
    assert omnisegment.ask("importPurchaseData", raw.encode(), headers=JSON).reply.status == 400
    assert omnisegment.items == {"sent": 2, "kept": 1, "refused": 1}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_unauthenticated_call_is_refused_and_has_no_effect(operation: str) -> None:
    call = replace(made(ORDER, {}, operation, "application/json"), headers={})
    decision = VENDOR.unauthenticated(call, looked_at({}))
    assert decision.reply is not None
    assert decision.reply.status == 403
    assert decision.effects == ()
