"""The machine's own time, also where a test has frozen or moved it with freezegun or time-machine.

Connections, time limits and rates of a server must not follow the time of the code under test. freezegun replaces the
functions of `time`, and each attribute of a module that is one of them or a class of `datetime`; it looks no further
than attributes, and leaves `clock_gettime` alone. time-machine replaces that one's answer for CLOCK_REALTIME.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

_COARSE = 5
"""Linux's CLOCK_REALTIME_COARSE, which Python has no name for: the same time, exact to a few milliseconds."""


class _Clocks:
    """What is read, taken when this module is imported."""

    def __init__(self) -> None:
        self.monotonic: Callable[[], float] = time.monotonic
        self.wall: Callable[[], float] = time.time
        self.nanoseconds: Callable[[], int] = time.time_ns
        if hasattr(time, "clock_gettime"):  # everywhere but on Windows
            clock = _wall_clock()
            self.monotonic = partial(time.clock_gettime, time.CLOCK_MONOTONIC)
            self.wall = partial(time.clock_gettime, clock)
            self.nanoseconds = partial(time.clock_gettime_ns, clock)


def _wall_clock() -> int:
    if sys.platform == "linux":
        with suppress(OSError):
            time.clock_gettime(_COARSE)
            return _COARSE
    return time.CLOCK_REALTIME


_clocks = _Clocks()
_epoch = datetime(1970, 1, 1, tzinfo=UTC)


def monotonic() -> float:
    """Seconds on a clock that never goes back."""
    return _clocks.monotonic()


def wall() -> float:
    """Seconds since 1970."""
    return _clocks.wall()


def now() -> datetime:
    """The moment it is, in UTC."""
    return _epoch + timedelta(microseconds=_clocks.nanoseconds() // 1_000)
