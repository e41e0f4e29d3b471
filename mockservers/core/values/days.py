"""Days of the proleptic Gregorian calendar as numbers, also in year 0000 and in years that do not have four digits.

The numbers are those of `date.toordinal`: 1 is 0001-01-01, a Monday. `datetime.date` itself has no year 0000, which ISO
8601 and RFC 3339 allow, and no day after 9999-12-31, which an offset can lead to.
"""

from __future__ import annotations

from datetime import date

_CYCLE = 146_097
"""Days in 400 years, after which the calendar repeats."""


def day_number(year: int, month: int, day: int) -> int | None:
    """Return the number of a day; None if there is no such day."""
    try:
        within = date(year % 400 + 400, month, day).toordinal()
    except ValueError:
        return None
    return within + (year // 400 - 1) * _CYCLE


def ordinal_day(year: int, nth: int) -> int | None:
    """Return the number of the nth day of a year, counted from 1."""
    number = _first_of_january(year) + nth - 1
    return number if nth >= 1 and number < _first_of_january(year + 1) else None


def week_day(year: int, week: int, weekday: int) -> int | None:
    """Return the number of a day in an ISO 8601 week: week 1 contains 4 January, weekday 1 is Monday."""
    monday, next_monday = _first_monday(year), _first_monday(year + 1)
    number = monday + (week - 1) * 7 + weekday - 1
    return number if week >= 1 and 1 <= weekday <= 7 and number < next_monday else None


def year_month_day(number: int) -> tuple[int, int, int]:
    """Return the day with a number. The year before 0000 is -1."""
    cycles, within = divmod(number - 1, _CYCLE)
    day = date.fromordinal(within + 1)
    return day.year + 400 * cycles, day.month, day.day


def _first_of_january(year: int) -> int:
    before = year - 1
    return before * 365 + before // 4 - before // 100 + before // 400 + 1


def _first_monday(year: int) -> int:
    """The Monday of the week that has 4 January."""
    fourth = _first_of_january(year) + 3
    return fourth - (fourth - 1) % 7
