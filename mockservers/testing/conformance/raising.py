"""An exception that is raised in another thread, at its next step of Python code."""

from __future__ import annotations

import ctypes
import threading
import time
from typing import Any, cast

_LOOK_EVERY = 0.001
# CPython's own, of the module `threading`: threads that were started and have not begun, and the lock of that list.
_starting = cast("Any", threading)


def raise_in(thread: int, exception: type[BaseException]) -> None:
    """Raise an exception in the thread of this ident, once no thread of this process is about to begin.

    Until it begins CPython takes a new thread for the one that started it. It would meet the exception instead, and
    end; and whoever started it would wait for its beginning for ever.
    """
    while True:
        with _starting._active_limbo_lock:  # noqa: SLF001
            if not _starting._limbo:  # noqa: SLF001
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(exception))
                return
        time.sleep(_LOOK_EVERY)
