"""The exact instant that a text names, to compare, sort, hash and format it.

    instant("2024-07-15T09:51:23+0800", "iso8601") == instant("2024-07-15T01:51:23Z", "date-time")

`instant(text, format)` is the only parser of dates and times. A text without an offset is a naive instant: it equals
only naive ones and cannot be ordered with others. `taken_at` gives it an offset.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Context, Decimal
from functools import lru_cache, total_ordering

from mockservers.core.value import Value
from mockservers.core.values import iso8601, rfc3339
from mockservers.core.values.days import year_month_day
from mockservers.core.values.timestamps import MINUTES_A_DAY, Timestamp


def _parse_either(text: str) -> Timestamp | None:
    """Parse a text of either standard: ISO 8601 has more forms, and only RFC 3339 has the offset -00:00."""
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
class Instant(Value):
    """A point in time: `minute`s since the last day before the year 1 began, and the `second` within it.

    A leap second is second 60 of its minute.

    In UTC if `zoned`, else in an unknown zone. Nothing is rounded, and years have no bounds.
    """

    minute: int
    second: Decimal
    zoned: bool

    @classmethod
    def of(cls, moment: datetime) -> Instant:
        """Return the instant of a datetime, naive for a naive one."""
        zoned = moment.tzinfo is not None
        at = moment.astimezone(UTC) if zoned else moment
        minute = at.toordinal() * MINUTES_A_DAY + at.hour * 60 + at.minute
        return cls(minute, Decimal(at.second) + Decimal(at.microsecond).scaleb(-6), zoned)

    def __lt__(self, other: object) -> bool:
        """Whether this instant is earlier. TypeError if only one of them is naive."""
        if not isinstance(other, Instant):
            return NotImplemented
        if self.zoned != other.zoned:
            raise TypeError("a naive instant cannot be ordered with one that has an offset")
        return (self.minute, self.second) < (other.minute, other.second)

    def taken_at(self, ahead: timedelta) -> Instant:
        """Return a naive instant as one of a zone that is `ahead` of UTC; any other unchanged."""
        return self if self.zoned else Instant(self.minute - ahead // timedelta(minutes=1), self.second, zoned=True)

    def day_at(self, ahead: timedelta) -> int:
        """Return the number (see `days`) of its day in a zone that is `ahead` of UTC."""
        return (self.minute + ahead // timedelta(minutes=1)) // MINUTES_A_DAY

    def written_at(self, ahead: timedelta, *, places: int | None = None) -> str | None:
        """Return `YYYY-MM-ddTHH:mm:ss` in a zone that is `ahead` of UTC; None unless the year has four digits.

        Seconds have `places` decimal places, the rest cut off; by default as many as they need.
        """
        day, minute = divmod(self.minute + ahead // timedelta(minutes=1), MINUTES_A_DAY)
        year, month, of_month = year_month_day(day)
        if not 0 <= year <= 9999:
            return None
        return f"{year:04}-{month:02}-{of_month:02}T{minute // 60:02}:{minute % 60:02}:{_written(self.second, places)}"

    @property
    def canonical(self) -> str:
        """A text that only equal instants share. For digests, not for display."""
        return f"{self.minute}:{_written(self.second, None)}{'Z' if self.zoned else ''}"


def instant(text: str, form: str) -> Instant | None:
    """Return the instant that a text names; None if the text does not match the format.

    `form` is a key of `PARSERS`. A date without a time means its first moment.
    """
    return _remembered(text, form) if len(text) <= _LONGEST_REMEMBERED else _instant(text, form)


def _instant(text: str, form: str) -> Instant | None:
    timestamp = PARSERS[form](text)
    if timestamp is None:
        return None
    minute = timestamp.day * MINUTES_A_DAY + timestamp.minute - (timestamp.offset or 0)
    return Instant(minute, timestamp.second, timestamp.offset is not None)


_remembered = lru_cache(maxsize=1_000)(_instant)
"""The instants of one batch are often the same, and each is needed several times."""


def _written(second: Decimal, places: int | None) -> str:
    """Return a second as two digits and its fraction."""
    if places is not None:
        exact = Context(prec=places + 3, rounding=ROUND_DOWN)
        return f"{second.quantize(Decimal(1).scaleb(-places), context=exact):0{places + 3 if places else 2}f}"
    whole, _, fraction = format(second, "f").partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole.zfill(2)}.{fraction}" if fraction else whole.zfill(2)
