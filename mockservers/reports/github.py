"""A run on GitHub: annotations, as workflow commands, and the summary of a job, as Markdown."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from mockservers.core.accounting.evidence import Evidence
from mockservers.core.accounting.finding_groups import Row
from mockservers.core.accounting.verdict import Failure, Verdict
from mockservers.core.errors import UsageError
from mockservers.reports.brief_text import brief
from mockservers.reports.losses import KINDS, Loss, losses

ANNOTATIONS_SHOWN = 50
"""Equal losses are one annotation. GitHub shows ten per step and level."""

_LEVELS = {"silent": "error", "lost": "warning", "at-risk": "notice"}
_ROWS_SHOWN = 50


def on_github(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether this is a job of GitHub Actions."""
    return environ.get("GITHUB_ACTIONS") == "true"


def workflow_commands(evidence: Evidence, verdict: Verdict) -> list[str]:
    """Workflow commands: one for equal losses that are not expected, and one for each failure that is not a loss."""
    commands = [_annotation(group) for group in _groups(losses(evidence))[:ANNOTATIONS_SHOWN]]
    return commands + [
        _command("error", {"title": each.kind}, _about(each)) for each in verdict.failures if each.kind not in KINDS
    ]


def add_summary(verdict: Verdict, environ: Mapping[str, str] = os.environ) -> None:
    """Add to the job's summary, if there is one. UsageError if its file cannot be written."""
    file = environ.get("GITHUB_STEP_SUMMARY")
    if not file:
        return
    try:
        with Path(file).open("a", encoding="utf-8", errors="backslashreplace") as summary:
            summary.write(markdown(verdict))
    except OSError as error:
        raise UsageError(
            f"GITHUB_STEP_SUMMARY: {file} cannot be written: {error.strerror}. Fix: name a file in an existing folder."
        ) from None


def markdown(verdict: Verdict) -> str:
    """The failures, as tables."""
    if not verdict.failed:
        return f"### mockservers: nothing fails\n\n{verdict.sent} items arrived.\n"
    lines = [f"### mockservers: {len(verdict.failures)} failed", ""]
    for failure in verdict.failures:
        lines += [f"**{_cell(failure.heading)}**", ""]
        if failure.rows:
            lines += ["| where | what | why | rule |", "|---|---|---|---|"]
            lines += [_row(row) for row in failure.rows[:_ROWS_SHOWN]]
            lines.append("")
        if len(failure.rows) > _ROWS_SHOWN:
            lines += [f"{len(failure.rows) - _ROWS_SHOWN} more rows are not shown.", ""]
        lines += [line for note in failure.notes for line in (_cell(note.strip()), "")]
    return "\n".join(lines) + "\n"


def _groups(listed_losses: Iterable[Loss]) -> list[list[Loss]]:
    groups: dict[tuple[str, ...], list[Loss]] = {}
    for each in listed_losses:
        if not each.expected:
            key = (each.kind, each.account.vendor, each.finding["rule"], each.finding["key"], each.test)
            groups.setdefault(key, []).append(each)
    return list(groups.values())


def _annotation(group: list[Loss]) -> str:
    first = group[0]
    count = sum(int(each.finding["count"]) for each in group)
    times = f" ({count} times)" if count > 1 else ""
    file, line = first.file
    properties = {"file": file, "line": str(line or ""), "title": first.finding["rule"]}
    message = f"{first.account.title}: {first.finding['why']}{times}. {first.finding['fix']}"
    return _command(_LEVELS[first.kind], properties, message)


def _about(failure: Failure) -> str:
    return " ".join([failure.heading, *(note.strip() for note in failure.notes)])


def _command(level: str, properties: Mapping[str, str], message: str) -> str:
    pairs = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    return f"::{level} {pairs}::{_escaped(brief(message))}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(",", "%2C").replace(":", "%3A")


def _row(row: Row) -> str:
    places = ", ".join(f"#{exchange} {place}".strip() if exchange else place for exchange, place in row.places)
    return f"| {_cell(places)} | {row.count} {row.outcome} | {_cell(row.why)} | {_cell(row.rule)} |"


def _cell(value: str) -> str:
    """Text on one line, escaped for Markdown."""
    flat = brief(" ".join(value.split()))
    for letter in "\\`*_[]|<>":
        flat = flat.replace(letter, f"&#{ord(letter)};")
    return flat
