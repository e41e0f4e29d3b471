"""The part of the pytest plugin for a server elsewhere that workers of pytest-xdist share.

No worker can say whose a call was that reached no tenant. The main process says at the end of the run which came.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from mockservers.core.accounting.evidence import Evidence
from mockservers.core.accounting.verdict import Policy, judge
from mockservers.core.errors import MockserversError
from mockservers.reports.verdict import text
from mockservers.testing.expectations import expected_of_run
from mockservers.testing.proxies import past_proxies

_WORKER_OUTPUT = "mockservers_expected"


class SharedServerPlugin:
    """Judges the calls with wrong credentials that came during a run, in the main process of pytest-xdist.

    What any test of the run expects is accepted of all.
    """

    def __init__(self, url: str, level: str) -> None:
        self._url, self._level = url, level
        self._before = Evidence()
        self._expected: set[str] = set()
        self._said = ""

    def pytest_sessionstart(self) -> None:
        """What came before is nobody's."""
        with suppress(MockserversError):
            self._before = self._calls()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker has ended."""
        self._expected.update(getattr(node, "workeroutput", {}).get(_WORKER_OUTPUT, ()))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand over what a worker's tests expect. The main process judges."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[_WORKER_OUTPUT] = sorted(expected_of_run())
            return
        with suppress(MockserversError):
            calls = self._calls().since(self._before)
            self._said = text(judge(calls, Policy(self._level, tuple(self._expected))))
        if self._said and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name the calls."""
        if self._said:
            terminalreporter.section("mockservers: calls that reached no tenant, of any of the tests")
            terminalreporter.write_line(self._said, red=True)

    def _calls(self) -> Evidence:
        from mockservers.client import Client

        with past_proxies(self._url):
            calls = Client(self._url).unauthenticated()["calls"]
        return Evidence(unauthenticated=tuple(call for call in calls if not call.get("once_of")))
