"""The instant that a text names, exactly: for comparing, sorting, hashing and writing it elsewhere.

    instant("2024-07-15T09:51:23+0800", "iso8601") == instant("2024-07-15T01:51:23Z", "date-time")

`instant(text, format)` is the only reader of dates and times there is. A text without an offset gives a naive instant,
which equals no other than naive ones and cannot be ordered with others; `taken_at` places it in a zone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Context, Decimal
from functools import lru_cache, total_ordering

from mockservers.core.values import iso8601, rfc3339
from mockservers.core.values.days import year_month_day
from mockservers.core.values.timestamps import MINUTES_A_DAY, Timestamp


def _parse_either(text: str) -> Timestamp | None:
    """What either standard states: ISO 8601 has the more forms, and RFC 3339 alone has the offset -00:00."""
    return iso8601.parse(text) or rfc3339.parse(text)


PARSERS: Mapping[str, Callable[[str], Timestamp | None]] = {
    "date-time": rfc3339.parse,
    "iso8601": iso8601.parse,
    "date-time-or-iso8601": _parse_either,
    "local-date-time": rfc3339.parse_local,
}
"""The formats whose texts name instants."""

_LONGEST_REMEMBERED = len("2025-11-01T09:51:23.123456789+08:00")


@total_ordering
@dataclass(frozen=True, slots=True)
class Instant:
    """A point in time: `minute`s since the last day before the year 1 began, and the `second` within it.

    A leap second is second 60 of its minute.

    In UTC where `zoned`, else by a clock that nobody names. Nothing is rounded, and there is no first or last year.
    """

    minute: int
    second: Decimal
    zoned: bool

    @classmethod
    def of(cls, moment: datetime) -> Instant:
        """The instant of a datetime, naive for a naive one."""
        zoned = moment.tzinfo is not None
        at = moment.astimezone(UTC) if zoned else moment
        minute = at.toordinal() * MINUTES_A_DAY + at.hour * 60 + at.minute
        return cls(minute, Decimal(at.second) + Decimal(at.microsecond).scaleb(-6), zoned)

    def __lt__(self, other: object) -> bool:
        """Whether it is earlier. TypeError between a naive instant and one that is not."""
        if not isinstance(other, Instant):
            return NotImplemented
        if self.zoned != other.zoned:
            raise TypeError("a naive instant cannot be ordered with one that has an offset")
        return (self.minute, self.second) < (other.minute, other.second)

    def taken_at(self, ahead: timedelta) -> Instant:
        """A naive instant as it is where clocks are `ahead` of UTC; any other is what it is."""
        return self if self.zoned else Instant(self.minute - ahead // timedelta(minutes=1), self.second, zoned=True)

    def day_at(self, ahead: timedelta) -> int:
        """The number (see `days`) of its day where clocks are `ahead` of UTC."""
        return (self.minute + ahead // timedelta(minutes=1)) // MINUTES_A_DAY

    def written_at(self, ahead: timedelta, *, places: int | None = None) -> str | None:
        """`YYYY-MM-ddTHH:mm:ss` where clocks are `ahead` of UTC; None where the year there has not four digits.

        With as many `places` behind the second, the rest cut off; by default as many as it needs.
        """
        day, minute = divmod(self.minute + ahead // timedelta(minutes=1), MINUTES_A_DAY)
        year, month, of_month = year_month_day(day)
        if not 0 <= year <= 9999:
            return None
        return f"{year:04}-{month:02}-{of_month:02}T{minute // 60:02}:{minute % 60:02}:{_written(self.second, places)}"

    @property
    def canonical(self) -> str:
        """A text that equal instants have in common, and no others. For digests, not for showing."""
        return f"{self.minute}:{_written(self.second, None)}{'Z' if self.zoned else ''}"


def instant(text: str, form: str) -> Instant | None:
    """The instant that a text of a format names; None where the text is not of the format.

    `form` is one of `PARSERS`. A day stands for its first moment.
    """
    return _remembered(text, form) if len(text) <= _LONGEST_REMEMBERED else _instant(text, form)


def _instant(text: str, form: str) -> Instant | None:
    stated = PARSERS[form](text)
    if stated is None:
        return None
    minute = stated.day * MINUTES_A_DAY + stated.minute - (stated.offset or 0)
    return Instant(minute, stated.second, stated.offset is not None)


_remembered = lru_cache(maxsize=1_000)(_instant)
"""Instants within one batch are near each other, and each is asked for several times."""


def _written(second: Decimal, places: int | None) -> str:
    """Two digits, and those behind the point."""
    if places is not None:
        exact = Context(prec=places + 3, rounding=ROUND_DOWN)
        return f"{second.quantize(Decimal(1).scaleb(-places), context=exact):0{places + 3 if places else 2}f}"
    whole, _, fraction = format(second, "f").partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole.zfill(2)}.{fraction}" if fraction else whole.zfill(2)
