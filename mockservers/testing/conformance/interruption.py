"""An export that is interrupted at one point: its process is killed, or an exception leaves its client."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from mockservers.testing.conformance.call_proxy import Stage
from mockservers.testing.conformance.raising import raise_in

Moment = Literal["before", "after", "write", "done"]

_WORDS: dict[Moment, str] = {
    "before": "killed at call {call}{operation}, before the vendor's work",
    "after": "killed at call {call}{operation}, after the vendor's work and before its answer",
    "write": "killed as it wrote to a file for the first time after the answer to call {call}{operation}",
    "done": "killed after the answer to call {call}{operation}, at its next call or its end",
}


_SOON = 2.0
"""Maximum real seconds until the proxy has seen that an answer was sent."""


class Crashed(BaseException):
    """The exporter is interrupted here. It is a BaseException, so that no retry loop catches it."""


class Killable(Protocol):
    """The process or thread of an exporter, which can be ended at any time."""

    def kill(self) -> None:
        """Kill it at once, with all processes that it started."""

    def forbid_writes(self) -> None:
        """Make its next write to a file fail, which ends most programs."""

    def forget(self) -> None:
        """Start the next export in a new process, with an empty memory."""


@dataclass(frozen=True, slots=True)
class Point:
    """The point at which an export is interrupted: the number of a call, and a stage of the call."""

    call: int
    moment: Moment
    operation: str = ""

    def __str__(self) -> str:
        return _WORDS[self.moment].format(call=self.call, operation=f" ({self.operation})" if self.operation else "")


class Interruption:
    """Watches the calls of one export, and interrupts it at a point. Later calls of the export are refused.

    When an exporter starts its next call, it has done all its work on the last answer. A kill between the two would
    hit another step in each run, but a point must have the same verdict in every run.
    """

    def __init__(self, point: Point, victim: Killable) -> None:
        self._point, self._victim = point, victim
        self._lock = threading.Lock()
        self._over = False
        self.reached = False
        self._settled = threading.Event()
        self._settled.set()

    def watch(self, call: int, stage: Stage) -> bool:
        """For a `CallProxy`."""
        if stage == "before":
            self._settled.wait(_SOON)  # a client can make its next call before its answer is seen to have been sent
        with self._lock:
            if self._over:
                return False
            if not self.reached:
                return self._approached(call, stage)
            if (call, stage, self._point.moment) == (self._point.call, "answered", "write"):
                return True
            self._victim.kill()
            return False

    def _approached(self, call: int, stage: Stage) -> bool:
        """A stage that is the point, or before it."""
        point = self._point
        if (call, stage) == (point.call, "after"):
            if point.moment == "write":
                self.reached = True
                self._victim.forbid_writes()
                return True
            if point.moment == "done":
                self._settled.clear()  # its answer goes out, and the export may end before that is seen here
        if (call, stage) != (point.call, "answered" if point.moment == "done" else point.moment):
            return True
        self.reached = True
        self._settled.set()
        if point.moment == "done":
            return True
        self._victim.kill()
        return False

    def end(self) -> None:
        """The export has ended. Kill what is left of it."""
        self._settled.wait(_SOON)
        with self._lock:
            if not self._over and self.reached:
                self._victim.kill()
            self._over = True


class CallingThread:
    """An exporter in this thread. It cannot be killed, so an exception is raised in it at its next step.

    This is weaker than the end of a process: its `finally` blocks run, and its memory is not lost.
    """

    def __init__(self) -> None:
        self._thread = threading.get_ident()

    def kill(self) -> None:
        """Raise Crashed in the thread; do nothing if this thread calls it, because its export has ended."""
        if self._thread != threading.get_ident():
            raise_in(self._thread, Crashed)

    def forbid_writes(self) -> None:
        """Not possible here: `crash_points` names no such point."""

    def forget(self) -> None:
        """Not possible here."""


@contextmanager
def crashes_in_finalizers() -> Iterator[None]:
    """Suppress the warning about a Crashed in a finalizer or a weak reference's callback, where Python drops it.

    The exporter then continues to its next call, which is refused and raises another Crashed.
    """
    before = sys.unraisablehook

    def report_others(unraisable: sys.UnraisableHookArgs) -> None:
        if not issubclass(unraisable.exc_type, Crashed):
            before(unraisable)

    sys.unraisablehook = report_others
    try:
        yield
    finally:
        sys.unraisablehook = before
