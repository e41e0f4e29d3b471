"""The mock against a naive model of the vendor, over any sequence of batches of past events: answers, state, ledger.

https://docs.yespo.io/docs/how-send-past-events, under every reading
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from tests.asking import NOW
from tests.vendors.esputnik.esputnik_tenant import EsputnikTenant, body_of
from tests.vendors.esputnik.esputnik_tenant import params as listed
from tests.vendors.esputnik.naive_past_events import NaivePastEvents
from tests.vendors.esputnik.test_naive_model import CHOICES as ORDER_CHOICES
from tests.vendors.esputnik.test_naive_model import KNOWN, TYPES, params
from tests.vendors.under_readings import UnderReadings, defaults, stateful_test

LOCAL = (NOW + timedelta(hours=2)).replace(tzinfo=None)
"""What the account's clocks show, in Kyiv's winter time."""

OCCURRED = st.sampled_from(
    [
        *["2025-01-01", "2025-01-01T10:11", "2026-01-15T05:00"] * 3,
        *["2026-01-15T05:01", "2025-01-01T10:11:12", "2025-02-30", "01.01.2025", None],
    ]
)
ELSEWHERE = ("request.no-media-type", "request.charset", "orders.")
"""Readings of what this machine does not send."""
CHOICES = {
    **{name: options for name, options in ORDER_CHOICES.items() if not name.startswith(ELSEWHERE)},
    "past-events.orders": ["orders-made", "events-only"],
}
EVENTS = st.fixed_dictionaries(
    {"eventTypeKey": TYPES, "keyValue": st.sampled_from(["k-1", "ключ", 7]), "params": params(), "occurred": OCCURRED}
)


class AgainstNaivePastEvents(UnderReadings):
    vendor = "esputnik"
    choices = CHOICES
    mock: EsputnikTenant

    def begin(self, readings: dict[str, str]) -> None:
        self.mock = EsputnikTenant(readings=self.ids(readings))
        self.naive = NaivePastEvents(defaults(ORDER_CHOICES) | readings, KNOWN)
        self.naive.now = LOCAL

    @rule(sent=st.lists(EVENTS, min_size=1, max_size=4), version=st.sampled_from([1, 2]))
    def past(self, sent: list[dict[str, Any]], version: int) -> None:
        events = [{**event, "params": listed(event["params"])} for event in sent]
        text = json.dumps({"events": events})
        operation = "sendHistoryEvents" if version == 1 else "sendHistoryEventsV2"
        answer = self.mock.send(operation, text.encode())
        refused = self.naive.refusal("application/json", text, len(sent))
        if refused:
            assert answer.reply.status == refused
            return
        if self.naive.refuses_past(sent, version):
            assert answer.reply.status == 400
            return
        statuses = self.naive.past(sent, version)
        value = body_of(answer)
        taken = statuses.count("ACCEPTED")
        assert value["results"] == [{"status": status} for status in statuses]
        assert (value["successCount"], value["errorCount"]) == (taken, len(sent) - taken)

    @rule(kind=TYPES, sent=params())
    def event(self, kind: str, sent: dict[str, Any]) -> None:
        text = json.dumps({"eventTypeKey": kind, "params": listed(sent)})
        status = self.naive.refusal("application/json", text, 1) or self.naive.event(kind, sent, 1)
        assert self.mock.send("registerEvent", text.encode()).reply.status == status

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


TestAgainstNaivePastEvents = pytest.mark.rule(
    "esputnik.past-events.occurred", "esputnik.past-events.orders", "esputnik.past-events.twice"
)(stateful_test(AgainstNaivePastEvents, steps=8))
