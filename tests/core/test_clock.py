"""A tenant's time: running or frozen, never back; durations and moments as ISO 8601 and RFC 3339 write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.errors import UsageError
from mockservers.core.values.clock import LATEST, Clock, duration, length, moment, text

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
moments = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours))),
)


def test_a_frozen_clock_stays_where_it_was_put() -> None:
    clock = Clock(NOON, frozen=True)
    assert clock.now() == clock.now() == NOON


def test_a_running_clock_runs_from_where_it_was_put() -> None:
    clock = Clock(NOON)
    first = clock.now()
    assert NOON <= first <= clock.now() < NOON + timedelta(minutes=1)


@pytest.mark.parametrize("frozen", [True, False])
def test_a_clock_without_a_given_time_has_the_real_one(frozen: bool) -> None:
    assert abs(Clock(frozen=frozen).now() - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("frozen", [True, False])
@given(st.lists(st.timedeltas(timedelta(), timedelta(days=90)), max_size=5))
def test_moves_of_a_clock_count_as_elapsed_time_and_survive_a_rewind(frozen: bool, spans: list[timedelta]) -> None:
    clock = Clock(NOON, frozen=frozen)
    before = clock.elapsed()
    for span in spans:
        clock.advance(span)
        clock.rewind(NOON)
    moved = sum(spans, timedelta())
    assert timedelta(0) <= timedelta(seconds=clock.elapsed() - before) - moved < timedelta(minutes=1)
    assert clock.arrival(NOON) == NOON + moved


ENDS = ["9999-12-31T23:59:59.999999Z", "9999-01-01T00:00:00.000001Z", "0001-12-31T23:59:59Z"]


@pytest.mark.parametrize("frozen", [True, False])
@pytest.mark.parametrize("end", ENDS)
def test_a_clock_refuses_to_approach_the_ends_of_the_calendar_and_stays(end: str, frozen: bool) -> None:
    with pytest.raises(UsageError, match=r"A clock can be from 0002-01-01T00:00:00Z to 9999-01-01T00:00:00Z, not "):
        Clock(moment(end), frozen=frozen)
    clock = Clock(NOON, frozen=frozen)
    with pytest.raises(UsageError, match="A clock can be from"):
        clock.to(moment(end))
    for span in (timedelta.max, LATEST - NOON + timedelta(minutes=1)):
        with pytest.raises(UsageError, match=r"the latest moment of a clock|A clock can be from"):
            clock.advance(span)
    assert clock.now() - NOON < timedelta(minutes=1)
    assert clock.arrival(NOON) == NOON


def test_a_clock_can_be_set_to_the_time_that_it_shows() -> None:
    """Whoever reads a clock to the millisecond, and sets it to that, does not go back."""
    clock = Clock(NOON + timedelta(microseconds=1_999), frozen=True)
    clock.to(moment(text(clock.now())))
    assert clock.now() == NOON + timedelta(microseconds=1_999)
    with pytest.raises(UsageError, match="cannot go back"):
        clock.to(NOON)


@given(st.timedeltas(timedelta(), timedelta(days=400_000)))
def test_a_duration_is_read_back_as_it_was_written(span: timedelta) -> None:
    assert duration(length(span)) == span


@given(moments, moments, st.booleans())
def test_a_clock_goes_forward_and_never_back(start: datetime, to: datetime, frozen: bool) -> None:
    clock = Clock(start, frozen=frozen)
    if to >= clock.now():
        clock.to(to)
        assert to <= clock.now() < to + timedelta(minutes=1)
    else:
        with pytest.raises(UsageError, match="cannot go back"):
            clock.to(to)
        assert clock.now() >= start


@given(moments)
def test_a_time_is_read_back_to_the_millisecond(given_moment: datetime) -> None:
    shown = text(given_moment)
    assert shown.endswith("Z")
    assert abs(moment(shown) - given_moment) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("2026-01-16T06:00:00+09:00", datetime(2026, 1, 15, 21, tzinfo=UTC)),
        ("2026-01-15T12:00:00Z", NOON),
        ("2026-01-15T12:00:00.250Z", NOON + timedelta(milliseconds=250)),
    ],
)
def test_a_time_needs_an_offset(given_text: str, expected: datetime) -> None:
    assert moment(given_text) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "now",
        "2026-01-15",
        "2026-01-15T12:00:00",
        "2026-02-30T12:00:00Z",
        "0001-01-01T00:00:00+09:00",
        5,
        None,
        True,
    ],
)
def test_an_invalid_time_is_an_error(wrong: object) -> None:
    with pytest.raises(UsageError, match="Give RFC 3339"):
        moment(wrong)


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("P1D", timedelta(days=1)),
        ("PT90M", timedelta(minutes=90)),
        ("P1DT12H", timedelta(days=1, hours=12)),
        ("P2W", timedelta(weeks=2)),
        ("PT0S", timedelta()),
        ("PT0.5S", timedelta(milliseconds=500)),
        ("pt1h", timedelta(hours=1)),
        (timedelta(seconds=3), timedelta(seconds=3)),
    ],
)
def test_a_duration_is_parsed_by_iso_8601(given_text: object, expected: timedelta) -> None:
    assert duration(given_text) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "P",
        "PT",
        "P1DT",
        "1D",
        "-P1D",
        "P1Y",
        "P1.5D",
        "P1D ",
        "PT1H30",
        "P١D",
        "P" + "9" * 400 + "D",
        60,
        None,
        True,
    ],
)
def test_an_invalid_duration_is_an_error(wrong: object) -> None:
    with pytest.raises(UsageError, match=r"not a duration|too long"):
        duration(wrong)
