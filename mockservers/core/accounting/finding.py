"""One thing to know about an exchange, and how the outcomes and notes of a decision become such findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mockservers.core.accounting.at_risk import AT_RISK
from mockservers.core.accounting.finding_groups import PLACES_SHOWN
from mockservers.core.contract.contract import Contract
from mockservers.core.contract.known_keys import nearest_key
from mockservers.core.contract.placeholders import fill, names, sentence
from mockservers.core.contract.rules import Rule
from mockservers.core.exchange.decision import FURTHER_KEYS, FURTHER_PROBLEMS, KEYS_NAMED, Statement
from mockservers.core.values.clock import text


@dataclass(slots=True)
class Finding:
    """One thing to know about an exchange: a rule, what it did, how often, and the first places where."""

    exchange: int
    rule: str
    kind: str
    key: str
    where: list[str]
    loses: bool
    reported: bool
    count: int
    of_rule: Rule
    values: Mapping[str, Any]
    at: datetime
    mended: bool = False
    rewound: bool = False

    @property
    def why(self) -> str:
        """The rule's sentence with the values of this finding in it."""
        return sentence(self._template, self._filling)

    @property
    def _template(self) -> str:
        return AT_RISK if "choice_says" in self.values else self.of_rule.template

    @property
    def _filling(self) -> Mapping[str, Any]:
        """Return the values of the placeholders in its sentence."""
        known = {**self.of_rule.values, "key": self.key, "count": self.count, **self.values}
        return {name: known[name] for name in names(self._template) if name in known}

    def fix(self, contract: Contract) -> str:
        """What to do about it, in a sentence that begins with a verb; empty for what needs nothing done."""
        nearest = self.nearest(contract)
        if nearest:
            return f"Rename {self.key} to {nearest}."
        of_rule = self.of_rule.fix if self.kind != "at-risk" else ""
        return fill(of_rule, {**self.of_rule.values, "key": self.key, **self.values}) or FIXES.get(self.kind, "")

    def nearest(self, contract: Contract) -> str | None:
        """The key of the contract that an ignored one may have been meant to be."""
        return nearest_key(self.key, contract) if self.kind == "ignored" else None

    @property
    def silent(self) -> bool:
        """Lost, and no reply reported it; what was mended or rewound is not lost."""
        return self.loses and not self.reported and not self.mended and not self.rewound

    def says_the_same_as(self, other: Finding) -> bool:
        """Whether it is about the same, as much of it and at the same places, whenever either was found."""
        return all(getattr(self, name) == getattr(other, name) for name in _SAID)

    def to_dict(self, contract: Contract) -> dict[str, Any]:
        """As JSON. `earlier_value`: it is about a value of a key that the same key's next value replaced.

        `sentence` and `values` make `why`, and with another "count" the one of several such findings.
        """
        return {
            "exchange": self.exchange,
            "rule": self.rule,
            "key": self.key,
            "nearest": self.nearest(contract),
            "outcome": self.kind,
            "where": list(self.where),
            "why": self.why,
            "loses": self.loses,
            "reported": self.reported,
            "silent": self.silent,
            "count": self.count,
            "provenance": self.of_rule.provenance,
            "provenance_of": dict(self.of_rule.provenance_of),
            "source": self.of_rule.source.get("url"),
            "at": text(self.at),
            "mended": self.mended,
            "rewound": self.rewound,
            "fix": self.fix(contract),
            "earlier_value": self.of_rule.earlier_value,
            "sentence": self._template,
            "values": self._filling,
        }


FIXES: Mapping[str, str] = {
    "ignored": "Send it under a name that the vendor documents, or leave it out.",
    "dropped": "Correct the item as the rule says, and send it again: no reply reports this loss.",
    "refused": "Correct the request as the answer says, and send the item again.",
    "skipped": "The vendor keeps what it holds. Send the item as an update to change it.",
    "overwritten": "A later call replaced this. Send all that belongs together in one call.",
    "truncated": "Shorten the value to what the vendor keeps.",
    "at-risk": "Send it in a form that every reading keeps, or choose the reading that you have verified.",
}
"""What to do about a finding whose rule has no `fix` of its own, by what became of the item or key."""

_SAID = ("exchange", "rule", "kind", "key", "where", "loses", "reported", "count", "values")
"""The fields of a finding that say what became of which items."""


class FindingsOfDecision:
    """Findings of one decision in the making: what is alike in everything but its place is one finding.

    Another `problem` is another finding, so that a sentence is true of all that it counts.
    """

    def __init__(self, contract: Contract, at: datetime) -> None:
        self._contract, self._at = contract, at
        self._by_likeness: dict[tuple[Any, ...], Finding] = {}

    @property
    def findings(self) -> list[Finding]:
        """Return them in the order in which they were found."""
        return list(self._by_likeness.values())

    def enter(self, found: Statement, number: int, is_lost: bool, reported: bool) -> Finding:
        """Return the finding that an outcome or note of an exchange is, or is counted in."""
        key, values = found.key, found.values
        problem = values.get("problem")
        likeness = (number, found.rule, found.kind, key, problem, is_lost, reported)
        finding = self._by_likeness.get(likeness)
        if finding is None and (key or problem) and len(self._by_likeness) >= KEYS_NAMED:
            values = {name: FURTHER_KEYS if value == key else value for name, value in values.items()}
            key = FURTHER_KEYS if key else ""
            if problem:
                values["problem"] = FURTHER_PROBLEMS
            likeness = (number, found.rule, found.kind, key, values.get("problem"), is_lost, reported)
            finding = self._by_likeness.get(likeness)
        if finding is None:
            rule = self._contract.rule(found.rule)
            places = list(found.at[:PLACES_SHOWN])
            finding = Finding(
                number, found.rule, found.kind, key, places, is_lost, reported, found.count, rule, values, self._at
            )
            self._by_likeness[likeness] = finding
        else:
            finding.count += found.count
            finding.where.extend(found.at[: PLACES_SHOWN - len(finding.where)])
        return finding
