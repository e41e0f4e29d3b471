"""Lets `time.sleep` work under libfaketime, for scripts/test-at-hours: Python imports this by its name at every start.

CPython sleeps until a moment of the monotonic clock, which libfaketime takes for one of the faked clock and refuses.
"""

from __future__ import annotations

import select
import time


def sleep(seconds: float) -> None:
    """Wait by a length of time, which libfaketime leaves alone."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select((), (), (), seconds)


time.sleep = sleep
