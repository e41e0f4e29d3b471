"""The mock against a naive model of the vendor, over any sequence of uploads and days: answers, state, ledger.

https://docs.fanship.jp/integration-api-v1/upload_purchases.html, under every reading
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from mockservers.core.tenancy.tenant import Answer
from tests.asking import NOW
from tests.vendors.fanship.fanship_tenant import FanshipTenant
from tests.vendors.fanship.naive import Naive, said
from tests.vendors.fanship.naive_parts import ANSWERS
from tests.vendors.under_readings import UnderReadings, stateful_test

DAYS = st.sampled_from([*["20260114", "20260115", "20240229", "20250229"] * 3, "20260117", "20160114", "20160115"])
MOMENTS = ["2026-01-15T09:00:00+09:00", "2026-01-15T00:00:00Z", "2026-01-16T00:00:00.5+09:00", "2026-01-15", "", None]
FIELDS: dict[str, list[Any]] = {
    "member_id": ["m-1", "", None, 1],
    "item_name": ["商品A", "кава", None],
    "quantity": [1, 1.0, 2, None, 1.5, "1", True],
    "market_price": [100, 100.0, 0.1, None, "100"],
    "packaging_price": [1, 1.5, None, True],
    "order_date": MOMENTS,
    "promotion_id": [["p"], None, "p", []],
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
    "upload.last-of-day-wins": ["per-business-day", "one-upload-per-reception-day"],
    "upload.all-or-nothing": ["nothing-kept", "good-lines-kept"],
    "upload.empty-file": ["accept", "refuse"],
    "upload.repeated-id": ["last-wins", "both-kept"],
    "upload.part-type": ["refuse", "accept"],
    "upload.part-charset": ["ignore", "refuse"],
    "upload.empty-filename": ["accept", "refuse"],
    "upload.byte-order-mark": ["refuse", "ignore"],
    "ingestion.reception-day": ["until-midnight", "until-ingestion"],
    "ingestion.accumulates": ["accumulate", "full-replacement"],
    "ingestion.no-change": ["keep-held", "replace-held", "both-kept", "replace-day"],
    "record.date-time": ["asserted", "null-on-mismatch"],
    "record.promotion-id": ["kept", "ignored"],
    "record.fractional-packaging-price": ["kept", "refused"],
    "record.half-character": ["accept", "refuse"],
    "path.far-business-day": ["accept", "refuse"],
    "reply.success": list(ANSWERS),
}
MEMBERS = st.sampled_from(
    [
        '{"id":"a"}',
        '{"id":"a","name":"王"}',
        '{"id":"a","place":{"city":"京","zip":1}}',
        '{"id":"a","place":{"zip":2}}',
        '{"id":"b","rank":1}',
        '{"id":"c"}',
        '{"id":5}',
        r'{"id":"d","name":"\ud83d"}',
        "",
    ]
)
PARTS: st.SearchStrategy[dict[str, str | None]] = st.just({}) | st.sampled_from(
    [
        {"content_type": "application/json"},
        {"content_type": "Application/X-NDJSON; charset=utf-8"},
        {"content_type": "application/x-ndjson; charset=Shift_JIS"},
        {"filename": ""},
    ]
)


def maybe_marked(lines: list[str]) -> st.SearchStrategy[list[str]]:
    """The lines, in a few cases after a byte order mark."""
    marked = [f"\ufeff{lines[0]}", *lines[1:]] if lines else lines
    return st.sampled_from([*[lines] * 5, marked])


class AgainstNaiveModel(UnderReadings):
    """Every upload goes to both, and both say, hold and count the same."""

    vendor = "fanship"
    choices = CHOICES

    def begin(self, readings: dict[str, str]) -> None:
        self.mock = FanshipTenant(readings=self.ids(readings))
        self.naive = Naive(NOW, readings)

    @rule(day=DAYS, lines=st.lists(purchases(), max_size=4).flatmap(maybe_marked), part=PARTS)
    def upload(self, day: str, lines: list[str], part: dict[str, str | None]) -> None:
        self._compare(self.mock.upload(day, *lines, **part), is_taken=self.naive.upload(day, lines, part))

    @rule(lines=st.lists(MEMBERS, max_size=3).flatmap(maybe_marked), part=PARTS)
    def members(self, lines: list[str], part: dict[str, str | None]) -> None:
        self._compare(self.mock.members(*lines, **part), is_taken=self.naive.upload_members(lines, part))

    def _compare(self, answer: Answer, *, is_taken: bool) -> None:
        success = ANSWERS[self.naive.readings["reply.success"]]
        assert (answer.reply.status, answer.reply.body) == (success if is_taken else (400, b'{"status":"NG"}'))

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
        ignored = self.naive.readings["record.promotion-id"] == "ignored"
        return {name: value for name, value in said(purchase).items() if name != "promotion_id" or not ignored}


def in_order(documents: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Documents in an order that does not depend on the order in which they are held."""
    return sorted(documents, key=lambda document: repr(sorted(document.items())).replace(".0", ""))


TestAgainstNaiveModel = pytest.mark.rule(
    "fanship.upload.last-of-day-wins",
    "fanship.upload.repeated-id",
    "fanship.ingestion.no-change",
    "fanship.members.full-replacement",
    "fanship.members.omitted-keys",
)(stateful_test(AgainstNaiveModel, steps=15))
