"""A tenant's time: running with the real one or standing still, moved by whoever tests.

Only decisions and what they schedule follow it. It goes back to a checkpoint, and never otherwise.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from mockservers.core.errors import UsageError

_DURATION = re.compile(
    r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.ASCII | re.IGNORECASE
)


class Clock:
    """Time of one tenant. It runs with the real time, from `at` on; `standing` it stays there until moved."""

    def __init__(self, at: datetime | None = None, *, standing: bool = False) -> None:
        now = datetime.now(UTC)
        start = at.astimezone(UTC) if at else now
        self._stands_at = start if standing else None
        self._ahead = start - now

    def now(self) -> datetime:
        """The moment it is, in UTC."""
        if self._stands_at is not None:
            return self._stands_at
        return datetime.now(UTC) + self._ahead

    def to(self, moment: datetime) -> None:
        """Go to a later moment. UsageError for an earlier one."""
        now = self.now()
        if moment < now:
            raise UsageError(
                f"The clock is at {text(now)} and cannot go back to {text(moment)}. Rewind a checkpoint instead."
            )
        self.rewind(moment)

    def rewind(self, moment: datetime) -> None:
        """Be at a moment, an earlier one too: what a checkpoint asks for."""
        if self._stands_at is not None:
            self._stands_at = moment.astimezone(UTC)
        else:
            self._ahead = moment - datetime.now(UTC)

    @property
    def standing(self) -> bool:
        """Whether it stays where it is until moved."""
        return self._stands_at is not None


def text(moment: datetime) -> str:
    """RFC 3339 in UTC, milliseconds where there are any: `2026-01-15T21:00:00Z`."""
    shown = moment.astimezone(UTC).isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
    return shown.replace("+00:00", "Z")


def moment(given: object) -> datetime:
    """A moment from RFC 3339 text with an offset. UsageError otherwise."""
    try:
        parsed = datetime.fromisoformat(given) if isinstance(given, str) else None
        if parsed is not None and parsed.tzinfo is not None:
            return parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise UsageError(f"{given!r} is not a moment. Give RFC 3339 with an offset: 2026-01-16T06:00:00+09:00.")


def length(span: timedelta) -> str:
    """A length of time as ISO 8601: `PT90S`, `PT0.25S`."""
    return f"PT{span.total_seconds():.6f}".rstrip("0").rstrip(".") + "S"


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
    weeks, days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    try:
        return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        raise UsageError(f"{given!r} is too long.") from None


def _no_duration(given: object) -> UsageError:
    return UsageError(f"{given!r} is not a duration. Give ISO 8601: P1D, PT90M, P1DT12H.")
