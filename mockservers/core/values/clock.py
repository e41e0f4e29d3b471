"""A tenant's time: running with the real one or frozen, moved by whoever tests.

Only decisions and what they schedule follow it. It goes back to a checkpoint, and never otherwise.
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
"""A clock stays a year away from the ends of the calendar: vendors add zones, days and delays to its moments."""

_DURATION = re.compile(
    r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.ASCII | re.IGNORECASE
)


class Clock:
    """Time of one tenant. It runs with the real time, from `at` on; a `frozen` one stays there until it is moved.

    Not locked: the tenant's lock is around every move, so that a move by a length starts where the last one ended.
    UsageError for moments outside EARLIEST and LATEST, before anything moves.
    """

    def __init__(self, at: datetime | None = None, *, frozen: bool = False) -> None:
        now = real_time.now()
        start = _within(at).astimezone(UTC) if at else now
        self._frozen_at = start if frozen else None
        self._ahead = start - now
        self._moved = timedelta()

    def now(self) -> datetime:
        """The moment it is, in UTC."""
        if self._frozen_at is not None:
            return self._frozen_at
        return real_time.now() + self._ahead

    def to(self, moment: datetime) -> None:
        """Go to a later moment. UsageError for an earlier one; one that is written like the present one is no other."""
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
        """Go on by a length of time, whatever passes meanwhile."""
        try:
            moment = _within(self.now() + span)
        except OverflowError:
            raise UsageError(f"{length(span)} leads beyond the calendar: a clock goes to {text(LATEST)}.") from None
        if span < timedelta():
            raise UsageError(f"A clock goes on, not back by {length(-span)}. Rewind a checkpoint instead.")
        self._moved += span
        if self._frozen_at is not None:
            self._frozen_at = moment
        else:
            self._ahead += span

    def rewind(self, moment: datetime) -> None:
        """Be at a moment, an earlier one too: what a checkpoint asks for."""
        if self._frozen_at is not None:
            self._frozen_at = moment.astimezone(UTC)
        else:
            self._ahead = moment - real_time.now()

    @property
    def frozen(self) -> bool:
        """Whether it stays where it is until it is moved."""
        return self._frozen_at is not None

    # -- spans ----------------------------------------------------------------------------------------------------

    def elapsed(self) -> float:
        """Seconds since some moment: the real ones, and all that the clock was moved by. To rewind changes nothing.

        What measures the pace of calls by it sees a real pause and a move of the clock alike, also of a frozen clock.
        """
        return real_time.monotonic() + self._moved.total_seconds()

    def arrival(self, real: datetime) -> datetime:
        """A real moment and all that the clock was moved by, as a moment."""
        try:
            return min(real + self._moved, LATEST)
        except OverflowError:
            return LATEST


def _within(moment: datetime) -> datetime:
    if EARLIEST <= moment <= LATEST:
        return moment
    raise UsageError(f"A clock goes from {text(EARLIEST)} to {text(LATEST)}, not to {moment.isoformat()}.")


def text(moment: datetime) -> str:
    """RFC 3339 in UTC, milliseconds where there are any: `2026-01-15T21:00:00Z`."""
    stated = moment.astimezone(UTC).isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
    return stated.replace("+00:00", "Z")


def noon(zone: tzinfo) -> datetime:
    """Noon of the present day in a zone: an hour at which a day has neither just begun nor is about to end."""
    return datetime.combine(real_time.now().astimezone(zone).date(), time(12), zone)


def moment(given: object) -> datetime:
    """A moment from RFC 3339 text with an offset. UsageError otherwise."""
    stated = rfc3339.parse(given) if isinstance(given, str) else None
    parsed = None if stated is None else stated.to_datetime(exact=False)
    if parsed is not None:
        with suppress(OverflowError):
            return parsed.astimezone(UTC)
    raise UsageError(f"{given!r} is not a moment. Give RFC 3339 with an offset: 2026-01-16T06:00:00+09:00.")


def length(span: timedelta) -> str:
    """A length of time as ISO 8601: `PT90S`, `PT0.25S`."""
    seconds, part = divmod(span // timedelta(microseconds=1), 1_000_000)
    return f"PT{seconds}.{part:06}".rstrip("0").rstrip(".") + "S"


def is_duration(text: str) -> bool:
    """A length of time by ISO 8601, weeks or days and a time, fractions in the seconds: `P1D`, `PT0.5S`."""
    match = _DURATION.fullmatch(text)
    return match is not None and any(match.groups())


def duration(given: object) -> timedelta:
    """A length of time from ISO 8601 (`P1D`, `PT90M`). UsageError otherwise."""
    if isinstance(given, timedelta):
        return given
    if isinstance(given, str):
        return _duration(given)
    raise _no_duration(given)


@lru_cache(maxsize=100)
def _duration(given: str) -> timedelta:
    match = _DURATION.fullmatch(given)
    if match is None or not any(match.groups()):
        raise _no_duration(given)
    *whole, seconds = (part or "0" for part in match.groups())
    try:
        weeks, days, hours, minutes = map(int, whole)
        exact = int(Decimal(seconds) * 1_000_000)
        return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, microseconds=exact)
    except (OverflowError, ValueError):
        raise UsageError(f"{given[:40]!r} is too long.") from None


def _no_duration(given: object) -> UsageError:
    return UsageError(f"{given!r} is not a duration. Give ISO 8601: P1D, PT90M, P1DT12H.")
