"""An end to exporters that never come to one: a limit of their calls, and one of real time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from mockservers.core.errors import MockserversError
from mockservers.core.values import real_time
from mockservers.testing.conformance.raising import raise_in
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
            with suppress(MockserversError):  # the server is gone, which the export meets, too
                look()
            with lock:
                if not done.is_set() and real_time.monotonic() > ends:
                    raise_in(thread, OutOfTime)

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        with lock:
            done.set()
