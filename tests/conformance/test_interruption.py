"""Exports that are interrupted at a point: by a call that overtakes an answer, and while Python runs a finalizer."""

from __future__ import annotations

import sys
import threading
import weakref

import pytest

from mockservers.testing.conformance.interruption import Crashed, Interruption, Point, crashes_in_finalizers


class Connection:
    pass


def finalized_with(error: BaseException) -> None:
    def close() -> None:
        raise error

    connection = Connection()
    weakref.finalize(connection, close)
    del connection


def test_a_crash_in_a_finalizer_is_not_a_warning_of_the_users_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda found: reported.append(found.exc_type))
    before = sys.unraisablehook

    with crashes_in_finalizers():
        finalized_with(Crashed())
        finalized_with(OSError("a fault of the exporter"))
    finalized_with(Crashed())

    assert reported == [OSError, Crashed]
    assert sys.unraisablehook is before


class Victim:
    """Counts how often it is killed."""

    killed = 0

    def kill(self) -> None:
        self.killed += 1

    def forbid_writes(self) -> None: ...

    def forget(self) -> None: ...


def test_the_next_call_ends_the_export_even_if_it_overtakes_the_previous_answer() -> None:
    victim = Victim()
    interruption = Interruption(Point(2, "done"), victim)
    assert interruption.watch(2, "before")
    assert interruption.watch(2, "after")
    passes: list[bool] = []
    overtaking = threading.Thread(target=lambda: passes.append(interruption.watch(3, "before")))
    overtaking.start()
    overtaking.join(0.2)
    assert interruption.watch(2, "answered")
    overtaking.join()
    assert (passes, victim.killed) == ([False], 1)
