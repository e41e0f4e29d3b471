"""The part of the pytest plugin that sums the coverage of all workers of pytest-xdist, as text or in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mockservers.reports import coverage
from mockservers.testing import coverage_collector
from mockservers.testing.report_files import try_to_write

_WORKER_OUTPUT = "mockservers_coverage"


class CoveragePlugin:
    """Sums the coverage, prints or writes it, and fails the run below a threshold.

    `asked` is `text` or `FORMAT:FILE`. Without it and without a threshold, it only sums, for the report of the run.
    """

    def __init__(self, target: str | None, fail_under: float | None) -> None:
        report_format, _, file = (target or "text").partition(":")
        if report_format not in coverage.FORMATS:
            raise pytest.UsageError(
                f"--mockservers-coverage={target}: unknown format {report_format!r}. "
                "Available: text, json:FILE, html:FILE."
            )
        self._form, self._file = report_format, Path(file) if file else None
        if self._file:
            try_to_write(self._file, f"--mockservers-coverage={target}")
        self._shown = target is not None
        self._fail_under = fail_under
        coverage_collector.want()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker of pytest-xdist has ended."""
        coverage_collector.collect(getattr(node, "workeroutput", {}).get(_WORKER_OUTPUT, ()))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Send the data of this process to the controller; in the controller, check the threshold."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[_WORKER_OUTPUT] = coverage_collector.collected()
        elif self._short and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @property
    def _short(self) -> bool:
        return self._fail_under is not None and coverage.percent(coverage_collector.collected()) < self._fail_under

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the report or its path. Workers of pytest-xdist print nothing."""
        if hasattr(terminalreporter.config, "workeroutput"):
            return
        if self._shown:
            terminalreporter.section("mockservers: rules that were exercised")
            rendered = coverage.rendered(coverage_collector.collected(), self._form)
            if self._file is None:
                terminalreporter.write_line(rendered)
            else:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                self._file.write_text(rendered, "utf-8")
                terminalreporter.write_line(
                    f"{coverage.percent(coverage_collector.collected()):.0f} %: see {self._file}"
                )
        if self._short:
            share = coverage.percent(coverage_collector.collected())
            terminalreporter.write_line(
                f"FAIL {share:.1f} % of the rules were exercised, less than {self._fail_under:g} %.", red=True
            )
