"""Laws that hold for any body: decisions are total and pure, outcomes add up, kept is held, skipped is reported."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.accounting.audit import Audit
from mockservers.core.values.formats import decimal
from tests.vendors.zangsho.zangsho_tenant import (
    BATCHES,
    CUSTOMERS,
    EVENT,
    LEAST,
    ORDER,
    SUBSCRIPTION,
    ZangshoTenant,
    body,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
ODD = st.sampled_from(
    ["", " ", "0", "-1", "1.005", 1e300, -0.0, "2025-12-01", "0001-01-01T00:00:00+14:00", "王@例.tw", True]
)
BLANK = "BLANK"
MISTAKES = {"customerEmail", "id", "on_conflict"}
NAMES = st.sampled_from(sorted({name for item in LEAST.values() for name in item} | MISTAKES))
KINDS = st.sampled_from(sorted(BATCHES))
WRITES = ["createCustomer", "createOrder", "createSubscription", "createSubscriptionEvent"]
ALL = [*BATCHES.values(), *WRITES, "updateSubscription", "cancelSubscription", "listOrders", "getCustomer"]
PATHS = {
    "updateSubscription": {"id": "1"},
    "cancelSubscription": {"id": "1"},
    "getCustomer": {"customerIdOrExternalId": "101"},
}


@st.composite
def items(draw: st.DrawFn, kind: str) -> Any:
    """Nearly right items of a kind, now and then something else."""
    if draw(st.integers(0, 9)) == 0:
        return draw(JSON)
    item = {**LEAST[kind]}
    if kind != "customers" or draw(st.booleans()):
        key = {"customers": "email", "orders": "order_no", "subscriptions": "customer_id", "events": "customer_email"}[
            kind
        ]
        item[key] = draw(st.sampled_from(["a@example.com", "A@example.com", "wang.xiaoming@example.com", 101, 102]))
    for name in draw(st.lists(NAMES, max_size=2)):
        item[name] = draw(ODD | JSON)
    for name in draw(st.lists(NAMES, max_size=1)):
        item.pop(name, None)
    return item


@st.composite
def batches(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    kind = draw(KINDS)
    envelope: dict[str, Any] = {kind: draw(st.lists(items(kind), min_size=1, max_size=5))}
    conflict = draw(st.sampled_from([None, "skip", "update"]))
    return kind, {**envelope, "on_conflict": conflict}


def merchant(**readings: str) -> ZangshoTenant:
    return ZangshoTenant(
        readings=readings, orders=[{**ORDER, "id": 1}], subscriptions=[{"id": 1, **SUBSCRIPTION, "customer_id": 102}]
    )


@pytest.mark.parametrize("operation", ALL)
@given(raw=st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_a_decision_is_total_and_pure_for_any_bytes(operation: str, raw: bytes) -> None:
    zangsho = merchant()
    before = zangsho.state
    first, second = (zangsho.decide(operation, raw, path=PATHS.get(operation, {})) for _ in range(2))
    assert first == second
    assert first.reply is not None
    assert first.reply.status < 500
    assert zangsho.state == before


@pytest.mark.parametrize("operation", WRITES)
@given(data=st.data())
def test_any_single_record_is_either_kept_or_refused(operation: str, data: st.DataObject) -> None:
    kind = list(BATCHES)[WRITES.index(operation)]
    zangsho = merchant()
    answer = zangsho.send(operation, data.draw(items(kind)))
    kind = "kept" if answer.reply.status == 201 else "refused"
    assert answer.reply.status in (201, 422)
    assert zangsho.items == {"sent": 1, kind: 1}


@pytest.mark.rule("zangsho.batch.counts", "zangsho.batch.partial-success")
@given(batches())
def test_the_counts_of_a_batch_add_up_and_each_index_is_in_one_list(sent: tuple[str, dict[str, Any]]) -> None:
    kind, envelope = sent
    data = body(merchant().send(BATCHES[kind], envelope))["data"]
    names = ("created", "updated", "skipped", "failed")
    assert data["total"] == len(envelope[kind]) == sum(data[name] for name in names)
    lists = {name: data["results"].get(name, []) for name in names}
    assert all(data[name] == len(entries) for name, entries in lists.items())
    assert sorted(entry["index"] for entries in lists.values() for entry in entries) == list(range(data["total"]))


@given(batches())
def test_outcomes_add_up_and_what_a_reply_reports_is_not_silent(sent: tuple[str, dict[str, Any]]) -> None:
    kind, envelope = sent
    zangsho = merchant()
    data = body(zangsho.send(BATCHES[kind], envelope))["data"]
    items_by_outcome = dict(zangsho.items)
    assert items_by_outcome.pop("sent") == len(envelope[kind]) == sum(items_by_outcome.values())
    assert items_by_outcome.get("refused", 0) == data["failed"]
    assert items_by_outcome.get("skipped", 0) == data["skipped"]
    for finding in zangsho.ledger["findings"]:
        if finding["outcome"] in ("refused", "skipped"):
            assert finding["reported"]


@given(batches())
def test_every_item_answered_as_created_is_held(sent: tuple[str, dict[str, Any]]) -> None:
    kind, envelope = sent
    zangsho = merchant()
    data = body(zangsho.send(BATCHES[kind], envelope))["data"]
    held = {record["id"] for record in zangsho.state["subscription_events" if kind == "events" else kind]}
    assert {entry["id"] for name in ("created", "updated") for entry in data["results"].get(name, [])} <= held
    assert len(zangsho.state["activity"]) >= data["created"] + data["updated"]


@given(batches())
def test_items_counted_as_kept_are_held_as_they_were_sent_and_the_others_are_not(
    sent: tuple[str, dict[str, Any]],
) -> None:
    """Of what is answered as created or updated, a record differs from its item only where a later one overwrote it."""
    kind, envelope = sent
    zangsho = merchant()
    data = body(zangsho.send(BATCHES[kind], envelope))["data"]
    stored = [entry for name in ("created", "updated") for entry in data["results"].get(name, [])]
    records = {record["id"]: record for record in zangsho.state["subscription_events" if kind == "events" else kind]}
    whole = [entry for entry in stored if says_the_same(kind, envelope[kind][entry["index"]], records[entry["id"]])]
    assert len(stored) == sum(zangsho.items.get(outcome, 0) for outcome in ("kept", "updated", "overwritten"))
    assert len(stored) - len(whole) <= zangsho.items.get("overwritten", 0)


def says_the_same(kind: str, item: dict[str, Any], record: dict[str, Any]) -> bool:
    """Whether a record holds the amounts and lists of an item; emails, names and times are compared elsewhere."""
    given = {name: value for name, value in item.items() if name in LEAST[kind] and value is not None}
    said = {name: value for name, value in given.items() if not isinstance(value, str) or value.strip()}
    amounts = [name for name in ("amount", "mrr", "amount_change") if name in said]
    others = [name for name in ("status", "currency", "billing_cycle", "event_type") if name in said]
    same_amounts = all(decimal(said[name]) == decimal(record[name]) for name in amounts)
    return same_amounts and all(said[name] == record[name] for name in others)


@given(batches())
def test_sending_a_batch_again_loses_nothing_more(sent: tuple[str, dict[str, Any]]) -> None:
    """Skipping what is held as it was sent is no loss: only what the first call did not keep is lost by the second."""
    kind, envelope = sent
    zangsho = merchant()
    for again in (envelope, {**envelope, "on_conflict": "skip"}):
        zangsho.send(BATCHES[kind], again)
    skipped = [
        finding for finding in zangsho.findings("zangsho.batch.skip") if finding["exchange"] == 2 and finding["loses"]
    ]
    first = [finding for finding in zangsho.ledger["findings"] if finding["exchange"] == 1 and finding["loses"]]
    assert not skipped or first


@pytest.mark.rule("zangsho.batch.updated-list", "zangsho.batch.status")
@given(batches())
def test_readings_of_the_format_of_an_answer_change_no_state(sent: tuple[str, dict[str, Any]]) -> None:
    kind, envelope = sent
    plain = merchant()
    shaped = merchant(**{"zangsho.batch.updated-list": "always-four", "zangsho.batch.status": "all-failed-422"})
    for zangsho in (plain, shaped):
        zangsho.send(BATCHES[kind], envelope)
    assert plain.state == shaped.state
    assert plain.items == shaped.items


def test_the_seeds_of_the_laws_are_held_unchanged() -> None:
    assert [customer["email"] for customer in merchant().state["customers"]] == [seed["email"] for seed in CUSTOMERS]


@pytest.mark.rule("zangsho.item.empty-is-absent")
@pytest.mark.parametrize("blank", [" ", "\t\n", "\u3000"])
@pytest.mark.parametrize(
    ("operation", "sent"),
    [
        ("createCustomer", {"email": "a@example.com", "name": BLANK}),
        ("importCustomers", {"customers": [{"email": "a@example.com", "name": BLANK}]}),
        ("importOrders", {"orders": [{**ORDER, "payment_method": BLANK}]}),
        ("importSubscriptionEvents", {"events": [{**EVENT, "old_plan": BLANK}]}),
        ("importCustomers", {"customers": [{"email": "a@example.com", "metadata": {"note": BLANK}}]}),
    ],
)
def test_a_blank_text_is_no_value(operation: str, sent: Any, blank: str) -> None:
    zangsho = ZangshoTenant(customers=CUSTOMERS)
    zangsho.tenant.audit = audit = Audit(zangsho.tenant.contract)
    zangsho.send(operation, json.loads(json.dumps(sent).replace(BLANK, json.dumps(blank)[1:-1])))
    assert (zangsho.items["kept"], zangsho.silent, audit.to_list()) == (1, 0, [])
