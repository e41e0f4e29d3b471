"""A tenant's time. It runs with the real time or is frozen, and tests move it.

Only decisions and scheduled jobs use it. It goes back only when a checkpoint is rewound.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache

from mockservers.core.errors import UsageError
from mockservers.core.values import real_time, rfc3339

EARLIEST = datetime(2, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 1, 1, tzinfo=UTC)
"""A clock stays a year away from the limits of `datetime`: vendors add offsets, days and delays to its moments."""

_DURATION = re.compile(
    r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.ASCII | re.IGNORECASE
)


class Clock:
    """The time of one tenant. It starts at `at` and runs with the real time; a `frozen` clock waits to be moved.

    Not thread-safe: the caller holds the tenant's lock, so that each move starts where the last one ended. A moment
    outside EARLIEST and LATEST raises UsageError and moves nothing.
    """

    def __init__(self, at: datetime | None = None, *, frozen: bool = False) -> None:
        now = real_time.now()
        start = _within(at).astimezone(UTC) if at else now
        self._frozen_at = start if frozen else None
        self._ahead = start - now
        self._moved = timedelta()

    def now(self) -> datetime:
        """Return the present moment, in UTC."""
        if self._frozen_at is not None:
            return self._frozen_at
        return real_time.now() + self._ahead

    def to(self, moment: datetime) -> None:
        """Move to a later moment. An earlier one raises UsageError, unless both have the same text (see `text`)."""
        now = self.now()
        moment = _within(moment)
        if moment < now and text(moment) != text(now):
            raise UsageError(
                f"The clock is at {text(now)} and cannot go back to {text(moment)}. Rewind a checkpoint instead."
            )
        moment = max(moment, now)
        self._moved += moment - now
        self.rewind(moment)

    def advance(self, span: timedelta) -> None:
        """Move forward by a duration, on top of the real time that passes meanwhile."""
        try:
            moment = _within(self.now() + span)
        except OverflowError:
            raise UsageError(f"{length(span)} is too long: the latest moment of a clock is {text(LATEST)}.") from None
        if span < timedelta():
            raise UsageError(f"A clock cannot go back by {length(-span)}. Rewind a checkpoint instead.")
        self._moved += span
        if self._frozen_at is not None:
            self._frozen_at = moment
        else:
            self._ahead += span

    def rewind(self, moment: datetime) -> None:
        """Move to any moment, also an earlier one. For checkpoints."""
        if self._frozen_at is not None:
            self._frozen_at = moment.astimezone(UTC)
        else:
            self._ahead = moment - real_time.now()

    @property
    def frozen(self) -> bool:
        """Whether the clock stays at one moment until it is moved."""
        return self._frozen_at is not None

    # -- spans ----------------------------------------------------------------------------------------------------

    def elapsed(self) -> float:
        """Return seconds since an arbitrary moment: real seconds plus all moves of the clock, but without rewinds.

        For rate limits: a real pause and a move of the clock count the same, also on a frozen clock.
        """
        return real_time.monotonic() + self._moved.total_seconds()

    def arrival(self, real: datetime) -> datetime:
        """Return a real moment plus all moves of the clock."""
        try:
            return min(real + self._moved, LATEST)
        except OverflowError:
            return LATEST


def _within(moment: datetime) -> datetime:
    if EARLIEST <= moment <= LATEST:
        return moment
    raise UsageError(f"A clock can be from {text(EARLIEST)} to {text(LATEST)}, not {moment.isoformat()}.")


def text(moment: datetime) -> str:
    """Return a moment as RFC 3339 in UTC, with milliseconds if they are not zero: `2026-01-15T21:00:00Z`."""
    stated = moment.astimezone(UTC).isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
    return stated.replace("+00:00", "Z")


def noon(zone: tzinfo) -> datetime:
    """Return noon of the present day in a zone: hours away from both ends of the day."""
    return datetime.combine(real_time.now().astimezone(zone).date(), time(12), zone)


def moment(value: object) -> datetime:
    """Parse RFC 3339 text with an offset. Anything else raises UsageError."""
    timestamp = rfc3339.parse(value) if isinstance(value, str) else None
    parsed = None if timestamp is None else timestamp.to_datetime(exact=False)
    if parsed is not None:
        with suppress(OverflowError):
            return parsed.astimezone(UTC)
    raise UsageError(f"{value!r} is not a moment. Give RFC 3339 with an offset: 2026-01-16T06:00:00+09:00.")


def length(span: timedelta) -> str:
    """Return a duration as ISO 8601: `PT90S`, `PT0.25S`."""
    seconds, part = divmod(span // timedelta(microseconds=1), 1_000_000)
    return f"PT{seconds}.{part:06}".rstrip("0").rstrip(".") + "S"


def is_duration(text: str) -> bool:
    """Whether a text is an ISO 8601 duration of weeks, days, hours, minutes and seconds: `P1D`, `PT0.5S`."""
    match = _DURATION.fullmatch(text)
    return match is not None and any(match.groups())


def duration(value: object) -> timedelta:
    """Parse an ISO 8601 duration (`P1D`, `PT90M`). Anything else raises UsageError."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str):
        return _duration(value)
    raise _not_a_duration(value)


@lru_cache(maxsize=100)
def _duration(text: str) -> timedelta:
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        raise _not_a_duration(text)
    *whole, seconds = (part or "0" for part in match.groups())
    try:
        weeks, days, hours, minutes = map(int, whole)
        exact = int(Decimal(seconds) * 1_000_000)
        return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, microseconds=exact)
    except (OverflowError, ValueError):
        raise UsageError(f"{text[:40]!r} is too long.") from None


def _not_a_duration(value: object) -> UsageError:
    return UsageError(f"{value!r} is not a duration. Give ISO 8601: P1D, PT90M, P1DT12H.")
