"""`mockservers conform`: the conformance kit against a program in any language."""

from __future__ import annotations

import random
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mockservers.cli.output import write
from mockservers.core.errors import UsageError
from mockservers.core.values.nearest import did_you_mean
from mockservers.testing.conformance import Report, Result, run
from mockservers.testing.conformance.programs import Program, Script, Worker
from mockservers.testing.conformance.properties import PROPERTIES
from mockservers.testing.server import MockServer


@dataclass(frozen=True, slots=True)
class Question:
    """What to try. `script`: the program speaks no protocol. `seed` of None is drawn. `also` are further tasks."""

    vendor: str
    command: Sequence[str]
    script: bool = False
    profile: str = "default"
    seed: int | None = None
    only: Sequence[str] = ()
    time_limit: float = 30.0
    also: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Conformity:
    """The report on a program, beside the properties that are known to fail."""

    report: Report
    seed: int
    known: frozenset[str]

    @property
    def surprises(self) -> list[Result]:
        """Properties that fail and are not known to, and those that are known to and hold."""
        return [result for result in self.report.results if result.holds == (result.property in self.known)]


def conform(question: Question, known: frozenset[str], watch: Callable[[Result], None]) -> Conformity:
    """Try the program. UsageError when it cannot be run, or says what is not of the protocol."""
    seed = question.seed if question.seed is not None else random.randrange(1_000_000)  # noqa: S311 - of examples
    server = MockServer().start()
    try:
        with Worker(question.command, question.time_limit) as worker:
            program: Program = Script(question.command, question.time_limit) if question.script else worker
            report = run(
                question.vendor,
                program.export,
                profile=question.profile,
                seed=seed,
                only=question.only,
                watch=watch,
                besides={task: program.method(task) for task in question.also},
            )
    finally:
        server.stop()
    return Conformity(report, seed, known)


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
    """What is to be said in the end: each surprise with its message, and how to see it again."""
    said: list[str] = []
    for result in found.surprises:
        if result.holds:
            said.append(f"{result.property} holds. Take it off the list of what is known to fail.")
            continue
        said += [result.message, *([result.case.described()] if result.case else [])]
        said += [f"Again: --seed {found.seed} --only {result.property}", ""]
    said += [f"Beyond any client's help: {line}" for line in found.report.beyond_help]
    broken, all_of_them = len(found.report.broken), len(found.report.results)
    said.append(f"{all_of_them - broken} of {all_of_them} properties hold (seed {found.seed}).")
    return "\n".join(said)


def write_junit(found: Conformity, path: Path) -> None:
    """A test case for each property; one that is known to fail is skipped."""
    results = found.report.results
    suite = ET.Element("testsuite", name=f"mockservers conform {found.report.vendor}", tests=str(len(results)))
    suite.set("failures", str(sum(not result.holds and result.property not in found.known for result in results)))
    for result in results:
        case = ET.SubElement(
            suite, "testcase", classname=found.report.vendor, name=result.property, time=f"{result.seconds:.3f}"
        )
        if not result.holds:
            kind = "skipped" if result.property in found.known else "failure"
            ET.SubElement(case, kind, message=result.message.splitlines()[0]).text = result.message
    write(path, ET.tostring(suite, encoding="utf-8", xml_declaration=True))
