"""A date and time of day as a text states them, with its offset. The parsers of the formats return it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import NamedTuple

from mockservers.core.values.days import year_month_day

MINUTES_A_DAY = 1_440
_LAST_MINUTE = MINUTES_A_DAY - 1


class Timestamp(NamedTuple):
    """`day` by its number (see `days`), `minute` of that day, `second` with all its digits.

    `offset` is the minutes by which the stated time is ahead of UTC, None where the text states no offset. A leap
    second is second 60 of the minute that it ends.
    """

    day: int
    minute: int
    second: Decimal
    offset: int | None

    def to_datetime(self, *, exact: bool = True) -> datetime | None:
        """Return the datetime with the same offset; None if a datetime cannot hold it.

        Digits beyond microseconds lead to None if `exact`; else they are cut off.
        """
        year, month, day = year_month_day(self.day)
        micros = self.second * 1_000_000
        whole = int(micros)
        if not 1 <= year <= 9999 or self.second >= 60 or (exact and whole != micros):
            return None
        zone = None if self.offset is None else timezone(timedelta(minutes=self.offset))
        hour, minute = divmod(self.minute, 60)
        return datetime(year, month, day, hour, minute, whole // 1_000_000, whole % 1_000_000, zone)


def timestamp(day: int | None, hour: int, minute: int, second: Decimal, offset: int | None) -> Timestamp | None:
    """Return the timestamp of these parts; None if there is no such day or time."""
    if day is None or hour > 23 or minute > 59 or second >= 61:
        return None
    parsed = Timestamp(day, hour * 60 + minute, second, offset)
    return parsed if second < 60 or _may_be_leap(parsed) else None


def offset_minutes(sign: str, hours: str, minutes: str | None) -> int | None:
    """Return an offset from UTC in minutes; None beyond 23:59."""
    if int(hours) > 23 or int(minutes or 0) > 59:
        return None
    length = int(hours) * 60 + int(minutes or 0)
    return -length if sign == "-" else length


def _may_be_leap(timestamp: Timestamp) -> bool:
    """Whether a timestamp can be a leap second: the end of a month, in UTC (RFC 3339, 5.7 and appendix D)."""
    day, minute = divmod(timestamp.day * MINUTES_A_DAY + timestamp.minute - (timestamp.offset or 0), MINUTES_A_DAY)
    return minute == _LAST_MINUTE and year_month_day(day + 1)[2] == 1
