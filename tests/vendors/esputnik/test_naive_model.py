"""The mock against a naive model of the vendor, over any sequence of order events and of Add orders.

https://esputnik.com/support/peredacha-dannyh-resursom-v1event, under every reading
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.vendors.esputnik.esputnik_tenant import EsputnikTenant, body_of
from tests.vendors.esputnik.naive import KINDS, Naive

KNOWN = {"externalcustomerid": "AV13760", "email": "Olena@example.com", "phone": "380501234567"}
"""The contact that an account here begins with, by what it is found by."""

VALUES: dict[str, list[Any]] = {
    "externalOrderId": ["1", "2", "", None],
    "totalCost": ["258.0", "300", "12,5", ""],
    "status": ["INITIALIZED", "IN_PROGRESS", "DELIVERED", "initialized", ""],
    "date": ["2020-05-14T10:11:00", "2020-05-14T10:11:01", "14.05.2020", "", "2020-05-14T10:11:00.5+03:00"],
    "currency": ["UAH", "USD", "грн"],
    "email": ["olena@example.com", "nobody@example.com", ""],
    "phone": ["380501234567", "+380501234567", ""],
    "externalCustomerId": ["AV13760", "av13760", ""],
    "Email": ["OLENA@example.com", "other@example.com"],
    "note": ["甲", "乙", ""],
}
WHOLE = ("externalOrderId", "totalCost", "status", "date", "email")
CHOICES = {
    "event.repeated": ["one-more", "dropped"],
    "event.unbound": ["kept", "dropped"],
    "event.ignored-order": ["event-ignored", "event-kept"],
    "event-type.order-of-another-type": ["event", "order-meant"],
    "identifier.external-id": ["default-name", "page-list"],
    "identifier.first-match": ["first-match", "first-present"],
    "contact.must-exist": ["must-exist", "order-for-nobody", "v2-creates-contact"],
    "order.status": ["order-ignored", "kept-as-sent"],
    "order.date": ["strict", "lenient"],
    "order.currency": ["accept", "order-ignored"],
    "order.created-again": ["updates", "ignored"],
    "order.update-merges": ["merge", "replace"],
    "order.unknown-order": ["event-kept", "event-ignored"],
    "order.status-only": ["status-only", "updates-too"],
    "order.change-for-nobody": ["accept", "ignore"],
    "order.of-another-contact": ["changes", "ignored"],
    "orders.date": ["accept", "with-offset"],
    "orders.fixed-fields": ["ignored", "order-fails"],
}
READINGS = st.fixed_dictionaries({name: st.sampled_from(choices) for name, choices in CHOICES.items()})
TYPES = st.sampled_from([*KINDS, "orderCreated", "OrderCreated", "viewed"])


@st.composite
def params(draw: st.DrawFn) -> dict[str, Any]:
    """Params of an event: mostly those of a whole order, mostly right."""
    names = set(WHOLE) if draw(st.integers(0, 3)) else set()
    names ^= set(draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=3)))
    wild = draw(st.integers(0, 3)) == 3
    made = {name: draw(st.sampled_from(VALUES[name] if wild else VALUES[name][:2])) for name in sorted(names)}
    return {name: value for name, value in made.items() if value is not None}


ADDED: dict[str, list[Any]] = {
    "externalOrderId": ["1", "2", "", None, 3],
    "totalCost": [258.0, 300, "258.0", None],
    "status": ["INITIALIZED", "DELIVERED", "delivered", None],
    "date": ["2020-05-14T10:11:00", "2020-05-14T10:11:00.5+03:00", "14.05.2020", None],
    "currency": ["UAH", "USD", None, "", "грн"],
    "email": ["olena@example.com", "new@example.com", None],
    "phone": ["380501234567", "380671112233", None],
    "externalCustomerId": ["AV13760", "客-9", None, ""],
    "source": ["web", "app", None],
    "note": ["x", None],
}
NEEDED = {"externalOrderId", "totalCost", "status", "date", "currency", "email"}


@st.composite
def orders(draw: st.DrawFn) -> Any:
    """An order for Add orders: mostly a right one."""
    if draw(st.integers(0, 9)) == 9:
        return draw(st.sampled_from([None, [], "order"]))
    names = NEEDED ^ set(draw(st.lists(st.sampled_from(sorted(ADDED)), max_size=2)))
    wild = draw(st.integers(0, 3)) == 3
    return {name: draw(st.sampled_from(ADDED[name] if wild else ADDED[name][:2])) for name in sorted(names)}


class AgainstNaiveModel(RuleBasedStateMachine):
    """Every call goes to both, and both say, hold and count the same."""

    @initialize(readings=READINGS)
    def begin(self, readings: dict[str, str]) -> None:
        self.mock = EsputnikTenant(readings={f"esputnik.{name}": choice for name, choice in readings.items()})
        self.naive = Naive(readings, KNOWN)

    @rule(kind=TYPES, sent=params(), version=st.sampled_from([1, 2]))
    def event(self, kind: str, sent: dict[str, Any], version: int) -> None:
        assert self.mock.event(kind, version=version, **sent).reply.status == self.naive.event(kind, sent, version)

    @rule(sent=st.lists(orders(), min_size=1, max_size=3))
    def add(self, sent: list[Any]) -> None:
        found = body_of(self.mock.send("ordersBulkInsert", {"orders": sent}))["failedOrders"]
        failed = [found] if isinstance(found, dict) else found
        assert [each["order"] for each in failed] == self.naive.add(sent)

    @invariant()
    def both_hold_the_same(self) -> None:
        held = {
            str(order["externalOrderId"]): {
                name: value for name, value in order.items() if name not in ("orderId", "contactId")
            }
            for order in self.mock.state["orders"]
        }
        assert held == self.naive.orders
        owners = {str(order["externalOrderId"]): order["contactId"] for order in self.mock.state["orders"]}
        assert owners == self.naive.owners
        assert len(self.mock.state["contacts"]) == len(self.naive.contacts)
        assert len(self.mock.state["events"]) == self.naive.events

    @invariant()
    def both_count_the_same(self) -> None:
        outcomes = Counter(self.mock.items)
        assert outcomes.pop("sent", 0) == sum(self.naive.outcomes.values())
        assert outcomes == +self.naive.outcomes
        assert self.mock.silent == self.naive.silent


TestAgainstNaiveModel = AgainstNaiveModel.TestCase
TestAgainstNaiveModel.settings = settings(max_examples=4 * settings().max_examples, stateful_step_count=15)
TestAgainstNaiveModel = pytest.mark.rule(
    "esputnik.order.required",
    "esputnik.order.unknown-order",
    "esputnik.event.ignored-order",
    "esputnik.order.update-merges",
    "esputnik.order.status-only",
    "esputnik.orders.same-id-updates",
)(TestAgainstNaiveModel)
