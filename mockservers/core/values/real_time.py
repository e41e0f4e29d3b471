"""The machine's real time, even if a test has frozen or moved it with freezegun or time-machine.

Connections, time limits and rates of a server must not follow the time of the code under test. freezegun replaces the
functions of `time`, and every module attribute that is one of them or a class of `datetime`, but neither the attributes
of objects nor `clock_gettime`. time-machine replaces the result of `clock_gettime` for CLOCK_REALTIME.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

_COARSE = 5
"""Linux's CLOCK_REALTIME_COARSE, for which Python has no name: the same time, accurate to a few milliseconds."""


class _Clocks:
    """The functions that read the time, as they are when this module is imported."""

    def __init__(self) -> None:
        self.monotonic: Callable[[], float] = time.monotonic
        self.wall: Callable[[], float] = time.time
        self.nanoseconds: Callable[[], int] = time.time_ns
        if hasattr(time, "clock_gettime"):  # not on Windows
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
    """Return seconds on a clock that never goes back."""
    return _clocks.monotonic()


def wall() -> float:
    """Return seconds since 1970."""
    return _clocks.wall()


def now() -> datetime:
    """Return the present moment, in UTC."""
    return _epoch + timedelta(microseconds=_clocks.nanoseconds() // 1_000)
