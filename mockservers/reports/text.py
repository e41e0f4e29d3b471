"""Findings and counts as text, from the JSON of a ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mockservers.core.accounting.finding_groups import Row, grouped
from mockservers.core.values.plurals import counted

_WIDEST = 60


def items(ledger: Mapping[str, Any]) -> str:
    """`3 items sent: 1 kept, 2 overwritten`."""
    counts = dict(ledger["items"])
    sent = counts.pop("sent", 0)
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)
    return f"{counted(sent, 'item')} sent" + (f": {outcomes}" if outcomes else "")


def rows(findings: Iterable[Mapping[str, Any]]) -> list[str]:
    """One line for equal findings: where, outcome, why, rule, provenance, in columns. Then their fixes."""
    groups = grouped(findings)
    return [*table(groups), *fixes(groups)]


def fixes(rows: Iterable[Row]) -> list[str]:
    """The fixes of rows, each once, as lines."""
    return [f"  Fix: {fix}" for fix in dict.fromkeys(row.fix for row in rows) if fix]


def table(rows: Sequence[Row]) -> list[str]:
    """Rows as lines, in columns."""
    cells = [
        (_place(row), row.outcome, row.why, row.rule, f"({row.provenance})" if row.provenance else "") for row in rows
    ]
    widths = [min(max((len(row[column]) for row in cells), default=0), _WIDEST) for column in range(4)]
    return [
        ("  " + "  ".join([*(cell.ljust(width) for cell, width in zip(row[:4], widths, strict=True)), row[4]])).rstrip()
        for row in cells
    ]


def _place(row: Row) -> str:
    """`#1 line 1, line 2, #3 line 1 and 2 more`; `#1-#40 /nick` for calls that follow each other."""
    if row.count > 2 and row.last:
        return f"#{row.places[0][0]}-#{row.last} {row.places[0][1]}".rstrip()
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
