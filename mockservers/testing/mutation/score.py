"""The killed and surviving mutants of a suite, as text, JSON and JUnit XML."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from mockservers.core.values.plurals import counted
from mockservers.reports.verdict import printable
from mockservers.testing.mutation.runs import Result

_TESTS_SHOWN = 3
_WRONG = {
    "drops": "answers as before and does not store one of the {target}",
    "forgets": "answers as before and does not store {target}",
    "accepts": "answers success instead of the error of {target}",
    "late": "runs its job {target} a day later",
    "reply-without": "omits from its replies {target}",
    "reply-null": "replies with null for {target}",
    "reply-renamed": "replies with another name for {target}",
    "reading": "uses another reading: {target}",
    "limit": "has another limit: {target}",
}
"""The defect of each kind of mutant, in a few words."""


def cost(mutants: int, seconds: float, at_once: int) -> str:
    """The number of runs, and about how long they take, from the seconds of the run without mutants."""
    rounds = -(-mutants // at_once)
    duration = timedelta(seconds=max(1, round(rounds * seconds)))
    side_by_side = f", {at_once} at a time" if at_once > 1 else ""
    return (
        f"{counted(mutants, 'mutant')}, one run each{side_by_side}: about {duration} (h:mm:ss), "
        f"because the run without mutants took {seconds:.1f} s"
    )


def progress(results: Sequence[Result], mutants: int) -> str:
    """The number of runs so far, and of killed mutants."""
    return f"mutants: {len(results)} of {mutants} run, {sum(result.noticed for result in results)} killed"


def shortfall(results: Sequence[Result], fail_under: float | None) -> str:
    """Why the score is below the threshold; empty if it is not."""
    if fail_under is None:
        return ""
    if all(result.verdict == "not run" for result in results):
        return "FAIL No mutant could be run: nothing was killed."
    share = percent(results)
    return f"FAIL {share:.1f} % of the mutants were killed, less than {fail_under:g} %." if share < fail_under else ""


def percent(results: Sequence[Result]) -> float:
    """The share of killed mutants among those that ran; 100 if none ran."""
    ran = [result for result in results if result.verdict != "not run"]
    return 100 * sum(result.noticed for result in ran) / len(ran) if ran else 100.0


def text(results: Iterable[Result]) -> str:
    """The score, then the survivors: the step, the tests that did not notice them, and the defects."""
    listed = sorted(results, key=lambda result: result.mutant.id)
    ran = [result for result in listed if result.verdict != "not run"]
    killed = sum(result.noticed for result in ran)
    lines = [f"killed {killed} of {counted(len(ran), 'mutant')} ({percent(ran):.0f} %)"]
    for (where, tests), survivors in _grouped(ran).items():
        lines.append(f"survived at {where}, not noticed by {_tests(tests)}:")
        for kind, targets in survivors.items():
            lines.append(f"  {_WRONG[kind].format(target=', '.join(targets))}")
    for result in listed:
        if result.verdict == "not run":
            last = result.output.strip().splitlines()[-1:]
            lines.append(f"not run: {result.mutant.id}: {''.join(last) or 'it printed nothing'}")
    return "\n".join(lines)


def to_dict(results: Sequence[Result]) -> dict[str, Any]:
    """The score and each mutant, as JSON."""
    listed = sorted(results, key=lambda result: result.mutant.id)
    return {
        "killed": sum(result.noticed for result in listed),
        "mutants": sum(result.verdict != "not run" for result in listed),
        "percent": round(percent(listed), 1),
        "results": [
            {**result.mutant.to_dict(), "id": result.mutant.id, "tests": result.tests, "verdict": result.verdict}
            for result in listed
        ],
    }


def junit(results: Sequence[Result]) -> bytes:
    """JUnit XML: one case per mutant. A survivor is a failure; a mutant that could not be run is skipped."""
    listed = sorted(results, key=lambda result: result.mutant.id)
    root = ET.Element("testsuite", name="mockservers mutate", tests=str(len(listed)), errors="0")
    root.set("failures", str(sum(result.verdict == "survived" for result in listed)))
    root.set("skipped", str(sum(result.verdict == "not run" for result in listed)))
    for result in listed:
        mutant = result.mutant
        case = ET.SubElement(root, "testcase", classname=mutant.vendor, name=mutant.id)
        if result.verdict == "survived":
            wrong = f"The vendor {_WRONG[mutant.kind].format(target=mutant.target)}, and no test noticed."
            ET.SubElement(case, "failure", message=wrong).text = "\n".join((wrong, *mutant.rules))
        elif result.verdict == "not run":
            ET.SubElement(case, "skipped", message=printable(result.output.strip()))
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _grouped(results: Iterable[Result]) -> dict[tuple[str, tuple[str, ...]], dict[str, list[str]]]:
    """{(vendor and step, tests): {kind: targets with their rules}} of the survivors."""
    groups: dict[tuple[str, tuple[str, ...]], dict[str, list[str]]] = {}
    for result in results:
        if not result.noticed:
            mutant = result.mutant
            kinds = groups.setdefault((f"{mutant.vendor} {mutant.step}".strip(), result.tests), {})
            rules = [rule for rule in mutant.rules if rule not in mutant.target]
            named = f"{mutant.target} [{', '.join(rules)}]" if rules else mutant.target
            kinds.setdefault(mutant.kind, []).append(named)
    return groups


def _tests(tests: Sequence[str]) -> str:
    more = f" and {len(tests) - _TESTS_SHOWN} more" if len(tests) > _TESTS_SHOWN else ""
    return (", ".join(tests[:_TESTS_SHOWN]) or "the whole suite") + more
