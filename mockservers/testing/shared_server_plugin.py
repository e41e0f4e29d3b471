"""The part of the pytest plugin for a running server that the workers of pytest-xdist share.

If a call reaches no tenant, no worker can tell whose it was. The controller reports these calls at the end of the run.
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
from mockservers.testing.proxies import bypass_proxies

_WORKER_OUTPUT = "mockservers_expected"


class SharedServerPlugin:
    """Judges the calls with wrong credentials during a run, in the controller of pytest-xdist.

    It accepts every loss that any test of the run expects.
    """

    def __init__(self, url: str, level: str) -> None:
        self._url, self._level = url, level
        self._before = Evidence()
        self._expected: set[str] = set()
        self._message = ""

    def pytest_sessionstart(self) -> None:
        """Earlier calls do not count."""
        with suppress(MockserversError):
            self._before = self._calls()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker has ended."""
        self._expected.update(getattr(node, "workeroutput", {}).get(_WORKER_OUTPUT, ()))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Send the losses that a worker's tests expect to the controller, which judges the calls."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[_WORKER_OUTPUT] = sorted(expected_of_run())
            return
        with suppress(MockserversError):
            calls = self._calls().since(self._before)
            self._message = text(judge(calls, Policy(self._level, tuple(self._expected))))
        if self._message and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the failures."""
        if self._message:
            terminalreporter.section("mockservers: calls of any test that reached no tenant")
            terminalreporter.write_line(self._message, red=True)

    def _calls(self) -> Evidence:
        from mockservers.client import Client

        with bypass_proxies(self._url):
            calls = Client(self._url).unauthenticated()["calls"]
        return Evidence(unauthenticated=tuple(call for call in calls if not call.get("once_of")))
