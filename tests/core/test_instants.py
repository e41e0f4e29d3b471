"""Dates and times by their standards: every text of the grammar names the instant that an oracle counts by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.contract.validation import Validator
from mockservers.core.values.days import day_number, year_month_day
from mockservers.core.values.formats import FORMATS
from mockservers.core.values.instants import PARSERS, Instant, instant
from tests.core import moments_by_hand as by_hand
from tests.core.moments_by_hand import Written

DAY_OF_0000 = 366
"""The year 0000 has so many days, and Instants count from the day before the year 0001."""

GRAMMARS = {
    "iso8601": by_hand.iso8601(),
    "date-time-or-iso8601": by_hand.iso8601() | by_hand.date_times() | by_hand.leap_seconds(),
    "date-time": by_hand.date_times() | by_hand.leap_seconds(),
    "local-date-time": by_hand.local_date_times(),
}
moments = st.one_of([st.tuples(st.just(form), texts) for form, texts in GRAMMARS.items()])


def named(form: str, text: str) -> Instant:
    found = instant(text, form)
    assert found is not None, (form, text)
    return found


def counted(at: Instant) -> tuple[int, Fraction, bool]:
    """An instant as the oracle counts it: from 0000-01-01 on."""
    return at.minute + (DAY_OF_0000 - 1) * 1_440, Fraction(at.second), at.zoned


def test_every_format_that_names_instants_has_a_grammar() -> None:
    assert GRAMMARS.keys() == PARSERS.keys() <= FORMATS.keys()


@given(moments)
def test_a_text_of_the_grammar_names_its_instant_exactly(moment: tuple[str, Written]) -> None:
    form, written = moment
    assert FORMATS[form](written.text)
    assert counted(named(form, written.text)) == (written.minute, written.second, written.zoned)


@given(moments, moments)
def test_instants_compare_as_those_of_the_oracle(one: tuple[str, Written], other: tuple[str, Written]) -> None:
    first, second = named(one[0], one[1].text), named(other[0], other[1].text)
    key, other_key = ((each.minute, each.second) for each in (one[1], other[1]))
    same = key == other_key and one[1].zoned == other[1].zoned
    assert (first == second) is same
    assert (first.canonical == second.canonical) is same
    assert not same or hash(first) == hash(second)
    if first.zoned == second.zoned:
        assert (first < second) is (key < other_key)
    else:
        with pytest.raises(TypeError, match="naive"):
            assert first < second


@given(by_hand.date_times() | by_hand.leap_seconds(), st.integers(-1_439, 1_439))
def test_an_instant_written_at_an_offset_is_read_back(written: Written, ahead: int) -> None:
    at = named("date-time", written.text)
    text = at.written_at(timedelta(minutes=ahead))
    zone = f"{'-' if ahead < 0 else '+'}{abs(ahead) // 60:02}:{abs(ahead) % 60:02}"
    assert text is None or named("date-time", text + zone) == at
    local = (written.minute + ahead) // 1_440
    assert (text is None) is not by_hand.YEARS[0] <= local < by_hand.YEARS[10_000]


@given(st.datetimes() | st.datetimes(timezones=st.timezones()))
def test_a_datetime_is_the_instant_of_its_text(moment: datetime) -> None:
    try:
        at_utc = moment if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return
    assert Instant.of(moment) == named("iso8601", at_utc.isoformat())


# -- what is not of the grammar ---------------------------------------------------------------------------------------

MUTATIONS: dict[str, Callable[[str], str]] = {
    "a second offset": lambda text: f"{text}+01:00+01:00",
    "white space before": lambda text: f" {text}",
    "a line end": lambda text: f"{text}\n",
    "a sign before the year": lambda text: f"+{text}",
    "a fifth digit of the year": lambda text: f"1{text}",
    "a space for the T": lambda text: text.replace("T", " ").replace("t", " ") + " " * ("T" not in text.upper()),
    "digits of another script": lambda text: text.translate(
        {ord(digit): 0x0660 + int(digit) for digit in "0123456789"}
    ),
    "an offset of 24 hours": lambda text: f"{text.rstrip('Zz')}+24:00",
    "an offset of 60 minutes": lambda text: f"{text.rstrip('Zz')}+00:60",
    "no digit after the point": lambda text: f"{text}.",
    "a month 13": lambda text: f"{text[:4]}-13-{text[8:]}",
    "a 30 February": lambda text: f"{text[:4]}-02-30{text[10:]}",
    "an hour 25": lambda text: f"{text[:10]}T25{text[13:]}",
    "a minute 60": lambda text: f"{text[:13]}:60{text[16:]}",
    "a second 61": lambda text: f"{text[:16]}:61{text[19:]}",
}


@pytest.mark.parametrize("mutation", MUTATIONS)
@given(moment=st.tuples(st.sampled_from(["date-time", "iso8601"]), by_hand.date_times()))
def test_a_changed_text_does_not_match_the_format(mutation: str, moment: tuple[str, Written]) -> None:
    form, written = moment
    text = MUTATIONS[mutation](written.text)
    assert (FORMATS[form](text), instant(text, form)) == (False, None), text


@given(by_hand.leap_seconds(), st.integers(1, 40_000))
def test_a_leap_second_at_any_other_time_is_invalid(written: Written, later: int) -> None:
    day, minute = divmod(written.minute + later, 1_440)
    if minute == 1_439 and by_hand.on_day(day + 1)[2] == 1:
        return
    year, month, of_month = by_hand.on_day(day)
    text = f"{year:04}-{month:02}-{of_month:02}T{minute // 60:02}:{minute % 60:02}:60Z"
    for form in ("date-time", "iso8601"):
        assert (FORMATS[form](text), instant(text, form)) == (False, None), text


def test_day_numbers_equal_those_counted_by_hand() -> None:
    for number in range(0, by_hand.YEARS[10_000], 97):
        day = by_hand.on_day(number)
        ours = number - DAY_OF_0000 + 1
        assert day_number(*day) == ours
        assert year_month_day(ours) == day


# -- both validators, and time ----------------------------------------------------------------------------------------


def _at_second_60(text: str) -> str:
    return f"{text[:16]}:60{text[19:]}"


@given(by_hand.date_times() | by_hand.leap_seconds(), st.sampled_from([*MUTATIONS, "a second 60"]))
def test_both_validators_accept_the_same_date_times(written: Written, mutation: str) -> None:
    validator = Validator({"properties": {"at": {"format": "date-time"}}}, file="openapi.yaml")
    change = (MUTATIONS | {"a second 60": _at_second_60})[mutation]
    for text in (written.text, change(written.text)):
        verdict = FORMATS["date-time"](text)
        value = {"at": text}
        assert validator.valid(value) is validator.all_valid([value]) is validator.reference.is_valid(value) is verdict
        assert bool(validator.violations(value)) is not verdict


LONG = 1_000_000
HOSTILE = {
    "digits": "1" * LONG,
    "digits after a point": "2024-07-15T09:51:23." + "1" * LONG + "Z",
    "digits after an hour": "2024-07-15T09," + "3" * LONG,
    "digits after a point, spoilt": "2024-07-15T09:51:23." + "1" * LONG + "x",
    "zeros after 24:00": "2024-07-15T24:00:00," + "0" * LONG,
    "dots": "a." * (LONG // 2) + "@" + "b." * (LONG // 2),
    "hyphens": "a@" + "b-" * (LONG // 2),
    "ats": "@" * LONG,
    "beyond ASCII": "名" * LONG + "@例",
    "dashes": "-" * LONG,
    "offsets": "2024-07-15T09:51:23" + "+08:00" * (LONG // 6),
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_long_text_is_checked_in_linear_time(kind: str, form: str) -> None:
    def took(read: Callable[[str], object]) -> float:
        before = process_time()
        read(HOSTILE[kind])
        return process_time() - before

    assert min(took(FORMATS[form]) for _ in range(3)) < 0.05
    if form in PARSERS:
        assert min(took(partial(instant, form=form)) for _ in range(3)) < 0.05


def test_no_digit_of_a_fraction_is_lost() -> None:
    nines = "9" * 10_000
    at = named("date-time", f"9999-12-31T23:59:59.{nines}-01:00")
    assert at.second == Decimal(f"59.{nines}")
    assert at.written_at(timedelta(hours=-1)) == f"9999-12-31T23:59:59.{nines}"
    assert at.written_at(timedelta(hours=-1), places=6) == "9999-12-31T23:59:59.999999"
    assert at.written_at(timedelta(0)) is None, "the year 10000 has no four digits"
    assert at > named("date-time", "9999-12-31T23:59:59.9999999-01:00")
