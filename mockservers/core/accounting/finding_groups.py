"""Equal findings as one group: how many they are, and the first places. Works on the JSON of a ledger."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockservers.core.contract.placeholders import sentence
from mockservers.core.contract.provenance import label

PLACES_SHOWN = 5
"""How many places a finding shows, and a group of them."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: equal findings, how many they are, and the first `places` as (exchange, where).

    `last` is the last exchange where each from the first on has one of them at the same place, 0 otherwise.
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
    """How many of the items sent the vendor holds."""
    return int(ledger["items"].get("kept", 0)) + int(ledger["items"].get("updated", 0))


def grouped(findings: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Rows in the order of their first finding; findings that say the same, but for how many they are, are one row."""
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for finding in findings:
        says = (finding["outcome"], _why(finding, 0), finding["rule"], _label(finding), _fix(finding))
        groups.setdefault(says, []).append(finding)
    return [_row(alike) for alike in groups.values()]


def _row(alike: Sequence[Mapping[str, Any]]) -> Row:
    first, count = alike[0], sum(int(finding["count"]) for finding in alike)
    places = ((finding["exchange"], where) for finding in alike for where in finding["where"] or [""])
    return Row(
        tuple(itertools.islice(places, PLACES_SHOWN)),
        count,
        first["outcome"],
        _why(first, count),
        first["rule"],
        _label(first),
        _fix(first),
        last=_last_of_run(alike),
    )


def _last_of_run(alike: Sequence[Mapping[str, Any]]) -> int:
    """Return the last exchange of findings that follow each other at one place, one a call; 0 where they do not."""
    first = alike[0]
    for number, finding in enumerate(alike, start=first["exchange"]):
        if (finding["exchange"], finding["where"], finding["count"]) != (number, first["where"], 1):
            return 0
    return int(first["exchange"]) + len(alike) - 1


def _why(finding: Mapping[str, Any], count: int) -> str:
    """Return why, of so many of such findings."""
    if "sentence" not in finding:
        return str(finding["why"])
    return sentence(finding["sentence"], {**finding["values"], "count": count})


def _fix(finding: Mapping[str, Any]) -> str:
    """What to do about a loss or a risk; nothing is to be done about what is merely noted."""
    return str(finding.get("fix", "")) if finding.get("loses") or finding["outcome"] == "at-risk" else ""


def _label(finding: Mapping[str, Any]) -> str:
    return label(finding["provenance_of"]) if "provenance_of" in finding else ""
