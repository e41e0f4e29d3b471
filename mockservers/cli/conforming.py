"""`mockservers conform`: the conformance kit against a program in any language."""

from __future__ import annotations

import random
import shlex
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mockservers.cli.conformity_junit import JunitCase, junit, junit_of_a_broken_run
from mockservers.cli.output import write
from mockservers.cli.progress import Progress
from mockservers.cli.signals import ending_on_signals
from mockservers.core.errors import UnknownName, UsageError
from mockservers.core.values.nearest import did_you_mean
from mockservers.testing.conformance import Report, Result, Suite, run
from mockservers.testing.conformance.kept_folder import KeptFolder
from mockservers.testing.conformance.programs import Program, ProgramFailed, Script, Worker, variables_of
from mockservers.testing.conformance.properties import PROPERTIES
from mockservers.testing.conformance.real_pauses import RealPauses
from mockservers.testing.conformance.target import OutOfTime, Target
from mockservers.testing.conformance.vendors import suite
from mockservers.testing.orders import STATUSES, Order, Status, read_orders
from mockservers.testing.server import MockServer, RemoteServer
from mockservers.vendors import vendor_title

_GRACE = 5.0
"""Real seconds by which the suite's time limit is longer: the message of the program's time limit says more."""


@dataclass(frozen=True, slots=True)
class Question:
    """What to test. `script`: the program reads variables, not the protocol. If `seed` is None, it is random.

    `also` are the other tasks of the program. `orders` are the shop's own, to export instead of generated ones. `url`
    is a running server, with its `admin_token`; without a URL, this process starts one. `keep` is the folder in which
    the program stores its state, and `reset` a command that deletes it. `junit` is written even if the run breaks off.
    """

    vendor: str
    command: Sequence[str]
    script: bool = False
    profile: str = "default"
    seed: int | None = None
    only: Sequence[str] = ()
    time_limit: float = 30.0
    also: Sequence[str] = ()
    orders: Sequence[Order] = ()
    url: str | None = None
    admin_token: str | None = None
    keep: Path | None = None
    reset: str | None = None
    junit: Path | None = None


@dataclass(frozen=True, slots=True)
class Conformity:
    """The report on a program, with the properties that are known to fail."""

    report: Report
    seed: int
    known: frozenset[str]

    @property
    def unexpected(self) -> list[Result]:
        """Properties that fail and are not known to fail, and properties that hold and are known to fail."""
        return [result for result in self.report.results if result.holds == (result.property in self.known)]


def conform(question: Question, known: frozenset[str], progress: Progress) -> Conformity:
    """Test the program. UsageError if it cannot be run, or does not follow the protocol."""
    seed = question.seed if question.seed is not None else random.randrange(1_000_000)  # noqa: S311 - of examples
    results: list[Result] = []
    with junit_of_a_broken_run(question.junit, question.vendor, question.vendor, lambda: junit_cases(results, known)):
        report = _run_suite(question, seed, results, progress)
    return Conformity(report, seed, known)


def _run_suite(question: Question, seed: int, results: list[Result], progress: Progress) -> Report:
    """The report of a run. Each result is added to `results` at once."""

    def watch(result: Result) -> None:
        results.append(result)
        progress.say(str(result))

    server = _server(question).start()
    try:
        with ExitStack() as stack:
            stack.enter_context(ending_on_signals())
            stack.enter_context(_warnings_in(progress))
            stack.enter_context(progress)
            kept = None if question.keep is None else stack.enter_context(KeptFolder(question.keep))
            variables = {} if kept is None else {"MOCKSERVERS_KEEP": str(kept.path)}
            program: Program = stack.enter_context(Worker(question.command, question.time_limit, variables))
            if question.script:
                program = Script(question.command, question.time_limit, question.admin_token, variables)
            return run(
                _suite_for(question, program, kept, progress),
                program.export,
                profile=question.profile,
                seed=seed,
                only=question.only,
                watch=watch,
                also={task: program.method(task) for task in question.also},
                smoke=True,
            )
    finally:
        server.stop()


