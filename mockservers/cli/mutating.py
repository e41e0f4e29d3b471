"""`mockservers mutate`: a suite in any language, run on mocks with one defect each."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mockservers.cli.running import command_environment, served
from mockservers.cli.signals import ending_on_signals
from mockservers.core.accounting.mutant import VARIABLE
from mockservers.core.contract.contract import Contract
from mockservers.core.errors import UsageError
from mockservers.core.value import replace
from mockservers.core.values import real_time
from mockservers.testing.mutation.altering import altered
from mockservers.testing.mutation.facts import Fact, observed
from mockservers.testing.mutation.mutants import Mutant, chosen, mutants
from mockservers.testing.mutation.runs import Ran, Result, Runs, Suite, time_limit
from mockservers.testing.mutation.score import cost, progress
from mockservers.web.bootstrap import Serving

_LINES = 15
"""Maximum lines of a run's output that are shown if the command fails without mutants."""


@dataclass(frozen=True, slots=True)
class Study:
    """A command to run on mutants, its server, the pattern of mutants, the number of parallel runs, the time limit."""

    command: Sequence[str]
    serving: Serving
    pattern: str = "*"
    at_once: int = 1
    time_limit: float | None = None


def mutate(study: Study, say: Callable[[str], None]) -> list[Result]:
    """Run the command without mutants, then on each. UsageError if it fails without mutants, or there are none."""
    runs = Runs(study.at_once)
    with ending_on_signals(), tempfile.TemporaryDirectory(prefix="mockservers-mutants-") as folder:
        say(f"Running {shlex.join(study.command)} without mutants.")
        began = real_time.monotonic()
        facts, contracts, ran = _first_run(study, runs)
        seconds = real_time.monotonic() - began
        readings = study.serving.settings.readings or {}
        work = chosen(mutants(dict.fromkeys(facts, ()), contracts, readings), study.pattern)
        limit = study.time_limit or time_limit(ran.seconds)
        say(f"{cost(len(work), seconds, study.at_once)}. A run is stopped after {limit:.0f} s.")
        results: list[Result] = []
        run = partial(_run_on, study, contracts, runs, Path(folder), limit)
        with closing(runs.all(work, run)) as finished:
            for result in finished:
                results.append(result)
                if len(results) % 10 == 0 or len(results) == len(work):
                    say(progress(results, len(work)))
    return results


def _first_run(study: Study, runs: Runs) -> tuple[list[Fact], dict[str, Contract], Ran]:
    """What the vendors did while the command ran without mutants. UsageError if the command fails."""
    facts: dict[Fact, None] = {}
    serving = replace(study.serving, alter=partial(observed, note=facts.setdefault))
    with served(serving) as (mock_app, listeners):
        environment = command_environment(mock_app.server.url, listeners)
        ran = runs.ran(Suite(study.command, Path.cwd(), environment, study.time_limit))
        contracts = {name: mock.contract for name, mock in mock_app.mocks.items()}
    if ran.status != 0:
        raise UsageError(_failed(study, ran))
    return list(facts), contracts, ran


def _failed(study: Study, ran: Ran) -> str:
    command = shlex.join(study.command)
    reason = f"exit status {ran.status}" if ran.status is not None else f"it took longer than {study.time_limit:g} s"
    output = [f"  {line}" for line in ran.output.strip().splitlines()[-_LINES:]] or ["  (it printed nothing)"]
    fix = f"Fix: make it pass with mockservers run -- {command}"
    return "\n".join([f"The command fails without mutants: {reason}.", *output, fix])


def _run_on(
    study: Study,
    contracts: dict[str, Contract],
    runs: Runs,
    folder: Path,
    limit: float,
    mutant: Mutant,
    tests: tuple[str, ...],
) -> Result:
    """Run the command on a new server with a mutant, so that no run sees the calls of another."""
    alteration = altered(mutant, contracts[mutant.vendor], Path(tempfile.mkdtemp(dir=folder)))
    settings = study.serving.settings
    settings = replace(settings, readings={**(settings.readings or {}), **alteration.readings})
    loaded = {name: each for name, each in contracts.items() if name != mutant.vendor or alteration.contracts is None}
    serving = replace(
        study.serving, settings=settings, contracts=alteration.contracts, loaded=loaded, alter=alteration.alter
    )
    with served(serving) as (mock_app, listeners):
        environment = {**command_environment(mock_app.server.url, listeners), VARIABLE: mutant.id}
        return runs.one(Suite(study.command, Path.cwd(), environment, limit), mutant, tests)
