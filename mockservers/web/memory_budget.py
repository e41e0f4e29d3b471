"""One budget for all bodies that are in memory at once: a large one waits in the spool until there is space for it."""

from __future__ import annotations

from threading import Condition

from mockservers.core.errors import InsufficientStorage
from mockservers.core.state.spool import Spooled
from mockservers.core.values import real_time
from mockservers.web.malloc import trim

MOST = 144 * 1024 * 1024
"""Bytes of memory for large bodies and what is parsed from them."""

WAIT = 10.0
"""Seconds that a body waits for space."""

SMALL = 64 * 1024
"""Bytes of a body that is read without asking: there are at most as many as workers."""

_MANY = 16 * 1024 * 1024
_PER_LINE = 96
_PER_BYTE = 3
_PER_VALUE = 112
_PIECE = 64 * 1024


class TooCostly(Exception):
    """A body that would take more memory than there is for all of them."""


class MemoryFull(InsufficientStorage):
    """Other bodies have had all the memory for too long."""


class MemoryBudget:
    """Memory for bodies. Whoever reserves some releases it. Locked."""

    def __init__(self, most: int = MOST, wait: float = WAIT) -> None:
        self.most = most
        self._wait = wait
        self._left = most
        self._changed = Condition()

    def reserve(self, size: int) -> None:
        """Take so many bytes, waiting for them if need be.

        TooCostly when there can never be so many, MemoryFull when others keep them for too long.
        """
        if size > self.most:
            raise TooCostly(f"it would take about {size >> 20} MB of memory; {self.most >> 20} MB are for all bodies")
        until = real_time.monotonic() + self._wait
        with self._changed:
            while size > self._left:
                if not self._changed.wait(max(0.0, until - real_time.monotonic())):
                    raise MemoryFull(
                        f"The memory for bodies, {self.most >> 20} MB, is taken by other requests. Fix: send fewer or "
                        "smaller ones at once."
                    )
            self._left -= size

    def release(self, size: int) -> None:
        """Give so many bytes back, to the system first if they are many: whoever waits for them takes them anew."""
        if size >= _MANY:
            trim()
        with self._changed:
            self._left += size
            self._changed.notify_all()


BUDGET = MemoryBudget()
"""The budget of this process: its servers share one memory."""


def cost_of(body: Spooled) -> int:
    """About the bytes that a body and its parsed form take. A JSON text can hold a value in each two of its bytes."""
    values = 0
    with body.open() as reader:
        while piece := reader.read(_PIECE):
            values += sum(map(piece.count, (b",", b"[", b"{", b":")))
    return _PER_BYTE * body.size + _PER_VALUE * values


def cost_of_lines(content: Spooled) -> int:
    """About the bytes that are noted of a file while its lines are read: some for each line, however short."""
    lines = 0
    with content.open() as reader:
        while piece := reader.read(_PIECE):
            lines += piece.count(b"\n")
    return _PER_LINE * lines