@contextmanager
def _warnings_in(progress: Progress) -> Iterator[None]:
    """Print a warning at once, as a line of the progress."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", RealPauses)
        warnings.showwarning = lambda message, *_, **__: progress.say(f"warning: {message}")
        yield


def _suite_for(question: Question, program: Program, kept: KeptFolder | None, progress: Progress) -> type[Suite[Any]]:
    """The vendor's suite for this program, with its time limit and the shop's own orders."""
    vendors = suite(question.vendor)
    time_limit = max(vendors.time_limit, question.time_limit + _GRACE)
    attributes = {"time_limit": time_limit, "process": program, "kept": kept, "progress": progress, "__test__": False}
    attributes["own_orders"] = tuple(question.orders)
    if warning := _currency_warning(vendors, question.orders):
        progress.say(f"warning: {warning}")
    if question.reset is not None:
        attributes["reset"] = _resetting(question.reset, question)
    return type(vendors.__name__, (vendors,), attributes)


def _currency_warning(vendors: type[Suite[Any]], orders: Sequence[Order]) -> str:
    """The warning if the vendor has one currency for all amounts, and some orders have another; otherwise empty."""
    others = [order for order in orders if order.currency not in vendors.currencies]
    if len(vendors.currencies) > 1 or not others:
        return ""
    (currency,), codes = vendors.currencies, ", ".join(sorted({order.currency for order in others}))
    return (
        f"orders that are not in {currency}: {len(others)} of {len(orders)} ({codes}). {vendor_title(vendors.vendor)}'s"
        f" amounts are in {currency}: the kit compares the numbers and converts nothing."
    )


def _resetting(command: str, question: Question) -> Callable[[Suite[Any], Target], None]:
    """A function that runs the command of --reset. UsageError if the command fails."""
    script = Script(shlex.split(command), question.time_limit, question.admin_token)

    def reset(_: Suite[Any], target: Target) -> None:
        try:
            script.start(variables_of(target))
        except (ProgramFailed, OutOfTime) as error:
            raise UsageError(f"--reset: {error}\nFix: run {command!r} alone, and correct it.") from None

    return reset


def _server(question: Question) -> MockServer | RemoteServer:
    """The server of the test."""
    if question.url is None:
        return MockServer()
    return RemoteServer(question.url, "conform-", token=question.admin_token)


def own_orders(file: Path | None, shop: str | None, zone: str, statuses: Sequence[str] = ()) -> list[Order]:
    """The orders of a file; none without a file. If one cannot be read, UsageError with the place and the reason.

    `statuses` are the shop's own, each as `packed=paid`.
    """
    if file is None:
        return []
    pairs = [(theirs, ours) for theirs, _, ours in (each.partition("=") for each in statuses)]
    if not all(theirs and ours for theirs, ours in pairs):
        raise UsageError(f"--status must be like packed=paid, not {', '.join(statuses)}.")
    try:
        return read_orders(file, shop, ZoneInfo(zone), {theirs: _status(ours) for theirs, ours in pairs})
    except (ZoneInfoNotFoundError, ValueError):
        raise UsageError(f"--zone: there is no time zone {zone!r}. Fix: give one such as Asia/Taipei.") from None


def _status(name: str) -> Status:
    """A status of the kit by its name. UnknownName if there is none."""
    found = next((each for each in STATUSES if each == name), None)
    if found is None:
        raise UnknownName("status of an order", name, STATUSES)
    return found


def known_failing(file: Path | None) -> frozenset[str]:
    """The properties that a file names, one per line. A # starts a comment."""
    if file is None:
        return frozenset()
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {error}.") from None
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    names = frozenset(line for line in lines if line)
    ids = {each.id for each in PROPERTIES.values()}
    unknown = sorted(names - ids)
    if unknown:
        known, like = ", ".join(sorted(ids)), did_you_mean(unknown[0], ids)
        raise UsageError(f"{file}: unknown property {unknown[0]!r}.{like} Available: {known}.")
    return names


def render(conformity: Conformity) -> str:
    """The report: each unexpected result with its message, and the options that repeat it."""
    lines: list[str] = []
    for result in conformity.unexpected:
        if result.holds:
            lines.append(f"{result.property} holds, but --known-failing lists it. Fix: remove it from that file.")
            continue
        lines += [result.message, *([result.case.described()] if result.case else [])]
        lines += [f"Repeat: --seed {conformity.seed} --only {result.property}", ""]
    lines += [f"No client can prevent: {line}" for line in conformity.report.beyond_help]
    lines.append(conformity.report.coverage)
    broken, total = len(conformity.report.broken), len(conformity.report.results)
    lines.append(f"{total - broken} of {total} properties hold (seed {conformity.seed}).")
    return "\n".join(lines)


def junit_cases(results: Sequence[Result], known: frozenset[str]) -> list[JunitCase]:
    """One case per property. An expected failure is skipped; a property that holds unexpectedly is a failure."""
    return [_junit_case(result, expected=result.property in known) for result in results]


def _junit_case(result: Result, *, expected: bool) -> JunitCase:
    if result.holds:
        message = f"{result.property} holds, but --known-failing lists it." if expected else ""
        return JunitCase(result.property, result.seconds, "failure" if expected else None, message)
    return JunitCase(result.property, result.seconds, "skipped" if expected else "failure", result.message)


def write_junit(conformity: Conformity, path: Path) -> None:
    """Write one test case per property, with the shapes of the orders that were tested."""
    report = conformity.report
    shapes = {
        "shapes": str(len(report.shapes)),
        "shapes-tried": str(len(report.shapes) - len(report.never_drawn)),
        "shapes-never-tried": ", ".join(report.never_drawn),
    }
    write(path, junit(report.vendor, report.vendor, junit_cases(report.results, conformity.known), shapes))
