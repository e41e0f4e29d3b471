"""A run as one report: verdict, losses, calls and coverage, as a self-contained HTML file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from jinja2 import Environment, FileSystemLoader

from mockservers.core.accounting.call_summary import summaries, summary
from mockservers.core.accounting.evidence import Account, Controls, Evidence
from mockservers.core.accounting.verdict import Verdict
from mockservers.core.errors import UsageError
from mockservers.core.value import Value
from mockservers.reports.brief_text import brief
from mockservers.reports.coverage import used
from mockservers.reports.losses import KINDS, losses
from mockservers.reports.marked_text import marked
from mockservers.reports.operation_coverage import called_and_never, tried
from mockservers.reports.verdict import text

CALLS_SHOWN = 200
"""Maximum number of a tenant's calls in a report: the newest ones."""

_TEMPLATES = Path(__file__).with_name("templates")
_STYLE = Path(__file__).parents[1] / "web" / "page" / "static" / "page.css"


class Journals(Controls, Protocol):
    """The admin calls that a report needs: those of a verdict, the journals and the coverage."""

    def journal(self, name: str, *, after: int = 0) -> dict[str, Any]: ...
    def coverage(self, name: str | None = None) -> dict[str, Any]: ...


class RunReport(Value):
    """The content of a report. `calls` are summaries, newest first within a tenant; `coverage` is that of `/coverage`.

    A summary may have the `test` that sent the call. `calls_left` counts the calls that the report leaves out.
    """

    evidence: Evidence
    verdict: Verdict
    calls: Sequence[Mapping[str, Any]]
    coverage: Sequence[Mapping[str, Any]]
    calls_left: int = 0


def report_of(controls: Journals, evidence: Evidence, verdict: Verdict) -> RunReport:
    """The report on the evidence of a verdict."""
    calls: list[dict[str, Any]] = []
    for account in evidence.accounts:
        calls += _calls(controls, account)
    calls += [
        summary(call["vendor"], call["tenant"], call, (), call["why"]) for call in reversed(evidence.unauthenticated)
    ]
    return RunReport(evidence, verdict, calls, controls.coverage()["vendors"])


def _calls(controls: Journals, account: Account) -> list[dict[str, Any]]:
    try:
        exchanges = controls.journal(account.tenant)["exchanges"][-CALLS_SHOWN:]
    except UsageError:  # the tenant was deleted meanwhile
        return []
    return summaries(account.vendor, account.tenant, reversed(exchanges), account.ledger["findings"])


def html(report: RunReport) -> bytes:
    """A self-contained page: one file, no script, no other resources."""
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True)
    environment.filters |= {"marked": marked, "brief": brief}
    listed_losses = losses(report.evidence)
    page = environment.get_template("report.html").render(
        report=report,
        places=_places(report.calls),
        coverage=used(report.coverage),
        called_and_never=called_and_never,
        tried=tried,
        style=_STYLE.read_text("utf-8"),
        verdict_text=text(report.verdict),
        losses=[(each, each.finding["fix"]) for each in listed_losses],
        figures={
            kind: sum(int(each.finding["count"]) for each in listed_losses if each.kind == kind) for kind in KINDS
        },
    )
    return page.encode("utf-8", "backslashreplace")


def _places(calls: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str, int], str]:
    """The anchor of each call in the report. If several calls have one name, it is the anchor of the newest."""
    numbered = list(enumerate(calls, 1))
    return {(call["vendor"], call["tenant"], call["exchange"]): f"call-{number}" for number, call in reversed(numbered)}
