"""The mock against a naive model of the vendor, over any sequence of uploads and days: answers, state, ledger.

https://docs.fanship.jp/integration-api-v1/upload_purchases.html, under the defaults and under other readings
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.asking import NOW
from tests.vendors.fanship.fanship_tenant import FanshipTenant
from tests.vendors.fanship.naive import Naive, said

DAYS = st.sampled_from(["20260114", "20260115", "20240229", "20250229"])
MOMENTS = ["2026-01-15T09:00:00+09:00", "2026-01-15T00:00:00Z", "2026-01-16T00:00:00.5+09:00", "2026-01-15", "", None]
FIELDS: dict[str, list[Any]] = {
    "member_id": ["m-1", "", None, 1],
    "item_name": ["商品A", "кава", None],
    "quantity": [1, 1.0, 2, None, 1.5, "1", True],
    "market_price": [100, 100.0, 0.1, None, "100"],
    "packaging_price": [1, 1.5, None, True],
    "order_date": MOMENTS,
    "promotion_id": [["p"], None, "p"],
    "property": [[], [{"key": "色", "value": "赤"}], [{}], [{"key": "a"}] * 101, {}],
    "orderDate": ["2026-01-15", None],
}
RARELY_WRONG = st.integers(0, 5)
ODD = [
    "",
    "  ",
    "not JSON",
    "[1]",
    "null",
    '{"id": 1}',
    '{"id": ""}',
    '{"id":"a","id":"b"}',
    '{"id":"c","quantity":1,"quantity":1.0}',
]


@st.composite
def purchases(draw: st.DrawFn) -> str:
    """A line: mostly a right one, of few ids and few values, so that lines meet again."""
    if draw(RARELY_WRONG) == 5:
        return draw(st.sampled_from(ODD))
    names = draw(st.lists(st.sampled_from(sorted(FIELDS)), max_size=3, unique=True))
    wild = draw(RARELY_WRONG) == 5
    fields = {name: draw(st.sampled_from(FIELDS[name] if wild else FIELDS[name][:2])) for name in names}
    return json.dumps({"id": draw(st.sampled_from("abc")), **fields}, ensure_ascii=False)


CHOICES = {
    "fanship.upload.last-of-day-wins": "one-upload-per-reception-day",
    "fanship.upload.all-or-nothing": "good-lines-kept",
    "fanship.upload.empty-file": "refuse",
    "fanship.upload.repeated-id": "both-kept",
    "fanship.ingestion.reception-day": "until-ingestion",
    "fanship.ingestion.accumulates": "full-replacement",
    "fanship.record.date-time": "null-on-mismatch",
    "fanship.record.promotion-id": "ignored",
    "fanship.record.fractional-packaging-price": "refused",
}
NO_CHANGE = st.sampled_from(["keep-held", "replace-held", "both-kept", "replace-day"])
READINGS: st.SearchStrategy[dict[str, str]] = st.just({}) | st.builds(
    lambda rules, no_change: {rule: CHOICES[rule] for rule in rules} | {"fanship.ingestion.no-change": no_change},
    st.sets(st.sampled_from(sorted(CHOICES)), max_size=3),
    NO_CHANGE,
)
"""The defaults, and any few other choices together."""

MEMBERS = st.sampled_from(['{"id":"a"}', '{"id":"a","name":"王"}', '{"id":"b","rank":1}', '{"id":"c"}', '{"id":5}', ""])


class AgainstNaiveModel(RuleBasedStateMachine):
    """Every upload goes to both, and both say, hold and count the same."""

    def __init__(self) -> None:
        super().__init__()
        self.mock = FanshipTenant()
        self.naive = Naive(NOW)

    @initialize(readings=READINGS)
    def read(self, readings: dict[str, str]) -> None:
        self.mock.tenant.set_readings(readings)
        self.naive.readings = readings

    @rule(day=DAYS, lines=st.lists(purchases(), max_size=4))
    def upload(self, day: str, lines: list[str]) -> None:
        assert self.mock.upload(day, *lines).reply.status == self.naive.upload(day, lines)

    @rule(lines=st.lists(MEMBERS, max_size=3))
    def members(self, lines: list[str]) -> None:
        assert self.mock.members(*lines).reply.status == self.naive.upload_members(lines)

    @rule(hours=st.sampled_from([1, 12, 24, 48]))
    def wait(self, hours: int) -> None:
        self.mock.advance(hours=hours)
        self.naive.wait(hours)

    @invariant()
    def both_hold_the_same(self) -> None:
        state = self.mock.state
        held = [self._shown(each) for _, each in self.naive.purchases]
        assert in_order(map(self._shown, state["purchases"])) == in_order(held)
        assert {each["id"]: said(each) for each in state["members"]} == {
            name: said(each) for name, each in self.naive.members.items()
        }

    def _shown(self, purchase: dict[str, Any]) -> dict[str, Any]:
        ignored = self.naive.readings.get("fanship.record.promotion-id") == "ignored"
        return {name: value for name, value in said(purchase).items() if name != "promotion_id" or not ignored}

    @invariant()
    def both_count_the_same(self) -> None:
        outcomes = Counter(self.mock.items)
        assert outcomes.pop("sent", 0) == sum(self.naive.sent.values())
        assert outcomes == self.naive.sent
        assert self.mock.silent == self.naive.silent


def in_order(documents: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Documents in an order that does not depend on the order in which they are held."""
    return sorted(documents, key=lambda document: repr(sorted(document.items())).replace(".0", ""))


TestAgainstNaiveModel = AgainstNaiveModel.TestCase
TestAgainstNaiveModel.settings = settings(max_examples=4 * settings().max_examples, stateful_step_count=15)
TestAgainstNaiveModel = pytest.mark.rule(
    "fanship.upload.last-of-day-wins",
    "fanship.upload.repeated-id",
    "fanship.ingestion.no-change",
    "fanship.members.full-replacement",
)(TestAgainstNaiveModel)
