"""The mock against a naive model of the vendor, over any sequence of calls: answers, state, Activity Log, ledger.

https://developers.zangsho.com/guides/data-import, under every reading
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.asking import NOW
from tests.vendors.zangsho.naive import Failed, Naive
from tests.vendors.zangsho.naive_values import Record
from tests.vendors.zangsho.zangsho_tenant import BATCHES, ZangshoTenant, body

SINGLES = {
    "customers": "createCustomer",
    "orders": "createOrder",
    "subscriptions": "createSubscription",
    "events": "createSubscriptionEvent",
}
UNKNOWN = {"created_at", "updated_at", "source", "refunded_at", "failed_at", "payment_method"}
"""Fields that the naive model does not know."""
EMAILS = st.sampled_from(["王@example.com", "b@example.com", "B@Example.com", " b@example.com ", "олена@example.com"])
TEXTS = st.sampled_from(["甲", "乙", "", None])
AMOUNTS = st.sampled_from(["10.00", "10", "7.5", 7, "0"])
INSTANTS = st.sampled_from(["2025-12-01T08:00:00Z", "2025-12-01T16:00:00+08:00", "2025-12-02T00:00:00Z"])
NUMBERS = st.sampled_from([1, 2, 3, 9])
RIGHT: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "customers": {
        "email": EMAILS,
        "name": TEXTS,
        "phone": TEXTS,
        "external_id": TEXTS,
        "metadata": st.sampled_from([{}, {"a": 1}, {"a": "1", "b": None}, None]),
    },
    "orders": {
        "order_no": st.sampled_from(["A", "B", "c"]),
        "amount": AMOUNTS,
        "customer_email": EMAILS,
        "customer_id": NUMBERS,
        "customer_name": TEXTS,
        "status": st.sampled_from(["pending", "paid", "refunded", "", None]),
        "currency": st.sampled_from(["TWD", "USD", None]),
        "paid_at": INSTANTS,
        "metadata": st.sampled_from([{}, {"a": 1}]),
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
CHOICES = {
    "amount.number": ["accept", "refuse"],
    "batch.metadata": ["replace", "merge"],
    "batch.update-non-empty": ["non-empty", "overwrite"],
    "batch.updated-list": ["when-not-empty", "always-four"],
    "item.email-match": ["fold", "exact"],
    "order.customer-known": ["fail", "create-customer"],
    "order.idempotency-other-body": ["replay", "refuse"],
    "subscription.one-per-customer": ["one", "one-active"],
}
READINGS = st.fixed_dictionaries({name: st.sampled_from(choices) for name, choices in CHOICES.items()})


class AgainstNaiveModel(RuleBasedStateMachine):
    """Every call goes to both, and both say, hold and count the same."""

    @initialize(readings=READINGS)
    def begin(self, readings: dict[str, str]) -> None:
        chosen = {f"zangsho.{name}": choice for name, choice in readings.items()}
        self.mock = ZangshoTenant(customers=[], readings=chosen)
        self.naive = Naive(NOW, readings)

    @rule(data=st.data(), kind=KINDS, on_conflict=st.sampled_from(["skip", "update", None]))
    def batch(self, data: st.DataObject, kind: str, on_conflict: str | None) -> None:
        sent = data.draw(st.lists(items(kind), min_size=1, max_size=4))
        answer = self.mock.batch(kind, *sent, on_conflict=on_conflict)
        lists, failures = self.naive.batch(kind, sent, on_conflict or "skip")
        assert {name: answer[name] for name in lists} == {name: len(entries) for name, entries in lists.items()}
        assert answer["total"] == len(sent)
        always = self.naive.readings["batch.updated-list"] == "always-four"
        assert ("updated" in answer["results"]) == (always or bool(lists["updated"]))
        for entry, failed in zip(answer["results"]["failed"], failures, strict=True):
            assert entry.pop("message") in failed.texts
        assert {"updated": [], **answer["results"]} == lists

    @rule(data=st.data(), kind=KINDS, key=st.sampled_from(["", "", "k-1", "k-2"]))
    def create(self, data: st.DataObject, kind: str, key: str) -> None:
        sent = data.draw(items(kind))
        key = key if kind == "orders" else ""
        answer = self.mock.send(SINGLES[kind], sent, headers={"X-Idempotency-Key": key} if key else None)
        record = attempt(self.naive.create, kind, sent, key)
        if isinstance(record, Failed):
            assert answer.reply.status == record.status
            assert record.status == 409 or body(answer)["message"] in record.texts
        else:
            expected = record if "made" not in record else self.naive.answered(kind, record)
            assert (answer.reply.status, told(body(answer))) == (201, expected)

    @rule(number=st.integers(1, 3), sent=CHANGES)
    def change(self, number: int, sent: Record) -> None:
        answer = self.mock.send("updateSubscription", sent, path={"id": str(number)})
        record = attempt(self.naive.change, number, sent)
        if isinstance(record, Failed):
            assert answer.reply.status == (422 if record.texts else 404)
        else:
            assert told(body(answer)) == self.naive.answered("subscriptions", record)

    @rule(number=st.integers(1, 3), sent=CANCELLATIONS)
    def cancel(self, number: int, sent: Record) -> None:
        answer = self.mock.send("cancelSubscription", sent, path={"id": str(number)})
        record = attempt(self.naive.cancel, number, sent)
        if isinstance(record, Failed):
            assert answer.reply.status == 404
        else:
            assert told(body(answer)) == self.naive.answered("subscriptions", record)

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
            assert [told({"data": record}) for record in held] == [
                self.naive.answered(kind, record) for record in self.naive.held[kind]
            ]
        logged = Counter((entry["action"], entry["subject_id"]) for entry in state["activity"])
        assert logged == self.naive.activity

    @invariant()
    def both_count_the_same(self) -> None:
        outcomes = Counter(self.mock.items)
        assert outcomes.pop("sent", 0) == sum(self.naive.outcomes.values())
        assert outcomes == +self.naive.outcomes
        assert self.mock.silent == self.naive.silent


def attempt(call: Callable[..., Record], *asked: Any) -> Record | Failed:
    try:
        return call(*asked)
    except Failed as failed:
        return failed


def told(answer: Record) -> Record:
    """The record of an answer, as far as the naive model knows it."""
    return {name: value for name, value in answer["data"].items() if name not in UNKNOWN}


TestAgainstNaiveModel = AgainstNaiveModel.TestCase
TestAgainstNaiveModel.settings = settings(max_examples=4 * settings().max_examples, stateful_step_count=15)
TestAgainstNaiveModel = pytest.mark.rule(
    "zangsho.batch.skip", "zangsho.batch.update", "zangsho.batch.twice", "zangsho.subscription.mrr-change"
)(TestAgainstNaiveModel)
