"""The provenance of a mock's behaviour: one of four words (`MEANINGS`) for each part of a rule or a refusal.

A rule has a `condition` (when it applies) and a `consequence` (the outcome of the item); a refusal has a `status` and a
`body`. A single word in a contract applies to both parts. Reports with a single word show the weaker one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Provenance = Literal["assumed", "elsewhere-documented", "documented", "observed"]
Parts = Mapping[str, Provenance]
"""Provenance by part, in the order in which parts are shown."""

STRENGTH: tuple[Provenance, ...] = get_args(Provenance)
"""The words, the weakest first."""

MEANINGS: Mapping[Provenance, str] = {
    "documented": "the vendor's page that the mock was made from says so, in the words that the rule quotes",
    "elsewhere-documented": "another page of the vendor says so",
    "observed": "the real vendor was seen to do so",
    "assumed": "no page says so; the rule has the reason",
}

RULE_PARTS = ("condition", "consequence")
REFUSAL_PARTS = ("status", "body")


def parts(provenance: Provenance | Parts, names: tuple[str, ...]) -> Parts:
    """Return the provenance by part, from one word for all parts or one for each."""
    return {name: provenance if isinstance(provenance, str) else provenance[name] for name in names}


def weaker(known: Parts) -> Provenance:
    """Return the weakest word of the parts."""
    return min(known.values(), key=STRENGTH.index)


def label(known: Parts) -> str:
    """Return `documented`, or `condition documented, consequence assumed`."""
    words = set(known.values())
    return words.pop() if len(words) == 1 else ", ".join(f"{part} {word}" for part, word in known.items())
