"""The mock against a naive model of the vendor, over any sequence of batches of past events: answers, state, ledger.

https://docs.yespo.io/docs/how-send-past-events, under every reading
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.asking import NOW
from tests.vendors.esputnik.esputnik_tenant import EsputnikTenant, body_of
from tests.vendors.esputnik.esputnik_tenant import params as listed
from tests.vendors.esputnik.naive_past_events import NaivePastEvents
from tests.vendors.esputnik.test_naive_model import CHOICES, KNOWN, TYPES, params

LOCAL = (NOW + timedelta(hours=2)).replace(tzinfo=None)
"""What the account's clocks show, in Kyiv's winter time."""

OCCURRED = st.sampled_from(
    [
        *["2025-01-01", "2025-01-01T10:11", "2026-01-15T05:00"] * 3,
        *["2026-01-15T05:01", "2025-01-01T10:11:12", "2025-02-30", "01.01.2025", None],
    ]
)
READINGS = st.fixed_dictionaries(
    {
        **{name: st.sampled_from(choices) for name, choices in CHOICES.items()},
        "past-events.orders": st.sampled_from(["orders-made", "orders-made", "events-only"]),
    }
)
EVENTS = st.fixed_dictionaries(
    {"eventTypeKey": TYPES, "keyValue": st.sampled_from(["k-1", "ключ"]), "params": params(), "occurred": OCCURRED}
)


class AgainstNaivePastEvents(RuleBasedStateMachine):
    """Every call goes to both, and both say, hold and count the same."""

    @initialize(readings=READINGS)
    def begin(self, readings: dict[str, str]) -> None:
        self.mock = EsputnikTenant(readings={f"esputnik.{name}": choice for name, choice in readings.items()})
        self.naive = NaivePastEvents(readings, KNOWN)
        self.naive.now = LOCAL

    @rule(sent=st.lists(EVENTS, min_size=1, max_size=4), version=st.sampled_from([1, 2]))
    def past(self, sent: list[dict[str, Any]], version: int) -> None:
        events = [{**event, "params": listed(event["params"])} for event in sent]
        operation = "sendHistoryEvents" if version == 1 else "sendHistoryEventsV2"
        answer = body_of(self.mock.send(operation, {"events": events}))
        statuses = self.naive.past(sent, version)
        taken = statuses.count("ACCEPTED")
        assert answer["results"] == [{"status": status} for status in statuses]
        assert (answer["successCount"], answer["errorCount"]) == (taken, len(sent) - taken)

    @rule(kind=TYPES, sent=params())
    def event(self, kind: str, sent: dict[str, Any]) -> None:
        assert self.mock.event(kind, **sent).reply.status == self.naive.event(kind, sent, 1)

    @invariant()
    def both_hold_the_same(self) -> None:
        state = self.mock.state
        held = {
            str(order["externalOrderId"]): {
                name: value for name, value in order.items() if name not in ("orderId", "contactId")
            }
            for order in state["orders"]
        }
        assert held == self.naive.orders
        assert (len(state["contacts"]), len(state["events"])) == (len(self.naive.contacts), self.naive.events)

    @invariant()
    def both_count_the_same(self) -> None:
        outcomes = Counter(self.mock.items)
        assert outcomes.pop("sent", 0) == sum(self.naive.outcomes.values())
        assert outcomes == +self.naive.outcomes
        assert self.mock.silent == self.naive.silent


TestAgainstNaivePastEvents = AgainstNaivePastEvents.TestCase
TestAgainstNaivePastEvents.settings = settings(max_examples=4 * settings().max_examples, stateful_step_count=8)
TestAgainstNaivePastEvents = pytest.mark.rule(
    "esputnik.past-events.occurred", "esputnik.past-events.orders", "esputnik.past-events.twice"
)(TestAgainstNaivePastEvents)
