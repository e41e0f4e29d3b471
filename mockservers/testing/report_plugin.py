"""The part of the pytest plugin that writes a report of the run: HTML, SARIF and annotations for GitHub."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mockservers.reports.github import add_summary, on_github, workflow_commands
from mockservers.reports.run_report import RunReport, html
from mockservers.reports.sarif import sarif
from mockservers.testing import coverage_collector, report_collector
from mockservers.testing.report_files import try_to_write
from mockservers.web.version import package_version

_WORKER_OUTPUT = "mockservers_report"


class ReportPlugin:
    """Collects from the workers of pytest-xdist, and writes these files at the end. It needs the coverage plugin."""

    def __init__(self, page: str | None, log: str | None) -> None:
        self._page, self._log = (Path(file) if file else None for file in (page, log))
        for file, option in ((self._page, "--mockservers-report"), (self._log, "--mockservers-sarif")):
            if file:
                try_to_write(file, f"{option}={file}")
        report_collector.want()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker of pytest-xdist has ended."""
        output = getattr(node, "workeroutput", {})
        if _WORKER_OUTPUT in output:  # a worker that crashed sends nothing
            report_collector.take_over(output[_WORKER_OUTPUT])

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Send the data of this process to the controller."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[_WORKER_OUTPUT] = report_collector.handed_over()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the files and print their paths. Workers of pytest-xdist write none."""
        if hasattr(terminalreporter.config, "workeroutput"):
            return
        evidence, verdict = report_collector.evidence(), report_collector.verdict()
        coverage = coverage_collector.collected()
        if self._page:
            calls, omitted = report_collector.calls()
            self._page.write_bytes(html(RunReport(evidence, verdict, calls, coverage, omitted)))
        if self._log:
            self._log.write_bytes(sarif(evidence, verdict, coverage, version=package_version()))
        terminalreporter.section("mockservers: report")
        for file in (self._page, self._log):
            if file:
                terminalreporter.write_line(f"Written: {file}")
        if on_github():
            for line in workflow_commands(evidence, verdict):
                terminalreporter.write_line(line)
            add_summary(verdict)
