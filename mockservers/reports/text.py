"""Findings and counts as text. Works on the JSON of a ledger, wherever it came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mockservers.core.contract.provenance import label

_TITLES = {"omnisegment": "OmniSegment", "fanship": "FANSHIP", "esputnik": "eSputnik", "zangsho": "Zangsho"}
_WIDEST = 60
PLACES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: equal findings, how many they are, and the first `places` as (exchange, where)."""

    places: tuple[tuple[int, str], ...]
    count: int
    outcome: str
    why: str
    rule: str
    provenance: str


def title(vendor: str) -> str:
    """The vendor's name as it writes it."""
    return _TITLES.get(vendor, vendor)


def held(ledger: Mapping[str, Any]) -> int:
    """How many of the items sent the vendor holds."""
    return int(ledger["items"].get("kept", 0)) + int(ledger["items"].get("updated", 0))


def counted(count: int, noun: str) -> str:
    """`1 item`, `3 items`."""
    return f"{count} {noun}{'s' * (count != 1)}"


def items(ledger: Mapping[str, Any]) -> str:
    """`3 items sent: 1 kept, 2 overwritten`."""
    counts = dict(ledger["items"])
    sent = counts.pop("sent", 0)
    rest = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)
    return f"{counted(sent, 'item')} sent" + (f": {rest}" if rest else "")


def grouped(findings: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Rows in the order of their first finding; findings that say the same are one row."""
    rows: dict[tuple[str, ...], Row] = {}
    for finding in findings:
        says = (finding["outcome"], finding["why"], finding["rule"], _label(finding))
        places = tuple((finding["exchange"], where) for where in finding["where"] or [""])
        row = rows.get(says)
        if row is None:
            rows[says] = Row(places[:PLACES_SHOWN], finding["count"], *says)
        else:
            rows[says] = replace(
                row, places=(*row.places, *places)[:PLACES_SHOWN], count=row.count + int(finding["count"])
            )
    return list(rows.values())


def rows(findings: Iterable[Mapping[str, Any]]) -> list[str]:
    """One line for equal findings: where, outcome, why, rule, provenance; in columns."""
    return table(grouped(findings))


def table(found: Sequence[Row]) -> list[str]:
    """Rows as lines, in columns."""
    cells = [
        (_place(row), row.outcome, row.why, row.rule, f"({row.provenance})" if row.provenance else "") for row in found
    ]
    widths = [min(max((len(row[column]) for row in cells), default=0), _WIDEST) for column in range(4)]
    return [
        ("  " + "  ".join([*(cell.ljust(width) for cell, width in zip(row[:4], widths, strict=True)), row[4]])).rstrip()
        for row in cells
    ]


def _label(finding: Mapping[str, Any]) -> str:
    return label(finding["provenance_of"]) if "provenance_of" in finding else ""


def _place(row: Row) -> str:
    """`#1 line 1, line 2, #3 line 1 and 2 more`."""
    said: list[str] = []
    last = 0
    for exchange, where in row.places:
        number = f"#{exchange}" if exchange != last and exchange else ""
        said.append(f"{number} {where}".strip())
        last = exchange
    text = ", ".join(part for part in said if part)
    more = row.count - len(row.places)
    if more <= 0:
        return text
    if len(row.places) == 1 and not row.places[0][1]:
        return f"{text}, {row.count} times".removeprefix(", ")
    return f"{text} and {more} more"
