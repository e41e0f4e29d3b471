"""What became of everything that was sent: counts of items, and findings about the rest.

Kept items are counters, so memory stays bounded. Whether a loss was told is derived here, from the reply as it was
delivered; silent is what loses and was not told. `silent` is a running figure: it survives the eviction of findings.
"""

from __future__ import annotations

import itertools
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from mockservers.core.clock import text
from mockservers.core.contract import Contract, Rule, fill
from mockservers.core.decision import Decision, Fate, Outcome, Remark
from mockservers.core.loss import findings, loses
from mockservers.core.readings import AT_RISK

FINDINGS_KEPT = 10_000
PLACES_SHOWN = 5
UNREMARKABLE = frozenset({"kept", "updated", "pending"})


@dataclass(slots=True)
class Finding:
    """One thing to know about an exchange: a rule, what it did, how often, and the first places where."""

    exchange: int
    rule: str
    outcome: str
    key: str
    where: list[str]
    loses: bool
    told: bool
    count: int
    of_rule: Rule
    values: Mapping[str, Any]
    at: datetime
    rewound: bool = False

    @property
    def why(self) -> str:
        """The rule's sentence with the values of this finding in it."""
        values = {"key": self.key, "count": self.count, **self.values}
        return fill(AT_RISK, values) if "choice_says" in values else self.of_rule.sentence(values)

    @property
    def silent(self) -> bool:
        """Lost, and no reply told; what a rewind took back is not lost."""
        return self.loses and not self.told and not self.rewound

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "exchange": self.exchange,
            "rule": self.rule,
            "outcome": self.outcome,
            "where": list(self.where),
            "why": self.why,
            "loses": self.loses,
            "told": self.told,
            "silent": self.silent,
            "count": self.count,
            "provenance": self.of_rule.provenance,
            "source": self.of_rule.source.get("url"),
            "at": text(self.at),
            "rewound": self.rewound,
        }


@dataclass(frozen=True, slots=True)
class Delivered:
    """What the reply to an exchange told: of everything, or of these items."""

    everything: bool = False
    items: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Mark:
    """Where an account stood: how many findings it had entered, and its figures."""

    filed: int
    items: Counter[str]
    pending: Counter[int]
    told: Mapping[int, bool]
    silent: int
    at_risk: int


class Ledger:
    """The account of one tenant."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._kept: deque[Finding] = deque(maxlen=FINDINGS_KEPT)
        self._told: dict[int, bool] = {}
        self._pending: Counter[int] = Counter()
        self.items: Counter[str] = Counter()
        self.silent = 0
        self.at_risk = 0
        self.evicted = 0
        self._filed = 0

    def file(self, exchange: int, decision: Decision, delivered: Delivered, at: datetime) -> list[Finding]:
        """Enter a decision: its fates into the counts, the rest as findings. Returns the findings."""
        for fate in decision.fates:
            self._count(exchange, fate, delivered)
        made: dict[tuple[Any, ...], Finding] = {}
        for found in findings(decision):
            if found.outcome not in UNREMARKABLE:
                self._find(made, found, exchange, delivered, at)
        for finding in made.values():
            if len(self._kept) == self._kept.maxlen:
                self.evicted += 1
            self._kept.append(finding)
            self._filed += 1
            if finding.silent:
                self.silent += finding.count
            if finding.outcome == "at-risk":
                self.at_risk += finding.count
        self._let_go(decision)
        return list(made.values())

    def _count(self, exchange: int, fate: Fate, delivered: Delivered) -> None:
        if fate.of:
            was = fate.was or "pending"
            moved = min(fate.count, self.items[was])  # what was seeded and is lost was never sent
            self.items[was] -= moved
            self.items[fate.outcome] += moved
            if was == "pending":
                self._pending[fate.of] -= fate.count
        else:
            self.items["sent"] += fate.count
            self.items[fate.outcome] += fate.count
            if fate.outcome == "pending":
                self._pending[exchange] += fate.count
                self._told[exchange] = delivered.everything

    def _let_go(self, decision: Decision) -> None:
        """Forget what an earlier reply told once none of its items is pending any more."""
        for fate in decision.fates:
            if fate.of and self._pending[fate.of] <= 0:
                del self._pending[fate.of]
                self._told.pop(fate.of, None)

    def _find(
        self,
        made: dict[tuple[Any, ...], Finding],
        found: Fate | Remark,
        exchange: int,
        delivered: Delivered,
        at: datetime,
    ) -> None:
        number = found.of or exchange
        lost = loses(found)
        told = self._told.get(found.of, False) if found.of else delivered.everything or found.item in delivered.items
        same = (number, found.rule, found.outcome, found.key, lost, told)
        finding = made.get(same)
        if finding is None:
            made[same] = Finding(
                number,
                found.rule,
                found.outcome,
                found.key,
                list(found.at[:PLACES_SHOWN]),
                lost,
                told,
                found.count,
                self._contract.rule(found.rule),
                found.values,
                at,
            )
        else:
            finding.count += found.count
            finding.where.extend(found.at[: PLACES_SHOWN - len(finding.where)])

    def mark(self) -> Mark:
        """Where the account stands."""
        return Mark(self._filed, self.items.copy(), self._pending.copy(), dict(self._told), self.silent, self.at_risk)

    def rewind(self, mark: Mark) -> None:
        """Take the figures back to a mark. What was found since stays, marked rewound."""
        since = min(self._filed - mark.filed, len(self._kept))
        for finding in itertools.islice(reversed(self._kept), since):
            finding.rewound = True
        self.items, self._pending, self._told = mark.items.copy(), mark.pending.copy(), dict(mark.told)
        self.silent, self.at_risk = mark.silent, mark.at_risk

    @property
    def findings(self) -> list[Finding]:
        """The findings that are still kept, oldest first."""
        return list(self._kept)

    def shown(self, chosen: Iterable[Finding] | None = None) -> dict[str, Any]:
        """As JSON: items by fate, the silent figure, the findings."""
        counts = {"sent": self.items["sent"]}
        counts.update({name: self.items[name] for name in get_args(Outcome) if self.items[name]})
        return {
            "items": counts,
            "silent": self.silent,
            "at_risk": self.at_risk,
            "findings": [finding.shown() for finding in (self._kept if chosen is None else chosen)],
            "evicted": self.evicted,
        }
