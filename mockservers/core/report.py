"""A ledger as text: what was lost, why, and what to do. Works on the JSON of a ledger, wherever it came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mockservers.core.provenance import label

_TITLES = {"omnisegment": "OmniSegment", "fanship": "FANSHIP", "esputnik": "eSputnik", "zangsho": "Zangsho"}
_WIDEST = 60


def title(vendor: str) -> str:
    """The vendor's name as it writes it."""
    return _TITLES.get(vendor, vendor)


def lost(vendor: str, ledger: Mapping[str, Any], findings: list[dict[str, Any]]) -> str:
    """What was lost in silence: a headline and a row for each finding."""
    sent = ledger["items"].get("sent", 0)
    pending = ledger["items"].get("pending", 0)
    yet = f" ({pending} pending)" if pending else ""
    took = f"{title(vendor)} took {sent} item{'s' * (sent != 1)}, holds {held(ledger)}{yet}"
    return "\n".join([f"Lost: {took}, and its answers did not say so.", *rows(findings)])


def held(ledger: Mapping[str, Any]) -> int:
    """How many of the items sent the vendor holds."""
    return int(ledger["items"].get("kept", 0)) + int(ledger["items"].get("updated", 0))


def rows(findings: Iterable[Mapping[str, Any]]) -> list[str]:
    """One line a finding: where, outcome, why, rule, provenance; in columns."""
    cells = [
        (_place(found), found["outcome"], found["why"], found["rule"], f"({label(found['provenance_of'])})")
        for found in findings
    ]
    widths = [min(max((len(row[column]) for row in cells), default=0), _WIDEST) for column in range(4)]
    return [
        "  " + "  ".join([*(cell.ljust(width) for cell, width in zip(row[:4], widths, strict=True)), row[4]])
        for row in cells
    ]


def items(ledger: Mapping[str, Any]) -> str:
    """`3 items sent: 1 kept, 2 overwritten`."""
    counts = dict(ledger["items"])
    sent = counts.pop("sent", 0)
    rest = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)
    return f"{sent} item{'s' * (sent != 1)} sent" + (f": {rest}" if rest else "")


def _place(found: Mapping[str, Any]) -> str:
    where = ", ".join(found["where"])
    more = found["count"] - len(found["where"])
    if not where:
        where = f"{found['count']} times" if found["count"] > 1 else ""
    elif more > 0:
        where += f" and {more} more"
    return f"#{found['exchange']} {where}".rstrip()
