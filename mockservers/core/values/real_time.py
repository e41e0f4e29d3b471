"""The machine's own time, also where a test has frozen or moved it with freezegun or time-machine.

Connections, time limits and rates of a server must not follow the time of the code under test. freezegun replaces the
functions of `time`, and each attribute of a module that is one of them or a class of `datetime`; it looks no further
than attributes, and leaves `clock_gettime` alone. time-machine replaces that one's answer for CLOCK_REALTIME.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta

_COARSE = 5
"""Linux's CLOCK_REALTIME_COARSE, which Python has no name for: the same time, exact to a few milliseconds."""


class _Clocks:
    """What is read, taken when this module is imported."""

    def __init__(self) -> None:
        self.seconds = time.clock_gettime
        self.nanoseconds = time.clock_gettime_ns
        self.wall = time.CLOCK_REALTIME
        if sys.platform == "linux":
            try:
                time.clock_gettime(_COARSE)
            except OSError:
                return
            self.wall = _COARSE


_clocks = _Clocks()
_epoch = datetime(1970, 1, 1, tzinfo=UTC)


def monotonic() -> float:
    """Seconds on a clock that never goes back."""
    return _clocks.seconds(time.CLOCK_MONOTONIC)


def wall() -> float:
    """Seconds since 1970."""
    return _clocks.seconds(_clocks.wall)


def now() -> datetime:
    """The moment it is, in UTC."""
    return _epoch + timedelta(microseconds=_clocks.nanoseconds(_clocks.wall) // 1_000)
