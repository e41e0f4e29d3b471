"""The time limit of an exporter, in real time."""

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
    """Raise OutOfTime in this thread at the next step of its Python code, when these seconds are over.

    The exception is raised repeatedly, because Python drops an exception in a destructor.
    """
    thread, lock, done = threading.get_ident(), threading.Lock(), threading.Event()
    ends = real_time.monotonic() + seconds

    def watch() -> None:
        while not done.wait(LOOK_EVERY):
            with suppress(MockserversError):  # the server is gone, on which the export itself fails, too
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
