"""A finding, and how the outcomes and notes of a decision become findings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mockservers.core.accounting.at_risk import AT_RISK
from mockservers.core.accounting.finding_groups import PLACES_SHOWN
from mockservers.core.contract.contract import Contract
from mockservers.core.contract.known_keys import nearest_key
from mockservers.core.contract.placeholders import names, sentence
from mockservers.core.contract.rules import Rule
from mockservers.core.exchange.decision import FURTHER_KEYS, FURTHER_PROBLEMS, KEYS_NAMED, Statement
from mockservers.core.value import Struct
from mockservers.core.values.clock import text


class Finding(Struct):
    """A finding on an exchange: a rule, its effect, the count, and the first places."""

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
        """The rule's sentence, filled with the values of this finding."""
        return sentence(self._template, self._filling)

    @property
    def _template(self) -> str:
        return AT_RISK if "choice_says" in self.values else self.of_rule.template

    @property
    def _filling(self) -> Mapping[str, Any]:
        """The values of the placeholders in its sentence."""
        known = {**self.of_rule.values, "key": self.key, "count": self.count, **self.values}
        return {name: known[name] for name in names(self._template) if name in known}

    def fix(self, contract: Contract) -> str:
        """Return what to do, in a sentence that begins with a verb; empty if nothing needs to be done."""
        nearest = self.nearest(contract)
        if nearest:
            return f"Rename {self.key} to {nearest}."
        of_rule = self.of_rule.fix if self.kind != "at-risk" else ""
        return sentence(of_rule, {**self.of_rule.values, "key": self.key, **self.values}) or FIXES.get(self.kind, "")

    def nearest(self, contract: Contract) -> str | None:
        """Return the known key that is most similar to an ignored one."""
        return nearest_key(self.key, contract) if self.kind == "ignored" else None

    @property
    def silent(self) -> bool:
        """Whether it is a loss that no reply reported, and that was neither mended nor rewound."""
        return self.loses and not self.reported and not self.mended and not self.rewound

    def equals(self, other: Finding) -> bool:
        """Whether both findings are equal except for their times."""
        return all(getattr(self, name) == getattr(other, name) for name in _COMPARED)

    def to_dict(self, contract: Contract) -> dict[str, Any]:
        """Return it as JSON. `earlier_value`: its value was replaced by a later value of the same key.

        `sentence` filled with `values` is `why`; with another "count", it is the sentence of several findings.
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
"""The fix of a finding whose rule has none, by its outcome."""

_COMPARED = ("exchange", "rule", "kind", "key", "where", "loses", "reported", "count", "values")
"""The fields by which findings are compared."""


class FindingsOfDecision:
    """Collects the findings of one decision. Statements that differ only in their places are one finding.

    Statements with different `problem`s are separate findings, so that the sentence is true for all that it counts.
    """

    def __init__(self, contract: Contract, at: datetime) -> None:
        self._contract, self._at = contract, at
        self._by_identity: dict[tuple[Any, ...], Finding] = {}

    @property
    def findings(self) -> list[Finding]:
        """The findings, in their order."""
        return list(self._by_identity.values())

    def enter(self, statement: Statement, number: int, is_lost: bool, reported: bool) -> Finding:
        """Return the finding for an outcome or note of an exchange: a new one, or an equal one that now counts it."""
        key, values = statement.key, statement.values
        problem = values.get("problem")
        identity = (number, statement.rule, statement.kind, key, problem, is_lost, reported)
        finding = self._by_identity.get(identity)
        if finding is None and (key or problem) and len(self._by_identity) >= KEYS_NAMED:
            values = {name: FURTHER_KEYS if value == key else value for name, value in values.items()}
            key = FURTHER_KEYS if key else ""
            if problem:
                values["problem"] = FURTHER_PROBLEMS
            identity = (number, statement.rule, statement.kind, key, values.get("problem"), is_lost, reported)
            finding = self._by_identity.get(identity)
        if finding is None:
            rule = self._contract.rule(statement.rule)
            places = list(statement.at[:PLACES_SHOWN])
            finding = Finding(
                number,
                statement.rule,
                statement.kind,
                key,
                places,
                is_lost,
                reported,
                statement.count,
                rule,
                values,
                self._at,
            )
            self._by_identity[identity] = finding
        else:
            finding.count += statement.count
            finding.where.extend(statement.at[: PLACES_SHOWN - len(finding.where)])
        return finding
