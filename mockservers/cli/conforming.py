"""`mockservers conform`: the conformance kit against a program in any language."""

from __future__ import annotations

import random
import shlex
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mockservers.cli.output import write
from mockservers.cli.progress import Progress
from mockservers.cli.signals import ending_on_signals
from mockservers.core.errors import UsageError
from mockservers.core.values.nearest import did_you_mean
from mockservers.testing.conformance import Report, Result, Suite, run
from mockservers.testing.conformance.kept_folder import KeptFolder
from mockservers.testing.conformance.programs import Program, ProgramFailed, Script, Worker, variables_of
from mockservers.testing.conformance.properties import PROPERTIES
from mockservers.testing.conformance.real_pauses import RealPauses
from mockservers.testing.conformance.target import OutOfTime, Target
from mockservers.testing.conformance.vendors import suite
from mockservers.testing.orders import Order, read_orders
from mockservers.testing.server import MockServer, RemoteServer

_GRACE = 5.0
"""Real seconds beyond the time limit of a program, which says better than the suite what took so long."""


@dataclass(frozen=True, slots=True)
class Question:
    """What to try. `script`: the program speaks no protocol. `seed` of None is drawn. `also` are further tasks.

    `orders` are the shop's own, which are exported instead of drawn ones. `url` is a server that runs, with its
    `admin_token`; without it there is one in this process.
    `keep` is the folder in which the program keeps its state; `reset` a command that makes it forget.
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


@dataclass(frozen=True, slots=True)
class Conformity:
    """The report on a program, beside the properties that are known to fail."""

    report: Report
    seed: int
    known: frozenset[str]

    @property
    def unexpected(self) -> list[Result]:
        """Properties that fail and are not known to, and those that are known to and hold."""
        return [result for result in self.report.results if result.holds == (result.property in self.known)]


def conform(question: Question, known: frozenset[str], shown: Progress) -> Conformity:
    """Try the program. UsageError when it cannot be run, or says what is not of the protocol."""
    seed = question.seed if question.seed is not None else random.randrange(1_000_000)  # noqa: S311 - of examples
    server = _server(question).start()
    try:
        with ExitStack() as stack:
            stack.enter_context(ending_on_signals())
            stack.enter_context(_warnings_in(shown))
            stack.enter_context(shown)
            kept = None if question.keep is None else stack.enter_context(KeptFolder(question.keep))
            variables = {} if kept is None else {"MOCKSERVERS_KEEP": str(kept.path)}
            program: Program = stack.enter_context(Worker(question.command, question.time_limit, variables))
            if question.script:
                program = Script(question.command, question.time_limit, question.admin_token, variables)
            report = run(
                _suite_for(question, program, kept, shown),
                program.export,
                profile=question.profile,
                seed=seed,
                only=question.only,
                watch=lambda result: shown.say(progress(result)),
                also={task: program.method(task) for task in question.also},
                smoke=True,
            )
    finally:
        server.stop()
    return Conformity(report, seed, known)


@contextmanager
def _warnings_in(shown: Progress) -> Iterator[None]:
    """Show a warning at once, as a line between the others."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", RealPauses)
        warnings.showwarning = lambda message, *_, **__: shown.say(f"warning: {message}")
        yield


def _suite_for(question: Question, program: Program, kept: KeptFolder | None, shown: Progress) -> type[Suite[Any]]:
    """The vendor's suite for this program, with the shop's own orders: it gives an export the time it is to take."""
    vendors = suite(question.vendor)
    time_limit = max(vendors.time_limit, question.time_limit + _GRACE)
    attributes = {"time_limit": time_limit, "process": program, "kept": kept, "progress": shown, "__test__": False}
    attributes["own_orders"] = tuple(question.orders)
    if question.reset is not None:
        attributes["reset"] = _resetting(question.reset, question)
    return type(vendors.__name__, (vendors,), attributes)


