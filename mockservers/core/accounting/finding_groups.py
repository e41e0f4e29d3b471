"""Groups of equal findings, with their count and first places. Works on the JSON of a ledger."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mockservers.core.contract.placeholders import sentence
from mockservers.core.contract.provenance import label
from mockservers.core.value import Value

PLACES_SHOWN = 5
"""The most places that a finding or a group shows."""


class Row(Value):
    """One line of a table: equal findings, their count, and the first `places` as (exchange, where).

    If each exchange of a run has one of them at the same place, `last` is the last exchange of the run; else 0.
    """

    places: tuple[tuple[int, str], ...]
    count: int
    outcome: str
    why: str
    rule: str
    provenance: str
    fix: str = ""
    last: int = 0


def held(ledger: Mapping[str, Any]) -> int:
    """Return the number of sent items that the vendor holds."""
    return int(ledger["items"].get("kept", 0)) + int(ledger["items"].get("updated", 0))


def grouped(findings: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return rows in the order of their first finding. Findings that differ only in count and places are one row."""
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for finding in findings:
        identity = (finding["outcome"], _why(finding, 0), finding["rule"], _label(finding), _fix(finding))
        groups.setdefault(identity, []).append(finding)
    return [_row(group) for group in groups.values()]


def _row(findings: Sequence[Mapping[str, Any]]) -> Row:
    first, count = findings[0], sum(int(finding["count"]) for finding in findings)
    places = ((finding["exchange"], where) for finding in findings for where in finding["where"] or [""])
    return Row(
        tuple(itertools.islice(places, PLACES_SHOWN)),
        count,
        first["outcome"],
        _why(first, count),
        first["rule"],
        _label(first),
        _fix(first),
        last=_last_of_run(findings),
    )


def _last_of_run(findings: Sequence[Mapping[str, Any]]) -> int:
    """Return the last exchange if consecutive calls have one finding each, at one place; else 0."""
    first = findings[0]
    for number, finding in enumerate(findings, start=first["exchange"]):
        if (finding["exchange"], finding["where"], finding["count"]) != (number, first["where"], 1):
            return 0
    return int(first["exchange"]) + len(findings) - 1


def _why(finding: Mapping[str, Any], count: int) -> str:
    """Return the sentence for `count` such findings."""
    if "sentence" not in finding:
        return str(finding["why"])
    return sentence(finding["sentence"], {**finding["values"], "count": count})


def _fix(finding: Mapping[str, Any]) -> str:
    """Return the fix of a loss or a risk; empty for other findings."""
    return str(finding.get("fix", "")) if finding.get("loses") or finding["outcome"] == "at-risk" else ""


def _label(finding: Mapping[str, Any]) -> str:
    return label(finding["provenance_of"]) if "provenance_of" in finding else ""
