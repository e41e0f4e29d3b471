"""The mock against a naive model of the vendor, over any sequence of calls: answers, state, Activity Log, ledger.

https://developers.zangsho.com/guides/data-import, under every reading
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from mockservers.core.tenancy.tenant import Answer
from tests.asking import NOW
from tests.vendors.under_readings import UnderReadings, stateful_test
from tests.vendors.zangsho.naive import Failed, Naive
from tests.vendors.zangsho.naive_values import Record
from tests.vendors.zangsho.zangsho_tenant import BATCHES, ZangshoTenant, body

SINGLES = {
    "customers": "createCustomer",
    "orders": "createOrder",
    "subscriptions": "createSubscription",
    "events": "createSubscriptionEvent",
}
UNKNOWN = {"created_at", "updated_at", "source", "refunded_at", "failed_at"}
"""Fields that the naive model does not know."""
EMAILS = st.sampled_from(["王@example.com", "b@example.com", "B@Example.com", " b@example.com ", "олена@example.com"])
TEXTS = st.sampled_from([*["甲", "乙", "", None] * 3, "\ud83d"])
AMOUNTS = st.sampled_from(["10.00", "10", "7.5", 7, "0", "7.505", "-7.5", "-1.005"])
INSTANTS = st.sampled_from(
    ["2025-12-01T08:00:00Z", "2025-12-01T16:00:00+08:00", "2025-12-02T00:00:00Z", "2025-12-01T08:00:00"]
)
NUMBERS = st.sampled_from([1, 2, 3, 9])
RIGHT: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "customers": {
        "email": EMAILS,
        "name": TEXTS,
        "phone": TEXTS,
        "external_id": TEXTS,
        "metadata": st.sampled_from([*[{"a": 1}, {"色": 2}] * 3, {}, {"a": "1", "b": None}, None, []]),
    },
    "orders": {
        "order_no": st.sampled_from(["A", "B", "c"]),
        "amount": AMOUNTS,
        "customer_email": EMAILS,
        "customer_id": NUMBERS,
        "customer_name": TEXTS,
        "status": st.sampled_from(["pending", "paid", "refunded", "", None]),
        "currency": st.sampled_from(["TWD", "USD", "UAH", None]),
        "payment_method": st.sampled_from(["credit_card", "atm", "月結", None]),
        "billing_cycle": st.sampled_from(["monthly", "one-time", "每週", None]),
        "paid_at": INSTANTS,
        "metadata": st.sampled_from([{}, {"a": 1}, {"色": 2}, []]),
    },
    "subscriptions": {
        "customer_id": NUMBERS,
        "plan_name": TEXTS,
        "mrr": AMOUNTS,
        "billing_cycle": st.sampled_from(["monthly", "yearly"]),
        "started_at": INSTANTS,
        "current_period_start": INSTANTS,
    },
    "events": {
        "customer_email": EMAILS,
        "event_type": st.sampled_from(["upgrade", "cancel"]),
        "amount_change": AMOUNTS,
        "occurred_at": INSTANTS,
        "new_plan": TEXTS,
    },
}
NEEDED = {
    "customers": {"email"},
    "orders": {"order_no", "amount", "customer_email"},
    "subscriptions": {"customer_id", "mrr", "billing_cycle", "started_at", "current_period_start"},
    "events": {"customer_email", "event_type", "amount_change", "occurred_at"},
}
WRONG: st.SearchStrategy[Any] = st.sampled_from([None, "", True, [], "no such value"])
STRANGE: st.SearchStrategy[Any] = st.sampled_from(["note", "id"])


@st.composite
def items(draw: st.DrawFn, kind: str) -> Any:
    """Mostly right items of a kind; some with a field gone, wrong or unknown, a few that are none."""
    given = RIGHT[kind]
    item = {name: draw(values) for name, values in given.items() if name in NEEDED[kind] or draw(st.booleans())}
    match draw(st.integers(0, 9)):
        case 0:
            return draw(st.sampled_from([None, "text", [], 7]))
        case 1:
            item[draw(st.sampled_from(sorted(given)))] = draw(WRONG)
        case 2:
            item.pop(draw(st.sampled_from(sorted(item))))
        case 3:
            item[draw(STRANGE)] = draw(st.sampled_from([1, "x", None]))
        case _:
            pass
    return item


CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "mrr": AMOUNTS,
        "plan_name": TEXTS,
        "billing_cycle": st.sampled_from(["weekly", "yearly"]),
        "note": NUMBERS,
    },
)
CANCELLATIONS = st.fixed_dictionaries({}, optional={"cancelled_at": INSTANTS, "reason": TEXTS, "note": NUMBERS})
KINDS = st.sampled_from(sorted(BATCHES))
CONTENT_TYPES = st.sampled_from(
    [*["application/json"] * 5, "text/plain", "application/json; charset=UTF-8", "application/json; charset=Big5"]
)
CHOICES = {
    "request.content-type": ["accept", "refuse"],
    "request.charset": ["ignore", "refuse"],
    "batch.on-conflict-empty": ["skip", "refuse"],
    "batch.update-non-empty": ["non-empty", "overwrite"],
    "batch.metadata": ["replace", "merge"],
    "batch.status": ["always-200", "all-failed-422"],
    "batch.updated-list": ["when-not-empty", "always-four"],
    "item.metadata-list": ["accept", "refuse"],
    "item.half-character": ["accept", "refuse"],
    "item.email-match": ["fold", "exact"],
    "amount.number": ["accept", "refuse"],
    "amount.negative": ["accept", "refuse"],
    "amount.places": ["keep", "round", "refuse"],
    "instant.form": ["accept", "refuse"],
    "instant.without-zone": ["utc", "taipei", "refuse"],
    "order.customer-named": ["either", "email"],
    "order.customer-known": ["fail", "create-customer"],
    "order.payment-method": ["accept", "seen-only"],
    "order.currency": ["accept", "seen-only"],
    "order.billing-cycle": ["accept", "seen-only"],
    "order.idempotency-other-body": ["replay", "refuse"],
    "subscription.one-per-customer": ["one", "one-active"],
}


class AgainstNaiveModel(UnderReadings):
    vendor = "zangsho"
    choices = CHOICES
    mock: ZangshoTenant

    def begin(self, readings: dict[str, str]) -> None:
        self.mock = ZangshoTenant(customers=[], readings=self.ids(readings))
        self.naive = Naive(NOW, readings)

    @rule(
        data=st.data(),
        kind=KINDS,
        on_conflict=st.sampled_from(["skip", "update", "update", None, " "]),
        content_type=CONTENT_TYPES,
    )
    def batch(self, data: st.DataObject, kind: str, on_conflict: str | None, content_type: str) -> None:
        sent = data.draw(st.lists(items(kind), min_size=1, max_size=4))
        envelope = {} if on_conflict is None else {"on_conflict": on_conflict}
        answer = self._send(BATCHES[kind], {**envelope, kind: sent}, content_type)
        if not self.naive.takes_batch(sent, content_type, on_conflict):
            assert answer.reply.status == 422
            return
        lists, failures = self.naive.batch(kind, sent, "update" if on_conflict == "update" else "skip")
        if len(failures) == len(sent) and self.naive.readings["batch.status"] == "all-failed-422":
            assert answer.reply.status == 422
            assert body(answer)["message"] in failures[0].texts
            assert len(body(answer)["errors"]) >= len(failures)
            return
        assert answer.reply.status == 200
        self._compare(body(answer)["data"], lists, failures, total=len(sent))

    def _compare(self, data: Record, lists: dict[str, list[Record]], failures: list[Failed], *, total: int) -> None:
        assert {name: data[name] for name in lists} == {name: len(entries) for name, entries in lists.items()}
        assert data["total"] == total
        always = self.naive.readings["batch.updated-list"] == "always-four"
        assert ("updated" in data["results"]) == (always or bool(lists["updated"]))
        for entry, failed in zip(data["results"]["failed"], failures, strict=True):
            assert entry.pop("message") in failed.texts
        assert {"updated": [], **data["results"]} == lists

    def _send(self, operation: str, sent: Any, content_type: str, headers: dict[str, str] | None = None) -> Answer:
        raw = json.dumps(sent).encode()  # in ASCII: half of a character can be sent escaped alone
        return self.mock.send(operation, raw, headers={"Content-Type": content_type, **(headers or {})})

    @rule(data=st.data(), kind=KINDS, key=st.sampled_from(["", "", "k-1", "k-2"]), content_type=CONTENT_TYPES)
    def create(self, data: st.DataObject, kind: str, key: str, content_type: str) -> None:
        sent = data.draw(items(kind))
        key = key if kind == "orders" else ""
        answer = self._send(SINGLES[kind], sent, content_type, {"X-Idempotency-Key": key} if key else None)
        reads = self.naive.reads(content_type)
        record = attempt(self.naive.create, kind, sent if reads else None, key, None if reads else sent)
        if isinstance(record, Failed):
            assert answer.reply.status == record.status
            assert record.status == 409 or body(answer)["message"] in record.texts
        else:
            expected = record if "made" not in record else self.naive.answered(kind, record)
            assert (answer.reply.status, shown(body(answer))) == (201, expected)

    @rule(number=st.integers(1, 3), sent=CHANGES)
    def change(self, number: int, sent: Record) -> None:
        answer = self.mock.send("updateSubscription", json.dumps(sent).encode(), path={"id": str(number)})
        record = attempt(self.naive.change, number, sent)
        if isinstance(record, Failed):
            assert answer.reply.status == (422 if record.texts else 404)
        else:
            assert shown(body(answer)) == self.naive.answered("subscriptions", record)

    @rule(number=st.integers(1, 3), sent=CANCELLATIONS)
    def cancel(self, number: int, sent: Record) -> None:
        answer = self.mock.send("cancelSubscription", json.dumps(sent).encode(), path={"id": str(number)})
        record = attempt(self.naive.cancel, number, sent)
        if isinstance(record, Failed):
            assert answer.reply.status == (422 if record.texts else 404)
        else:
            assert shown(body(answer)) == self.naive.answered("subscriptions", record)

    @rule(hours=st.sampled_from([1, 23, 24]))
    def wait(self, hours: int) -> None:
        self.mock.advance(hours=hours)
        self.naive.now = self.mock.tenant.clock.now()

    @invariant()
    def both_hold_the_same(self) -> None:
        state = self.mock.state
        for kind, collection in (
            *((kind, kind) for kind in SINGLES if kind != "events"),
            ("events", "subscription_events"),
        ):
            held = [{name: value for name, value in record.items() if name != "reason"} for record in state[collection]]
            assert [shown({"data": record}) for record in held] == [
                self.naive.answered(kind, record) for record in self.naive.held[kind]
            ]
        logged = Counter((entry["action"], entry["subject_id"]) for entry in state["activity"])
        assert logged == self.naive.activity


def attempt(call: Callable[..., Record], *asked: Any) -> Record | Failed:
    try:
        return call(*asked)
    except Failed as failed:
        return failed


def shown(answer: Record) -> Record:
    """The record of an answer, as far as the naive model knows it."""
    return {name: value for name, value in answer["data"].items() if name not in UNKNOWN}


TestAgainstNaiveModel = pytest.mark.rule(
    "zangsho.batch.skip", "zangsho.batch.update", "zangsho.batch.twice", "zangsho.subscription.mrr-change"
)(stateful_test(AgainstNaiveModel, steps=15))
