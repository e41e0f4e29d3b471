"""ISO 8601: a day, or a day and a time of day, in the basic or the extended format.

    2024-07-15  2024-W29-1  2024-197              20240715  2024W291  2024197
    T09  T09:51  T09:51:23  T09:51:23,5  T24:00   T09  T0951  T095123.5  T2400
    Z  +08  +08:00                                Z  +08  +0800

Choices that the standard leaves to its users:

- A date is given to the day: `2024`, `2024-07` and `2024-W29` name no day and are refused, as is a time without a date.
- Basic and extended formats are not mixed, except in the offset: `2024-07-15T09:51:23+0800` passes, since a vendor's
  page uses it. `T` is required and not a space; `t` and `z` pass, as RFC 3339 allows.
- Years have four digits, from 0000 on. Offsets are at most 23:59, and -00:00 is refused. The minus is the ASCII hyphen.
- 24:00 is midnight at the end of the day. Second 60 passes if it can be a leap second; a time without an offset is
  checked as UTC.
- Intervals, durations and repetitions are refused.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal

from mockservers.core.values.days import day_number, ordinal_day, week_day
from mockservers.core.values.timestamps import Timestamp, offset_minutes, timestamp

_USUAL = re.compile(
    r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:Z|\+(?:[01][0-9]|2[0-3]):?[0-5][0-9])?"
)
"""Nearly all texts in requests match this. They need no arithmetic."""

_EXTENDED = re.compile(
    r"(?P<year>\d{4})-(?:(?P<month>\d\d)-(?P<day>\d\d)|W(?P<week>\d\d)-(?P<weekday>\d)|(?P<nth>\d{3}))"
    r"(?:[Tt](?P<hour>\d\d)(?::(?P<minute>\d\d)(?::(?P<second>\d\d))?)?(?:[.,](?P<fraction>\d++))?"
    r"(?P<zone>[Zz]|(?P<sign>[+-])(?P<hours>\d\d)(?::?(?P<minutes>\d\d))?)?)?",
    re.ASCII,
)
_BASIC = re.compile(
    r"(?P<year>\d{4})(?:(?P<month>\d\d)(?P<day>\d\d)|W(?P<week>\d\d)(?P<weekday>\d)|(?P<nth>\d{3}))"
    r"(?:[Tt](?P<hour>\d\d)(?:(?P<minute>\d\d)(?P<second>\d\d)?)?(?:[.,](?P<fraction>\d++))?"
    r"(?P<zone>[Zz]|(?P<sign>[+-])(?P<hours>\d\d)(?P<minutes>\d\d)?)?)?",
    re.ASCII,
)


def is_iso8601(text: str) -> bool:
    """Whether a text is a day, or a day and a time of day, by ISO 8601."""
    return _USUAL.fullmatch(text) is not None or parse(text) is not None


def parse(text: str) -> Timestamp | None:
    """Parse an ISO 8601 text; a day means its first moment. None for any other text."""
    match = _EXTENDED.fullmatch(text) or _BASIC.fullmatch(text)
    if match is None:
        return None
    offset = None
    if match["zone"]:
        offset = 0 if match["sign"] is None else offset_minutes(match["sign"], match["hours"], match["minutes"])
        if offset is None or (offset == 0 and match["sign"] == "-"):
            return None
    day, hour = _day(match), int(match["hour"] or 0)
    minute, second = _minute_and_second(match)
    if day is not None and hour == 24 and minute == 0 and second == 0:
        day, hour = day + 1, 0
    return timestamp(day, hour, minute, second, offset)


def _day(match: re.Match[str]) -> int | None:
    year = int(match["year"])
    if match["week"]:
        return week_day(year, int(match["week"]), int(match["weekday"]))
    if match["nth"]:
        return ordinal_day(year, int(match["nth"]))
    return day_number(year, int(match["month"]), int(match["day"]))


def _minute_and_second(match: re.Match[str]) -> tuple[int, Decimal]:
    """Return the minute and second. A fraction applies to the last unit of the text. The arithmetic is exact."""
    digits = match["fraction"] or "0"
    if match["second"]:
        return int(match["minute"]), Decimal(f"{match['second']}.{digits}")
    exact = Context(prec=len(digits) + 5)
    fraction = Decimal(f"0.{digits}")
    if match["minute"]:
        return int(match["minute"]), exact.multiply(fraction, Decimal(60))
    seconds = exact.multiply(fraction, Decimal(3_600))
    minute = int(seconds) // 60
    return minute, exact.subtract(seconds, Decimal(60 * minute))
