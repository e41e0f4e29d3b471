"""What is said while a property runs: on a terminal and in the log of a job."""

from __future__ import annotations

import io
import time
import warnings
from collections.abc import Sequence

import pytest

from mockservers.cli.progress import Progress
from mockservers.clients import sending, zangsho
from mockservers.testing.conformance import Target, Zangsho, run
from mockservers.testing.conformance.real_pauses import NOTICED, RealPauses
from mockservers.testing.orders import Order


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def said(stream: io.StringIO) -> str:
    with Progress(stream, every=0.02) as shown:
        shown.began("conformance.faults")
        shown.exported()
        shown.exported()
        ends = time.monotonic() + 10
        while "faults" not in stream.getvalue() and time.monotonic() < ends:
            time.sleep(0.01)
        shown.say("holds   conformance.faults")
    return stream.getvalue()


def test_the_log_of_a_job_gets_complete_lines() -> None:
    lines = said(io.StringIO()).splitlines()

    assert lines[0] == "...     conformance.faults  (2 exports, 0 s)"
    assert "holds   conformance.faults" in lines


def test_a_terminal_has_one_line_that_is_overwritten() -> None:
    written = said(Terminal())

    assert "\r\x1b[K...     conformance.faults  (2 exports, 0 s)" in written
    assert "\r\x1b[Kholds   conformance.faults\n" in written
    assert written.count("\n") == 1


def test_a_run_reports_its_property_and_its_number_of_exports() -> None:
    heard: list[str] = []

    class Heard:
        def began(self, property_id: str) -> None:
            heard.append(property_id)

        def exported(self) -> None:
            heard.append("export")

    class Shown(Zangsho):
        __test__ = False
        progress = Heard()

    run(Shown, zangsho.export, profile="quick", seed=1, only=["complete", "crash"])
    assert [each for each in heard if each != "export"] == ["conformance.complete", "conformance.crash"]
    assert heard[0] == "conformance.complete"
    assert heard.count("export") > 13


class RealTime:
    """A target whose pauses are real, as those of an exporter that imports `time.sleep`."""

    def __init__(self, target: Target) -> None:
        self.url, self.credentials = target.url, target.credentials

    def sleep(self, seconds: float) -> None:
        if seconds > 1:
            time.sleep(1)


def in_real_time(target: Target, orders: Sequence[Order]) -> list[str]:
    return zangsho.export(RealTime(target), orders)


def test_real_pauses_cause_one_warning_with_the_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "ATTEMPTS", 2)
    resets = {name: {"effect": "reset"} for name in "ab"}
    monkeypatch.setattr("mockservers.testing.conformance.fault_sweep.FAULTS", resets)
    monkeypatch.setattr("mockservers.testing.conformance.fault_sweep._unanswered_calls", lambda *_: [])

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run(
            "zangsho", lambda target, orders: zangsho.export(RealTime(target), orders), profile="quick", only=["faults"]
        )

    found = [each for each in caught if issubclass(each.category, RealPauses)]
    assert len(found) == 1
    assert "pause with target.sleep(seconds)" in str(found[0].message)
    assert NOTICED == 3


def test_pauses_on_the_vendors_clock_cause_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", RealPauses)
        assert run("zangsho", zangsho.export, profile="quick", only=["outage"]).holds
