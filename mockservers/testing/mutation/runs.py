"""Runs of suites on mutants, in parallel, each in its own process group, which is killed at its end."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mockservers.core.values import real_time
from mockservers.testing.mutation.mutants import Mutant
from mockservers.testing.processes import begin, kill

Verdict = Literal["killed", "survived", "timed out", "not run"]
_SAID = 2_000
"""Maximum characters of a run's output that are kept if the suite could not be run."""
_SLOWER = 5.0
_STARTS = 20.0
"""A run on a mutant may take `_SLOWER` times as long as the first run, plus `_STARTS` seconds."""


def time_limit(seconds: float) -> float:
    """The seconds that a run on a mutant may take, from those of the run without mutants."""
    return _STARTS + _SLOWER * seconds


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a suite on a mutant. A run that hangs kills the mutant, too. `output`: why it could not run."""

    mutant: Mutant
    tests: tuple[str, ...]
    verdict: Verdict
    output: str = ""

    @property
    def noticed(self) -> bool:
        """Whether the suite killed the mutant."""
        return self.verdict in ("killed", "timed out")


@dataclass(frozen=True, slots=True)
class Suite:
    """How to run a suite on one mutant: its command, folder, environment and time limit in seconds.

    `fails` says for an exit status other than 0 whether the suite ran and failed.
    """

    command: Sequence[str]
    directory: Path
    environment: Mapping[str, str]
    time_limit: float | None
    fails: Callable[[int], bool] = bool


@dataclass(frozen=True, slots=True)
class Ran:
    """One run: its exit status, None if it took too long; the end of its output; its seconds."""

    status: int | None
    output: str
    seconds: float


class Runs:
    """Runs of suites, at most `at_once` at the same time. If `all` is closed early, the current runs are killed."""

    def __init__(self, at_once: int | None = None) -> None:
        self.at_once = at_once or os.cpu_count() or 1
        self._live: set[subprocess.Popen[bytes]] = set()
        self._over = threading.Event()
        self._lock = threading.Lock()

    def all(
        self, work: Iterable[tuple[Mutant, tuple[str, ...]]], run: Callable[[Mutant, tuple[str, ...]], Result]
    ) -> Generator[Result, None, None]:
        """The results, as the runs end."""
        pool = ThreadPoolExecutor(self.at_once)
        try:
            for done in as_completed([pool.submit(run, mutant, tests) for mutant, tests in work]):
                yield done.result()
        finally:
            self.end()
            pool.shutdown(cancel_futures=True)

    def end(self) -> None:
        """Kill the current runs, and start no others."""
        with self._lock:
            self._over.set()
            for process in self._live:
                kill(process)

    def ran(self, suite: Suite) -> Ran:
        """Run a suite once. When it ends or exceeds its time limit, its whole process group is killed."""
        with tempfile.TemporaryFile() as output:
            with self._lock:
                if self._over.is_set():
                    return Ran(None, "", 0.0)
                process = begin(
                    suite.command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    environment=suite.environment,
                    directory=suite.directory,
                )
                self._live.add(process)
            began = real_time.monotonic()
            try:
                status = process.wait(suite.time_limit)
            except subprocess.TimeoutExpired:
                status = None
            finally:
                with self._lock:
                    self._live.discard(process)
                    kill(process)
                process.wait()
            size = output.seek(0, os.SEEK_END)
            output.seek(max(0, size - _SAID))
            return Ran(status, output.read().decode("utf-8", "replace"), real_time.monotonic() - began)

    def one(self, suite: Suite, mutant: Mutant, tests: tuple[str, ...]) -> Result:
        """Run a suite on a mutant."""
        ran = self.ran(suite)
        if ran.status is None:
            return Result(mutant, tests, "timed out")
        if ran.status == 0:
            return Result(mutant, tests, "survived")
        if suite.fails(ran.status):
            return Result(mutant, tests, "killed")
        return Result(mutant, tests, "not run", ran.output)
