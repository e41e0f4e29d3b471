"""Lets `time.sleep` work under libfaketime, for scripts/test-at-hours: Python imports this by its name at every start.

CPython sleeps until a moment of the monotonic clock, which libfaketime takes for one of the faked clock and refuses.
"""

from __future__ import annotations

import select
import time
from typing import SupportsIndex


def sleep(seconds: float | SupportsIndex, /) -> None:
    """Wait by a length of time, which libfaketime leaves alone."""
    length = float(seconds)
    if length < 0:
        raise ValueError("sleep length must be non-negative")
    select.select((), (), (), length)


time.sleep = sleep