def _resetting(command: str, question: Question) -> Callable[[Suite[Any], Target], None]:
    """Runs the command that makes the program forget. UsageError when that fails."""
    script = Script(shlex.split(command), question.time_limit, question.admin_token)

    def reset(_: Suite[Any], target: Target) -> None:
        try:
            script.start(variables_of(target))
        except (ProgramFailed, OutOfTime) as error:
            raise UsageError(f"--reset: {error}\nFix: run {command!r} by itself.") from None

    return reset


def _server(question: Question) -> MockServer | RemoteServer:
    """The server to try it against."""
    if question.url is None:
        return MockServer()
    return RemoteServer(question.url, "conform-", token=question.admin_token)


def own_orders(file: Path | None, shop: str | None, zone: str) -> list[Order]:
    """The orders of a file; none without one. UsageError with the place and the reason for what cannot be read."""
    if file is None:
        return []
    try:
        return read_orders(file, shop, ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        raise UsageError(f"--zone: there is no time zone {zone!r}. Fix: give one such as Asia/Taipei.") from None


def known_failing(file: Path | None) -> frozenset[str]:
    """The properties that a file names, one a line; what follows a # is a note."""
    if file is None:
        return frozenset()
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {error}.") from None
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    names = frozenset(line for line in lines if line)
    ids = {about.id for about in PROPERTIES.values()}
    unknown = sorted(names - ids)
    if unknown:
        known, like = ", ".join(sorted(ids)), did_you_mean(unknown[0], ids)
        raise UsageError(f"{file}: there is no property {unknown[0]!r}.{like} Known: {known}.")
    return names


def progress(result: Result) -> str:
    """A line as soon as a property is done."""
    word = "holds " if result.holds else "BROKEN"
    return f"{word}  {result.property}  ({result.examples} examples, {result.seconds:.1f} s)"


def render(found: Conformity) -> str:
    """What is to be said in the end: each unexpected result with its message, and how to see it again."""
    said: list[str] = []
    for result in found.unexpected:
        if result.holds:
            said.append(f"{result.property} holds. Take it off the list of what is known to fail.")
            continue
        said += [result.message, *([result.case.described()] if result.case else [])]
        said += [f"Again: --seed {found.seed} --only {result.property}", ""]
    said += [f"Beyond any client's help: {line}" for line in found.report.beyond_help]
    said.append(found.report.coverage)
    broken, all_of_them = len(found.report.broken), len(found.report.results)
    said.append(f"{all_of_them - broken} of {all_of_them} properties hold (seed {found.seed}).")
    return "\n".join(said)


def write_junit(found: Conformity, path: Path) -> None:
    """A test case for each property; one that fails as expected is skipped, one that holds unexpectedly fails."""
    results = found.report.results
    skipped = [result for result in results if not result.holds and result not in found.unexpected]
    suite = ET.Element("testsuite", name=f"mockservers conform {found.report.vendor}")
    counts = {"tests": results, "failures": found.unexpected, "errors": (), "skipped": skipped}
    for name, counted in counts.items():
        suite.set(name, str(len(counted)))
    suite.set("time", f"{sum(result.seconds for result in results):.3f}")
    properties = ET.SubElement(suite, "properties")
    report = found.report
    for name, value in {
        "shapes": str(len(report.shapes)),
        "shapes-tried": str(len(report.shapes) - len(report.never_drawn)),
        "shapes-never-tried": ", ".join(report.never_drawn),
    }.items():
        ET.SubElement(properties, "property", name=name, value=value)
    for result in results:
        case = ET.SubElement(
            suite, "testcase", classname=found.report.vendor, name=result.property, time=f"{result.seconds:.3f}"
        )
        if result in skipped or result in found.unexpected:
            message = result.message or f"{result.property} holds, and is on the list of what is known to fail."
            kind = "skipped" if result in skipped else "failure"
            ET.SubElement(case, kind, message=message.splitlines()[0]).text = message
    write(path, ET.tostring(suite, encoding="utf-8", xml_declaration=True))
