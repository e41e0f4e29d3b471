"""Days of uploads against a plain reading of FANSHIP's page: what is held, what is lost, and nothing invented."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from tests.asking import NOW
from tests.vendors.fanship.uploading import Uploading

JST = timezone(timedelta(hours=9))
Line = dict[str, Any]

lines = st.fixed_dictionaries({"id": st.sampled_from("abc")}, optional={"quantity": st.sampled_from([1, 2, None])})
files = st.lists(lines, max_size=4)
steps = st.tuples(st.sampled_from([0, 1, 13, 24, 48]), st.sampled_from(["20260114", "20260115"]), files)


class Page:
    """Of the uploads of a business day that one reception day sees the last counts; it is taken in next morning."""

    def __init__(self) -> None:
        self.now = NOW
        self.held: dict[str, Line] = {}
        self.lost = 0
        self._waiting: list[tuple[datetime, str, list[Line]]] = []

    def upload(self, day: str, sent: list[Line]) -> None:
        said = [content(line) for line in sent]
        for waiting in [found for found in self._waiting if found[0] == self._morning and found[1] == day]:
            self.lost += sum(content(line) not in said for line in last_of_each_id(waiting[2]))
            self._waiting.remove(waiting)
        last = {line["id"]: content(line) for line in sent}
        self.lost += sum(content(line) != last[line["id"]] for line in sent)
        self._waiting.append((self._morning, day, sent))

    def advance(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        for waiting in [found for found in self._waiting if found[0] <= self.now]:
            for line in last_of_each_id(waiting[2]):
                held = self.held.setdefault(line["id"], line)
                self.lost += content(held) != content(line)
            self._waiting.remove(waiting)

    @property
    def _morning(self) -> datetime:
        today = self.now.astimezone(JST).replace(hour=5, minute=0, second=0)
        return today + timedelta(days=1)


def content(line: Line) -> Line:
    """What a line says: null is as good as absent."""
    return {key: value for key, value in line.items() if value is not None}


def last_of_each_id(sent: list[Line]) -> list[Line]:
    kept = {line["id"]: number for number, line in enumerate(sent)}
    return [sent[number] for number in sorted(kept.values())]


@given(st.lists(steps, max_size=6))
@example([(0, "20260115", [{"id": "a", "quantity": 1}]), (0, "20260115", [{"id": "a", "quantity": 1}])])
def test_days_of_uploads_hold_and_lose_what_the_page_says(given_steps: list[tuple[int, str, list[Line]]]) -> None:
    fanship, page = Uploading(), Page()
    for hours, day, sent in [*given_steps, (72, "20260113", [])]:
        fanship.advance(hours=hours)
        page.advance(hours)
        assert fanship.upload(day, *sent).reply.status == 200
        page.upload(day, sent)
    fanship.advance(hours=48)
    assert {held["id"]: held for held in fanship.state["purchases"]} == page.held
    assert len(fanship.state["purchases"]) == len(page.held) == fanship.items.get("kept", 0)
    assert fanship.silent == page.lost


@given(files.filter(bool), st.sampled_from([0, 1]))
def test_a_day_sent_again_whole_loses_nothing(sent: list[Line], hours: int) -> None:
    fanship, whole = Uploading(), last_of_each_id(sent)
    for _ in range(3):
        fanship.upload("20260115", *whole)
        fanship.advance(hours=hours)
    fanship.advance(days=2)
    fanship.upload("20260115", *whole)
    fanship.advance(days=2)
    assert fanship.silent == 0
    assert fanship.items["sent"] == 4 * len(whole)
