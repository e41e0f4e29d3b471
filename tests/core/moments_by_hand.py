"""Texts of dates and times written from their grammar, each with the instant that it names: an oracle for the parsers.

Days are counted by adding up years and months, and nothing of the package is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from hypothesis import strategies as st

MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_leap(year: int) -> bool:
    """Whether a year has 366 days."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def lengths(year: int) -> list[int]:
    """The days of each month."""
    return [days + (month == 1 and is_leap(year)) for month, days in enumerate(MONTHS)]


YEARS = [0]
"""The number of the 1 January of each year, from that of the year 0000 on, which is 0: a Saturday."""
for _year in range(10_001):
    YEARS.append(YEARS[-1] + sum(lengths(_year)))


def number_of(year: int, month: int, day: int) -> int:
    """The days from 0000-01-01 on."""
    return YEARS[year] + sum(lengths(year)[: month - 1]) + day - 1


def weekday_of(number: int) -> int:
    """1 for a Monday."""
    return (number + 5) % 7 + 1


def first_monday(year: int) -> int:
    """The Monday of week 1: the week that has the year's first Thursday."""
    first = YEARS[year]
    thursday = next(day for day in range(first, first + 7) if weekday_of(day) == 4)
    return thursday - 3


@dataclass(frozen=True)
class Written:
    """A text, and what it names: minutes from 0000-01-01 on, the second, and whether it states an offset."""

    text: str
    minute: int
    second: Fraction
    zoned: bool


years = st.integers(0, 9999) | st.sampled_from([0, 1, 4, 100, 400, 1582, 1900, 1970, 2000, 2024, 2100, 9999])


