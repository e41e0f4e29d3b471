"""What became of everything that was sent: counts of items, and findings about the rest.

Kept items are counters, so memory stays bounded. Whether a loss was reported is derived here, from the reply as it was
delivered; silent is what loses and was not reported. `silent` is a running figure: it survives the eviction of
findings. What a later decision shows about an earlier exchange changes its findings, and the figure with them:

mended     a provisional loss is taken back, since the content is held after all
within     the loss of a key is no second loss once the item that it is in is lost whole
rewound    a checkpoint took the exchange back
"""

from __future__ import annotations

import itertools
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, get_args

from mockservers.core.accounting.at_risk import AT_RISK
from mockservers.core.accounting.loss import LostItems, lost_items, weighed
from mockservers.core.contract.contract import Contract, Rule, fill
from mockservers.core.exchange.decision import Decision, Note, Outcome, OutcomeKind
from mockservers.core.values.clock import text

FINDINGS_KEPT = 10_000
PLACES_SHOWN = 5
UNLISTED = frozenset({"kept", "updated", "pending"})


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
        values = {"key": self.key, "count": self.count, **self.values}
        return fill(AT_RISK, values) if "choice_says" in values else self.of_rule.sentence(values)

    @property
    def silent(self) -> bool:
        """Lost, and no reply reported it; what was mended or rewound is not lost."""
        return self.loses and not self.reported and not self.mended and not self.rewound

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "exchange": self.exchange,
            "rule": self.rule,
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
        }


@dataclass(frozen=True, slots=True)
class Delivered:
    """What the reply to an exchange reported: everything, or these items."""

    everything: bool = False
    items: frozenset[int] = frozenset()

    def reports(self, found: Outcome | Note) -> bool:
        """Whether it reported what a outcome or note speaks of."""
        return self.everything or (found.item is not None and found.item in self.items)


@dataclass(slots=True)
class _Open:
    """An exchange some of whose items are still pending: what its reply reported, and the losses of keys so far."""

    delivered: Delivered
    pending: int = 0
    keys: list[tuple[Finding, Sequence[int]]] = field(default_factory=list)

    def copy(self) -> _Open:
        return _Open(self.delivered, self.pending, list(self.keys))


_Provisional = Mapping[tuple[int, str], tuple[Finding, ...]]
"""Losses that a later decision may take back, by exchange and rule."""


@dataclass(frozen=True, slots=True)
class LedgerSnapshot:
    """Where an account stood: how many findings it had entered, and its figures."""

    filed: int
    changed: int
    items: Counter[str]
    open: Mapping[int, _Open]
    provisional: _Provisional
    silent: int
    at_risk: int
    reported_whole: frozenset[int]

    def exported(self) -> dict[str, Any]:
        """What a later decision may come back to, as JSON that `Ledger.load` reads."""
        return {
            "open": [
                {
                    "exchange": exchange,
                    "everything": about.delivered.everything,
                    "items": sorted(about.delivered.items),
                    "pending": about.pending,
                }
                for exchange, about in self.open.items()
            ],
            "provisional": [
                {"exchange": exchange, "rule": rule, "reported": any(finding.reported for finding in found)}
                for (exchange, rule), found in self.provisional.items()
                if found
            ],
            "reported": sorted(self.reported_whole),
        }


