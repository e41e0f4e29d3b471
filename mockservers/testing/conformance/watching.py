"""An end to exporters that never come to one: of patience with their calls, or of real time."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mockservers.testing.conformance.target import OutOfTime

LOOK_EVERY = 0.2


@contextmanager
def limited(too_much: Callable[[], bool], seconds: float) -> Iterator[None]:
    """Raise OutOfTime in this thread, at the next step of its Python code, once it was too much or took so long."""
    thread, lock, done = threading.get_ident(), threading.Lock(), threading.Event()
    ends = time.monotonic() + seconds

    def watch() -> None:
        while not done.wait(LOOK_EVERY):
            with lock:
                if done.is_set():
                    return
                if too_much() or time.monotonic() > ends:
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(OutOfTime))
                    return

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        with lock:
            done.set()
