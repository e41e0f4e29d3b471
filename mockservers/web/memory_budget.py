"""One budget for all bodies in memory: a large one waits in the spool until there is space."""

from __future__ import annotations

from threading import Condition

from mockservers.core.errors import InsufficientStorage
from mockservers.core.state.spool import Spooled
from mockservers.core.values import real_time
from mockservers.web.malloc import trim

MOST = 144 * 1024 * 1024
"""Bytes of memory for large bodies and their parsed values."""

WAIT = 10.0
"""Seconds that a body waits for space."""

SMALL = 64 * 1024
"""The most bytes of a body that needs no reservation: there are at most as many as workers."""

_MANY = 16 * 1024 * 1024
_PER_LINE = 96
_PER_BYTE = 3
_PER_VALUE = 112
_PIECE = 64 * 1024


class TooCostly(Exception):
    """A body needs more memory than the whole budget."""


class MemoryFull(InsufficientStorage):
    """Other bodies have used the budget for too long."""


class MemoryBudget:
    """Memory for bodies. Each reservation must be released. Thread-safe."""

    def __init__(self, most: int = MOST, wait: float = WAIT) -> None:
        self.most = most
        self._wait = wait
        self._left = most
        self._changed = Condition()

    def reserve(self, size: int) -> None:
        """Reserve bytes, and wait for them if necessary.

        TooCostly if they exceed the whole budget, MemoryFull if others use them for too long.
        """
        if size > self.most:
            raise TooCostly(
                f"it needs about {size >> 20} MB of memory; the limit for all bodies is {self.most >> 20} MB"
            )
        until = real_time.monotonic() + self._wait
        with self._changed:
            while size > self._left:
                if not self._changed.wait(max(0.0, until - real_time.monotonic())):
                    raise MemoryFull(
                        f"Other requests use the memory for bodies, {self.most >> 20} MB. Fix: send fewer or "
                        "smaller ones at once."
                    )
            self._left -= size

    def release(self, size: int) -> None:
        """Release bytes. Many are first returned to the system."""
        if size >= _MANY:
            trim()
        with self._changed:
            self._left += size
            self._changed.notify_all()


BUDGET = MemoryBudget()
"""The budget of this process, which all its servers share."""


def cost_of(body: Spooled) -> int:
    """Estimate the bytes of a body and its parsed form. A JSON text can have a value in every two bytes."""
    values = 0
    with body.open() as reader:
        while piece := reader.read(_PIECE):
            values += sum(map(piece.count, (b",", b"[", b"{", b":")))
    return _PER_BYTE * body.size + _PER_VALUE * values


def cost_of_lines(content: Spooled) -> int:
    """Estimate the bytes of notes on a file: some for each line, however short."""
    lines = 0
    with content.open() as reader:
        while piece := reader.read(_PIECE):
            lines += piece.count(b"\n")
    return _PER_LINE * lines
