"""Suites run again on mutants, side by side, each in a process of its own that is ended with all that it started."""

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
"""Characters of a run's output that are kept where it could not be run."""
_SLOWER = 5.0
_STARTS = 20.0
"""A run on a mutant may take so many times as long as the first run took, and so many seconds more."""


def time_limit(seconds: float) -> float:
    """The seconds that a run may take on a mutant, from those of the run without one."""
    return _STARTS + _SLOWER * seconds


@dataclass(frozen=True, slots=True)
class Result:
    """What a suite made of a mutant. A run that hangs has noticed it, too; `said` is why one was not run."""

    mutant: Mutant
    tests: tuple[str, ...]
    verdict: Verdict
    said: str = ""

    @property
    def noticed(self) -> bool:
        """Whether the suite did not pass."""
        return self.verdict in ("killed", "timed out")


@dataclass(frozen=True, slots=True)
class Suite:
    """How a suite is run on one mutant: its command, where, with what environment, and the seconds it may take.

    `fails` says which of its exit statuses but 0 are those of a suite that ran and did not pass.
    """

    command: Sequence[str]
    directory: Path
    environment: Mapping[str, str]
    time_limit: float | None
    fails: Callable[[int], bool] = bool


@dataclass(frozen=True, slots=True)
class Ran:
    """One run: its exit status, None where it took too long; the last of what it printed; its seconds."""

    status: int | None
    said: str
    seconds: float


class Runs:
    """Runs of suites, so many of them at once. Those that are under way end with the block, however it is left."""

    def __init__(self, at_once: int | None = None) -> None:
        self.at_once = at_once or os.cpu_count() or 1
        self._live: set[subprocess.Popen[bytes]] = set()
        self._over = threading.Event()
        self._lock = threading.Lock()

    def all(
        self, work: Iterable[tuple[Mutant, tuple[str, ...]]], run: Callable[[Mutant, tuple[str, ...]], Result]
    ) -> Generator[Result, None, None]:
        """Results as they come."""
        pool = ThreadPoolExecutor(self.at_once)
        try:
            for done in as_completed([pool.submit(run, mutant, tests) for mutant, tests in work]):
                yield done.result()
        finally:
            self.end()
            pool.shutdown(cancel_futures=True)

    def end(self) -> None:
        """Kill what runs, and start nothing more."""
        with self._lock:
            self._over.set()
            for process in self._live:
                kill(process)

    def ran(self, suite: Suite) -> Ran:
        """Run a suite once. Its whole process group is killed when it ends, or takes longer than it may."""
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
        return Result(mutant, tests, "not run", ran.said)
