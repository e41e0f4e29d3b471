"""Signals that end a server, none of which is lost, whenever they come."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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

    def ready(self) -> None:
        """Break nothing off any more: from now on a signal is for `wait`."""
        self._starting = False

    def wait(self) -> None:
        """Return at the first signal, also at one that came before."""
        self.ready()
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


def end_with_standard_input() -> None:
    """Send this process SIGTERM when its standard input closes: whoever started it has ended, however that was."""
    threading.Thread(target=_wait_for_the_end_of_input, name="mockservers-stdin", daemon=True).start()


def _wait_for_the_end_of_input() -> None:
    with suppress(OSError):  # there is none: it has closed
        while os.read(0, 4096):
            pass
    os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def ending_on_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP unwind the block as an exit does, so that what it started ends with it.

    In another thread than the main one nothing changes: a signal is handled there alone.
    """
    names = [name for name in _ENDING if name != "SIGINT" and hasattr(signal, name)]
    before = {}
    if threading.current_thread() is threading.main_thread():
        before = {name: signal.signal(getattr(signal, name), _exit) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _exit(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
