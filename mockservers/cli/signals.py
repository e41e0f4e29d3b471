"""Signals that end a server. None of them is lost, not even during the start."""

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
    """A signal arrived before the server was ready. A BaseException like KeyboardInterrupt: no handler catches it."""


class Ending:
    """The signals that end this process, from the creation of this object on."""

    def __init__(self, waker: socket.socket) -> None:
        self._waker = waker
        self._starting = True

    def received(self, _number: int, _frame: FrameType | None) -> None:
        """Handle a signal. During the start, raise Ended; afterwards, `wait` returns."""
        if self._starting:
            self._starting = False
            raise Ended

    def ready(self) -> None:
        """End the start: from now on a signal makes `wait` return."""
        self._starting = False

    def wait(self) -> None:
        """Return at the first signal, even if it arrived before this call."""
        self.ready()
        self._waker.recv(1)


@contextmanager
def ending() -> Iterator[Ending]:
    """Handle the signals that end this process, while the block runs.

    Neither `Event.wait()` nor `signal.pause()` is safe here: a handler never returns if the main thread holds the lock
    of the event, and a pause misses a signal that arrives just before it. The C handler itself writes to the wake-up
    descriptor, so the byte is there when the main thread reads it. If SIGHUP is ignored, as with nohup, it stays so.
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
    """Send this process SIGTERM when its standard input closes, because the program that started it has ended."""
    threading.Thread(target=_wait_for_the_end_of_input, name="mockservers-stdin", daemon=True).start()


def _wait_for_the_end_of_input() -> None:
    with suppress(OSError):  # standard input is closed already
        while os.read(0, 4096):
            pass
    os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def ending_on_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP leave the block with SystemExit, so that it ends what it started.

    Outside of the main thread this changes nothing, because only the main thread handles signals.
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
