"""An exception in the exporter's thread meets that thread alone, and none that it is about to start."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from mockservers.testing.conformance.raising import raise_in


class Stop(BaseException):
    pass


class Victim(threading.Thread):
    """Does one thing again and again, until it is stopped."""

    def __init__(self, step: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self._step, self.begun, self.stopped = step, threading.Event(), threading.Event()
        self.start()
        self.begun.wait()

    def run(self) -> None:
        try:
            self.begun.set()
            while True:
                self._step()
        except Stop:
            self.stopped.set()


def start_another() -> None:
    started = threading.Thread(target=time.sleep, args=(0,))
    started.start()
    started.join()


def test_an_exception_waits_until_no_thread_is_about_to_begin() -> None:
    victim, go = Victim(lambda: time.sleep(0.001)), threading.Event()
    assert victim.ident

    def stop(thread: int) -> None:
        go.wait()
        raise_in(thread, Stop)

    raising = threading.Thread(target=stop, args=(victim.ident,), daemon=True)
    raising.start()
    starting = threading.Thread()
    limbo = vars(threading)["_limbo"]
    limbo[starting] = starting
    try:
        go.set()
        assert not victim.stopped.wait(0.2)
    finally:
        del limbo[starting]
    assert victim.stopped.wait(10)


def test_a_thread_that_starts_others_receives_the_exception_itself() -> None:
    """If this fails, a started thread met the exception, and whoever started it waits for ever."""
    for _ in range(30):
        victim = Victim(start_another)
        assert victim.ident
        raise_in(victim.ident, Stop)
        assert victim.stopped.wait(10)
