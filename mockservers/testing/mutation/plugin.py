"""The part of the pytest plugin that runs tests again on mutants of the vendors that they called.

The first run records what the vendors do in each test. Then the tests that could notice a mutant run on it, in a
separate process in which the ledger fails no test: a real vendor does not report its losses.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mockservers.core.errors import UsageError
from mockservers.core.values import real_time
from mockservers.testing.mutation.altering import Altered, altered
from mockservers.testing.mutation.facts import Fact, observed
from mockservers.testing.mutation.mutants import Mutant, chosen, mutants
from mockservers.testing.mutation.runs import Result, Runs, Suite, time_limit
from mockservers.testing.mutation.score import cost, progress, shortfall, text
from mockservers.testing.running_test import running
from mockservers.testing.server import MockServer
from mockservers.vendors import load_contract, vendor_names

_WORKER_OUTPUT = "mockservers_facts"


def serve_mutant(file: Path) -> tempfile.TemporaryDirectory[str]:
    """Make the servers of this process those of the mutant in a file. Return the folder of its contract files."""
    folder = tempfile.TemporaryDirectory(prefix="mockservers-mutant-")
    mutant = Mutant.of_dict(json.loads(file.read_text("utf-8")))
    MockServer.altered = altered(mutant, load_contract(mutant.vendor), Path(folder.name))
    return folder


class MutationPlugin:
    """Records facts, runs the mutants, reports and judges. `pattern` selects mutants by their id or by a rule."""

    def __init__(self, config: pytest.Config, pattern: str, fail_under: float | None) -> None:
        if os.environ.get("MOCKSERVERS_URL"):
            raise pytest.UsageError(
                "--mockservers-mutate starts its own servers, but MOCKSERVERS_URL names a running one. Fix: unset it."
            )
        self._config, self._pattern, self._fail_under = config, pattern, fail_under
        self._facts: dict[Fact, set[str]] = {}
        self._results: list[Result] = []
        self._began = real_time.monotonic()
        self._not_run = "the tests do not pass as it is. Fix: make them pass first."
        MockServer.altered = Altered(partial(observed, note=self._note), {}, None)

    def _note(self, fact: Fact) -> None:
        if test := running().test:
            self._facts.setdefault(fact, set()).add(test)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker of pytest-xdist has ended: add its facts."""
        for vendor, step, kind, what, tests in getattr(node, "workeroutput", {}).get(_WORKER_OUTPUT, ()):
            self._facts.setdefault(Fact(vendor, step, kind, what), set()).update(tests)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Send the facts of this process to the controller. In the controller, if all tests passed, run the mutants."""
        MockServer.altered = None
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[_WORKER_OUTPUT] = [
                (fact.vendor, fact.step, fact.kind, fact.what, sorted(tests)) for fact, tests in self._facts.items()
            ]
        elif session.exitstatus == pytest.ExitCode.OK:
            try:
                self._run()
            except UsageError as nothing:
                self._not_run = str(nothing)
                session.exitstatus = pytest.ExitCode.USAGE_ERROR
                return
            self._not_run = ""
            if shortfall(self._results, self._fail_under):
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the score and the mutants that survived."""
        terminalreporter.section("mockservers: vendor mutants")
        if self._not_run:
            terminalreporter.write_line(f"Not run: {self._not_run}", red=True)
            return
        terminalreporter.write_line(text(self._results))
        if failed := shortfall(self._results, self._fail_under):
            terminalreporter.write_line(failed, red=True)

    def _run(self) -> None:
        facts = {fact: sorted(tests) for fact, tests in self._facts.items()}
        work = chosen(mutants(facts, {name: load_contract(name) for name in vendor_names()}), self._pattern)
        seconds = real_time.monotonic() - self._began
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        runs = Runs()
        if reporter:
            reporter.write_line(f"\n{cost(len(work), seconds, runs.at_once)}; fewer tests take less")
        with tempfile.TemporaryDirectory(prefix="mockservers-mutants-") as folder:
            run = partial(self._run_one, runs, Path(folder), time_limit(seconds))
            with closing(runs.all(work, run)) as coming:
                for result in coming:
                    self._results.append(result)
                    if reporter and (len(self._results) % 10 == 0 or len(self._results) == len(work)):
                        reporter.write_line(progress(self._results, len(work)))

    def _run_one(self, runs: Runs, folder: Path, limit: float, mutant: Mutant, tests: tuple[str, ...]) -> Result:
        file = Path(tempfile.mkdtemp(dir=folder)) / "mutant.json"
        file.write_text(json.dumps(mutant.to_dict()), "utf-8")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        command = self._command(file, tests)
        suite = Suite(command, self._config.rootpath, environment, limit, lambda status: status == 1)
        return runs.one(suite, mutant, tests)

    def _command(self, file: Path, tests: Sequence[str]) -> list[str]:
        config = ["-c", str(self._config.inipath)] if self._config.inipath else []
        plugins = [part for name in self._config.getoption("plugins") or () for part in ("-p", name)]
        # The project's `addopts` may write reports or start workers, so these runs omit them.
        quiet = ["-q", "-x", "-p", "no:cacheprovider", "-o", "addopts="]
        ours = ["--mockservers-fail-on=never", f"--mockservers-mutant={file}"]
        root = ["--rootdir", str(self._config.rootpath)]
        return [sys.executable, "-m", "pytest", *config, *root, *plugins, *quiet, *ours, *tests]
