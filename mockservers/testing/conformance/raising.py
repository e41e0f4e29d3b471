"""An exception that is raised in another thread, at its next step of Python code."""

from __future__ import annotations

import ctypes
import threading
import time
from typing import Any, cast

_LOOK_EVERY = 0.001
# Private names of `threading` in CPython: threads that were started but do not run yet, and the lock of that list.
_starting = cast("Any", threading)


def raise_in(thread: int, exception: type[BaseException]) -> None:
    """Raise an exception in the thread with this ident, when no thread of this process is starting.

    Until a new thread runs, CPython gives it the ident of the thread that started it. The new thread would get the
    exception and end, and the thread that started it would wait forever.
    """
    while True:
        with _starting._active_limbo_lock:  # noqa: SLF001
            if not _starting._limbo:  # noqa: SLF001
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(exception))
                return
        time.sleep(_LOOK_EVERY)
