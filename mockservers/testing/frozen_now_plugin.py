"""The part of the pytest plugin that freezes clocks: option, ini option and marker `mockservers_now`."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from mockservers.core.errors import UsageError
from mockservers.testing.frozen_now import TestRun, checked, current, within

NAME = "mockservers_now"
_STARTED = "mockservers_started"


def add_options(parser: pytest.Parser, group: pytest.OptionGroup) -> None:
    """Add the option and the ini option."""
    help_text = "where the clocks of tenants are frozen: RFC 3339; without it at noon of the day the run started on"
    group.addoption("--mockservers-now", metavar="MOMENT", help=help_text)
    parser.addini(NAME, help_text, default=None)


class MomentPlugin:
    """Freezes the tenants of one pytest run. A worker of xdist uses the day on which the controller started."""

    def __init__(self, config: pytest.Config) -> None:
        config.addinivalue_line(
            "markers", f"{NAME}(moment): the time at which the clocks of the test's tenants are frozen"
        )
        chosen = config.getoption("--mockservers-now") or config.getini(NAME) or None
        if chosen is not None:
            try:
                checked(chosen)
            except UsageError as error:
                raise pytest.UsageError(f"{NAME}: {error}") from None
        worker: dict[str, Any] = getattr(config, "workerinput", {})
        started = datetime.fromisoformat(worker[_STARTED]) if _STARTED in worker else current().started
        self._run = TestRun(started, chosen)
        self._whole = ExitStack()
        self._whole.enter_context(within(self._run))

    def pytest_unconfigure(self) -> None:
        """Restore the state before the run."""
        self._whole.close()

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Send the start of the run to a worker of xdist, because the worker may start after midnight."""
        node.workerinput[_STARTED] = self._run.started.isoformat()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Fail a test whose marker has no valid time."""
        for mark in item.iter_markers(NAME):
            if problem := _problem(mark):
                pytest.fail(f"@pytest.mark.{NAME}: {problem}", pytrace=False)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Freeze the tenants that a test and its function-scoped fixtures create."""
        with within(self._marked(item)):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, request: pytest.FixtureRequest) -> Generator[None, object, object]:
        """Freeze the tenants of a wider fixture as its class or module says, not as its first test says."""
        with within(self._marked(request.node)):
            return (yield)

    def _marked(self, node: pytest.Item | pytest.Collector) -> TestRun:
        mark = node.get_closest_marker(NAME)
        return replace(self._run, chosen=mark.args[0]) if mark and mark.args else self._run


def _problem(mark: pytest.Mark) -> str:
    if len(mark.args) != 1 or mark.kwargs:
        return f"it takes one argument, not {len(mark.args) + len(mark.kwargs)}."
    try:
        checked(mark.args[0])
    except UsageError as error:
        return str(error)
    return ""
