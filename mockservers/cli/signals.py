"""Signals that end a server, none of which is lost, whenever they come."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = ("SIGINT", "SIGTERM", "SIGHUP")


class Ended(BaseException):
    """A signal came before the server was ready. A BaseException, as KeyboardInterrupt is: nobody handles it."""


class Ending:
    """The signals that end this process, from the moment at which this was made."""

    def __init__(self, waker: socket.socket) -> None:
        self._waker = waker
        self._starting = True

    def received(self, _number: int, _frame: FrameType | None) -> None:
        """Handle a signal. The start is broken off; a server that is ready learns of it from `wait`."""
        if self._starting:
            self._starting = False
            raise Ended

    def wait(self) -> None:
        """Return at the first signal, also at one that came before."""
        self._starting = False
        self._waker.recv(1)


@contextmanager
def ending() -> Iterator[Ending]:
    """Take over the signals that end this process.

    Neither `Event.wait()` nor `signal.pause()` is safe here: a handler that runs while the main thread is inside the
    event's own lock never returns, and a signal between the look and the pause is slept through. The wake-up
    descriptor is written to by the C handler itself, so the byte is there whenever the main thread comes to read it.
    SIGHUP that is ignored, as below nohup, stays ignored.
    """
    waker, written = socket.socketpair()
    written.setblocking(False)
    before = signal.set_wakeup_fd(written.fileno(), warn_on_full_buffer=False)
    ends = Ending(waker)
    for name in _ENDING:
        number = getattr(signal, name, None)
        if number is not None and not (name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN):
            signal.signal(number, ends.received)
    try:
        yield ends
    finally:
        signal.set_wakeup_fd(before)
        waker.close()
        written.close()