@st.composite
def days(draw: st.DrawFn, *, basic: bool) -> tuple[str, int]:
    """A calendar, week or ordinal date, and its number."""
    year = draw(years)
    dash = "" if basic else "-"
    kind = draw(st.sampled_from(["calendar", "week", "ordinal"]))
    if kind == "calendar":
        month = draw(st.integers(1, 12))
        day = draw(st.integers(1, lengths(year)[month - 1]))
        return f"{year:04}{dash}{month:02}{dash}{day:02}", number_of(year, month, day)
    if kind == "ordinal":
        nth = draw(st.integers(1, 365 + is_leap(year)))
        return f"{year:04}{dash}{nth:03}", YEARS[year] + nth - 1
    monday, next_monday = first_monday(year), first_monday(year + 1)
    week = draw(st.integers(1, (next_monday - monday) // 7))
    weekday = draw(st.integers(1, 7))
    return f"{year:04}{dash}W{week:02}{dash}{weekday}", monday + (week - 1) * 7 + weekday - 1


digits = st.text("0123456789", min_size=1, max_size=12)


@st.composite
def times(draw: st.DrawFn, *, basic: bool) -> tuple[str, Fraction]:
    """A time of day to the hour, the minute or the second, with or without a fraction, and its seconds."""
    colon = "" if basic else ":"
    units = draw(st.integers(1, 3))
    if draw(st.integers(0, 9)) == 0:
        zeros = draw(st.sampled_from(["", ".0", ",00"]))
        return colon.join(["24", "00", "00"][:units]) + zeros, Fraction(86_400)
    parts = [draw(st.integers(0, most)) for most in (23, 59, 59)[:units]]
    text = colon.join(f"{part:02}" for part in parts)
    seconds = Fraction(sum(part * size for part, size in zip(parts, (3_600, 60, 1), strict=False)))
    if draw(st.booleans()):
        after = draw(digits)
        text += draw(st.sampled_from(".,")) + after
        seconds += Fraction(int(after), 10 ** len(after)) * (3_600, 60, 1)[units - 1]
    return text, seconds


@st.composite
def offsets(draw: st.DrawFn, forms: tuple[str, ...], *, zero_behind: bool) -> tuple[str, int]:
    """An offset in one of the forms `Z`, `+hh`, `+hhmm`, `+hh:mm`, and its minutes."""
    form = draw(st.sampled_from(forms))
    if form == "Z":
        return draw(st.sampled_from("Zz")), 0
    hours, minutes = draw(st.integers(0, 23)), draw(st.integers(0, 59)) if "mm" in form else 0
    ahead = hours * 60 + minutes
    sign = draw(st.sampled_from("+-")) if ahead or zero_behind else "+"
    text = form[1:].replace("hh", f"{hours:02}").replace("mm", f"{minutes:02}")
    return sign + text, -ahead if sign == "-" else ahead


@st.composite
def iso8601(draw: st.DrawFn) -> Written:
    """A date, or a date and time, in the basic or the extended format."""
    basic = draw(st.booleans())
    text, day = draw(days(basic=basic))
    if draw(st.integers(0, 4)) == 0:
        return Written(text, day * 1_440, Fraction(0), zoned=False)
    time, seconds = draw(times(basic=basic))
    text += draw(st.sampled_from("Tt")) + time
    ahead = None
    if draw(st.booleans()):
        forms = ("Z", "+hh", "+hhmm") if basic else ("Z", "+hh", "+hhmm", "+hh:mm")
        zone, ahead = draw(offsets(forms, zero_behind=False))
        text += zone
    return written(text, day, seconds, ahead)


@st.composite
def date_times(draw: st.DrawFn) -> Written:
    """A `date-time` of RFC 3339."""
    year, month = draw(years), draw(st.integers(1, 12))
    day = draw(st.integers(1, lengths(year)[month - 1]))
    hour, minute, second = (draw(st.integers(0, most)) for most in (23, 59, 59))
    fraction = draw(st.just("") | digits)
    zone, ahead = draw(offsets(("Z", "+hh:mm"), zero_behind=True))
    text = f"{year:04}-{month:02}-{day:02}{draw(st.sampled_from('Tt'))}{hour:02}:{minute:02}:{second:02}"
    seconds = Fraction(hour * 3_600 + minute * 60 + second) + Fraction(int(fraction or 0), 10 ** len(fraction))
    return written(f"{text}{'.' * bool(fraction)}{fraction}{zone}", number_of(year, month, day), seconds, ahead)


@st.composite
def local_date_times(draw: st.DrawFn) -> Written:
    """`YYYY-MM-ddTHH:mm:ss`."""
    year, month = draw(years), draw(st.integers(1, 12))
    day = draw(st.integers(1, lengths(year)[month - 1]))
    hour, minute, second = (draw(st.integers(0, most)) for most in (23, 59, 59))
    text = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
    return written(text, number_of(year, month, day), Fraction(hour * 3_600 + minute * 60 + second), None)


@st.composite
def leap_seconds(draw: st.DrawFn) -> Written:
    """A `date-time` at a leap second, which is the last of a month in UTC, written in any zone."""
    year, month = draw(st.integers(1, 9998)), draw(st.integers(1, 12))
    _, ahead = draw(offsets(("+hh:mm",), zero_behind=True))
    minute = number_of(year, month, lengths(year)[month - 1]) * 1_440 + 1_439
    local_day, of_day = divmod(minute + ahead, 1_440)
    at_year, at_month, at_day = on_day(local_day)
    fraction = draw(st.just("") | digits)
    zone = f"{'-' if ahead < 0 else '+'}{abs(ahead) // 60:02}:{abs(ahead) % 60:02}"
    after = f".{fraction}" if fraction else ""
    text = f"{at_year:04}-{at_month:02}-{at_day:02}T{of_day // 60:02}:{of_day % 60:02}:60{after}{zone}"
    return Written(text, minute, 60 + Fraction(int(fraction or 0), 10 ** len(fraction)), zoned=True)


def on_day(number: int) -> tuple[int, int, int]:
    """Year, month and day of a number."""
    year = next(each for each in range(number // 366, 10_000) if YEARS[each + 1] > number)
    left = number - YEARS[year]
    for month, length in enumerate(lengths(year), 1):
        if left < length:
            return year, month, left + 1
        left -= length
    raise AssertionError(number)


def written(text: str, day: int, seconds: Fraction, ahead: int | None) -> Written:
    """What a text names whose time of day is so many seconds, at an offset of so many minutes."""
    minutes = int(seconds // 60)
    return Written(text, day * 1_440 + minutes - (ahead or 0), seconds - minutes * 60, ahead is not None)
