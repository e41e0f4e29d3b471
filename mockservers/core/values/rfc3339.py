"""RFC 3339's `date-time` and `full-date`, which JSON Schema uses as its formats `date-time` and `date`.

Any number of digits after the second, `t` and `z` as well as `T` and `Z`, an offset with a colon, -00:00 too (the local
offset is not known). Year 0000 passes. Second 60 passes where a leap second can be, at the end of a month in UTC.
"""

from __future__ import annotations

import re
from decimal import Decimal

from mockservers.core.values.days import day_number
from mockservers.core.values.timestamps import Timestamp, offset_minutes, timestamp

# The fraction is matched possessively, so that a long run of digits cannot backtrack.
_DATE_TIME = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2}(?:\.\d++)?)(?:[Zz]|([+-])(\d{2}):(\d{2}))", re.ASCII
)
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_LOCAL = re.compile(r"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})", re.ASCII)


def is_date_time(text: str) -> bool:
    """Whether a text is a `date-time`."""
    return parse(text) is not None


def parse(text: str) -> Timestamp | None:
    """Parse a `date-time`; None for any other text."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute = (int(match[group]) for group in range(1, 6))
    offset = offset_minutes(match[7], match[8], match[9]) if match[7] else 0
    if offset is None:
        return None
    return timestamp(day_number(year, month, day), hour, minute, Decimal(match[6]), offset)


def is_date(text: str) -> bool:
    """Whether a text is a `full-date`: `YYYY-MM-DD`, a day that exists."""
    return day_of(text) is not None


def day_of(text: str) -> int | None:
    """Return the number (see `days`) of the day that a `full-date` names; None for any other text."""
    match = _DATE.fullmatch(text)
    return None if match is None else day_number(int(match[1]), int(match[2]), int(match[3]))


def is_local_date_time(text: str) -> bool:
    """Whether a whole text is `YYYY-MM-ddTHH:mm:ss`."""
    return parse_local(text) is not None


def parse_local(text: str) -> Timestamp | None:
    """Parse `YYYY-MM-ddTHH:mm:ss`, without an offset or a leap second; None for any other text."""
    match = _LOCAL.fullmatch(text)
    if match is None or match[6] == "60":
        return None
    year, month, day, hour, minute, second = (int(match[group]) for group in range(1, 7))
    return timestamp(day_number(year, month, day), hour, minute, Decimal(second), None)
