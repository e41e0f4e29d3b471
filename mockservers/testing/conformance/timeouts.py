"""An end to exporters that never come to one: of patience with their calls, or of real time."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mockservers.core.values import real_time
from mockservers.testing.conformance.target import OutOfTime

LOOK_EVERY = 0.2


@contextmanager
def limited(look: Callable[[], None], seconds: float) -> Iterator[None]:
    """Look after what runs in this thread; once it took so long, raise OutOfTime at the next step of its Python code.

    Again and again: a destructor may be what meets the exception, and there it comes to nothing.
    """
    thread, lock, done = threading.get_ident(), threading.Lock(), threading.Event()
    ends = real_time.monotonic() + seconds

    def watch() -> None:
        while not done.wait(LOOK_EVERY):
            look()
            with lock:
                if not done.is_set() and real_time.monotonic() > ends:
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(OutOfTime))

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        with lock:
            done.set()
