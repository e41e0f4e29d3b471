"""An exporter of this process that is interrupted while Python runs a finalizer."""

from __future__ import annotations

import sys
import weakref

import pytest

from mockservers.testing.conformance.interruption import Crashed, crashes_in_finalizers


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
