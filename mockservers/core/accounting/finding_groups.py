"""Equal findings as one group: how many they are, and the first places. Works on the JSON of a ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mockservers.core.contract.provenance import label

PLACES_SHOWN = 5
"""How many places a finding shows, and a group of them."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: equal findings, how many they are, and the first `places` as (exchange, where)."""

    places: tuple[tuple[int, str], ...]
    count: int
    outcome: str
    why: str
    rule: str
    provenance: str
    fix: str = ""


def held(ledger: Mapping[str, Any]) -> int:
    """How many of the items sent the vendor holds."""
    return int(ledger["items"].get("kept", 0)) + int(ledger["items"].get("updated", 0))


def grouped(findings: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Rows in the order of their first finding; findings that say the same are one row."""
    rows: dict[tuple[str, ...], Row] = {}
    for finding in findings:
        says = (finding["outcome"], finding["why"], finding["rule"], _label(finding), _fix(finding))
        places = tuple((finding["exchange"], where) for where in finding["where"] or [""])
        row = rows.get(says)
        if row is None:
            rows[says] = Row(places[:PLACES_SHOWN], finding["count"], *says)
        else:
            rows[says] = replace(
                row, places=(*row.places, *places)[:PLACES_SHOWN], count=row.count + int(finding["count"])
            )
    return list(rows.values())


def _fix(finding: Mapping[str, Any]) -> str:
    """What to do about a loss or a risk; nothing is to be done about what is merely noted."""
    return str(finding.get("fix", "")) if finding.get("loses") or finding["outcome"] == "at-risk" else ""


def _label(finding: Mapping[str, Any]) -> str:
    return label(finding["provenance_of"]) if "provenance_of" in finding else ""