class Ledger:
    """The account of one tenant."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._kept: deque[Finding] = deque(maxlen=FINDINGS_KEPT)
        self._open: dict[int, _Open] = {}
        # Kept once an exchange is closed, since a later upload of the day may lose what it said.
        self._reported_whole: set[int] = set()
        self._provisional: dict[tuple[int, str], tuple[Finding, ...]] = {}
        self._changed: list[tuple[Finding, int, bool, bool]] = []  # only once there is a snapshot to go back to
        self._marked = False
        self.items: Counter[str] = Counter()
        self.silent = 0
        self.at_risk = 0
        self.evicted = 0
        self._filed = 0
        self._before = 0

    def file(self, exchange: int, decision: Decision, delivered: Delivered, at: datetime) -> list[Finding]:
        """Enter a decision: its outcomes into the counts, the rest as findings. Returns the findings."""
        taken_back = {(each.of, each.rule): self._provisional.pop((each.of, each.rule), ()) for each in decision.mended}
        for finding in itertools.chain.from_iterable(taken_back.values()):
            self._change(finding, finding.count, loses=finding.loses, mended=True)
        if any(outcome.kind == "pending" and not outcome.of for outcome in decision.outcomes):
            self._open[exchange] = _Open(delivered)
            if delivered.everything:
                self._reported_whole.add(exchange)
        for outcome in decision.outcomes:
            self._count(exchange, outcome)
        for of, lost in lost_items(decision).items():
            if of:
                self._take_out_keys(of, lost)
        made = _Made(self._contract, at)
        for found, is_lost in weighed([decision]):
            if found.kind not in UNLISTED:
                number = found.of or exchange
                reported = self._reported(found, delivered, taken_back)
                finding = made.enter(found, number, is_lost, reported)
                self._keep_open(number, found, finding)
        for finding in made.findings:
            self._enter(finding)
        self._close(decision)
        return made.findings

    def _count(self, exchange: int, outcome: Outcome) -> None:
        if 0 < outcome.of <= self._before:  # items of another account
            about = self._open.get(outcome.of)
            if about is not None and outcome.was in (None, "pending"):
                about.pending -= outcome.count
            return
        if outcome.of:
            was = outcome.was or "pending"
            moved = min(outcome.count, self.items[was])  # what was seeded and is lost was never sent
            self.items[was] -= moved
            self.items[outcome.kind] += moved
            about = self._open.get(outcome.of)
            if about is not None and was == "pending":
                about.pending -= outcome.count
            return
        self.items["sent"] += outcome.count
        self.items[outcome.kind] += outcome.count
        if outcome.kind == "pending":
            self._open[exchange].pending += outcome.count

    def _reported(self, found: Outcome | Note, delivered: Delivered, taken_back: _Provisional) -> bool:
        if not found.of:
            return delivered.reports(found)
        about = self._open.get(found.of)
        if about is not None:
            return about.delivered.reports(found)
        if found.of in self._reported_whole:
            return True
        known = taken_back.get((found.of, found.rule)) or self._provisional.get((found.of, found.rule), ())
        return any(finding.reported for finding in known)

    def _keep_open(self, number: int, found: Outcome | Note, finding: Finding) -> None:
        """Keep what a later decision may change."""
        if found.provisional:
            known = self._provisional.get((number, found.rule), ())
            if not any(each is finding for each in known):
                self._provisional[number, found.rule] = (*known, finding)
        about = self._open.get(number)
        if about is not None and isinstance(found, Note) and finding.loses:
            about.keys.append((finding, found.items or (() if found.item is None else (found.item,))))

    def _enter(self, finding: Finding) -> None:
        if len(self._kept) == self._kept.maxlen:
            self.evicted += 1
        self._kept.append(finding)
        self._filed += 1
        if finding.silent:
            self.silent += finding.count
        if finding.kind == "at-risk":
            self.at_risk += finding.count

    # -- what later decisions change ----------------------------------------------------------------------------

    def _take_out_keys(self, of: int, lost: LostItems) -> None:
        """The losses of keys inside items that are lost whole by now are none of their own."""
        about = self._open.get(of)
        if about is None:
            return
        kept: list[tuple[Finding, Sequence[int]]] = []
        for finding, items in about.keys:
            left = lost.left(items)
            gone = len(items) - len(left)
            if not items or not gone:
                kept.append((finding, items))
                continue
            if left:
                kept.append((finding, left))
            count = finding.count - gone
            self._change(finding, count or finding.count, loses=count > 0, mended=finding.mended)
        about.keys = kept

    def _change(self, finding: Finding, count: int, *, loses: bool, mended: bool) -> None:
        """Change a finding that was entered, and the figure with it."""
        if self._marked:
            self._changed.append((finding, finding.count, finding.loses, finding.mended))
        before = finding.count if finding.silent else 0
        finding.count, finding.loses, finding.mended = count, loses, mended
        self.silent += (finding.count if finding.silent else 0) - before

    def _close(self, decision: Decision) -> None:
        """Forget the exchanges none of whose items is pending any more."""
        for of in {outcome.of for outcome in decision.outcomes if outcome.of}:
            about = self._open.get(of)
            if about is not None and about.pending <= 0:
                del self._open[of]

    # -- checkpoints --------------------------------------------------------------------------------------------

    def snapshot(self) -> LedgerSnapshot:
        """Where the account stands."""
        self._marked = True
        still_open = {number: about.copy() for number, about in self._open.items()}
        return LedgerSnapshot(
            self._filed,
            len(self._changed),
            self.items.copy(),
            still_open,
            dict(self._provisional),
            self.silent,
            self.at_risk,
            frozenset(self._reported_whole),
        )

    def rewind(self, snapshot: LedgerSnapshot) -> None:
        """Take the figures back to a snapshot. What was found since stays, marked rewound."""
        while len(self._changed) > snapshot.changed:
            finding, count, was_lost, was_mended = self._changed.pop()
            finding.count, finding.loses, finding.mended = count, was_lost, was_mended
        since = min(self._filed - snapshot.filed, len(self._kept))
        for finding in itertools.islice(reversed(self._kept), since):
            finding.rewound = True
        self.items, self._provisional = snapshot.items.copy(), dict(snapshot.provisional)
        self._open = {number: about.copy() for number, about in snapshot.open.items()}
        self.silent, self.at_risk = snapshot.silent, snapshot.at_risk
        self._reported_whole = set(snapshot.reported_whole)

    def load(self, given: Mapping[str, Any], before: int, at: datetime) -> None:
        """Go on where another account stood at exchange `before`: its items are not counted here, its losses not filed.

        What is found of them later is reported if the replies reported it then. KeyError and the like when damaged.
        """
        self._before = before
        self._reported_whole = set(map(int, given["reported"]))
        for each in given["open"]:
            delivered = Delivered(bool(each["everything"]), frozenset(map(int, each["items"])))
            self._open[int(each["exchange"])] = _Open(delivered, int(each["pending"]))
        for each in given["provisional"]:
            rule, number = self._contract.rule(each["rule"]), int(each["exchange"])
            told = bool(each["reported"])
            loss = Finding(number, each["rule"], "overwritten", "", [], True, told, 0, rule, {}, at)
            self._provisional[number, each["rule"]] = (loss,)

    # -- looking ------------------------------------------------------------------------------------------------

    @property
    def findings(self) -> list[Finding]:
        """The findings that are still kept, oldest first."""
        return list(self._kept)

    def to_dict(self, chosen: Iterable[Finding] | None = None) -> dict[str, Any]:
        """As JSON: items by outcome, the silent figure, the findings."""
        counts = {"sent": self.items["sent"]}
        counts.update({name: self.items[name] for name in get_args(OutcomeKind) if self.items[name]})
        return {
            "items": counts,
            "silent": self.silent,
            "at_risk": self.at_risk,
            "findings": [finding.to_dict() for finding in (self._kept if chosen is None else chosen)],
            "evicted": self.evicted,
        }


class _Made:
    """Findings of one decision in the making: what is alike in everything but its place is one finding."""

    def __init__(self, contract: Contract, at: datetime) -> None:
        self._contract, self._at = contract, at
        self._by_likeness: dict[tuple[Any, ...], Finding] = {}

    @property
    def findings(self) -> list[Finding]:
        return list(self._by_likeness.values())

    def enter(self, found: Outcome | Note, number: int, is_lost: bool, reported: bool) -> Finding:
        likeness = (number, found.rule, found.kind, found.key, is_lost, reported)
        finding = self._by_likeness.get(likeness)
        if finding is None:
            rule = self._contract.rule(found.rule)
            places = list(found.at[:PLACES_SHOWN])
            finding = Finding(
                number, found.rule, found.kind, found.key, places, is_lost, reported, found.count, rule,
                found.values, self._at,
            )  # fmt: skip
            self._by_likeness[likeness] = finding
        else:
            finding.count += found.count
            finding.where.extend(found.at[: PLACES_SHOWN - len(finding.where)])
        return finding
