"""What became of everything that was sent: counts of items, and findings about the rest.

Kept items are counters, so memory stays bounded. Whether a loss was reported is derived here, from the reply as it was
delivered; silent is what loses and was not reported. `silent` is a running figure: it survives the eviction of
findings. What a later decision shows about an earlier exchange changes its findings, and the figure with them:

mended     a provisional loss is taken back, since the content is held after all
within     the loss of a key is no second loss once the item that it is in is lost whole
overtaken  what is lost is at risk no more, until the loss is mended; a risk of which nothing is left is not listed
rewound    a checkpoint took the exchange back
"""

from __future__ import annotations

import itertools
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, get_args

from mockservers.core.accounting.finding import Finding, FindingsOfDecision
from mockservers.core.accounting.loss import LostItems, items_of, loses, lost_items, places_of, weighed
from mockservers.core.accounting.open_risks import OpenRisks
from mockservers.core.contract.contract import Contract
from mockservers.core.exchange.decision import Decision, Note, Outcome, OutcomeKind, Statement
from mockservers.core.value_class import value_class

FINDINGS_KEPT = 10_000
UNLISTED = frozenset({"kept", "updated", "pending"})


@value_class
class Delivered:
    """What the reply to an exchange reported: everything, or these items."""

    everything: bool = False
    items: frozenset[int] = frozenset()

    def reports(self, found: Statement) -> bool:
        """Whether it reported what an outcome or note speaks of."""
        return self.everything or (found.item is not None and found.item in self.items)


@dataclass(slots=True)
class _Open:
    """An exchange some of whose items are still pending: what its reply reported, and the losses of keys so far."""

    delivered: Delivered
    pending: int = 0
    keys: list[tuple[Finding, Note]] = field(default_factory=list)

    def copy(self) -> _Open:
        return _Open(self.delivered, self.pending, list(self.keys))


_ExchangeRule = tuple[int, str]
_Provisional = Mapping[_ExchangeRule, tuple[Finding, ...]]
"""Losses that a later decision may take back, by exchange and rule."""


@value_class
class LedgerSnapshot:
    """Where an account stood: how many findings it had entered, and its figures."""

    filed: int
    changed: int
    items: Counter[str]
    open: Mapping[int, _Open]
    provisional: _Provisional
    risks: OpenRisks
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
        self._provisional: dict[_ExchangeRule, tuple[Finding, ...]] = {}
        self._changed: list[
            tuple[Finding, int, bool, bool, list[str]]
        ] = []  # only once there is a snapshot to go back to
        self._risks: dict[tuple[int, str, str], Finding] = {}  # of earlier exchanges: (exchange, rule, choice)
        self._open_risks = OpenRisks()
        self._marked = False
        self.items: Counter[str] = Counter()
        self.silent = 0
        self.at_risk = 0
        self.evicted = 0
        self._filed = 0
        self._before = 0

    def file(self, exchange: int, decision: Decision, delivered: Delivered, at: datetime) -> list[Finding]:
        """Enter a decision: its outcomes into the counts, the rest as findings. Returns those that are new.

        A loss that it takes back and states anew, the same in all, is the finding that was there.
        """
        taken_back = self._take_back(decision) if decision.mended else {}
        for outcome in decision.outcomes:
            if outcome.kind == "pending" and not outcome.of:
                self._open[exchange] = _Open(delivered)
                if delivered.everything:
                    self._reported_whole.add(exchange)
                break
        is_eventful = bool(decision.notes)
        for outcome in decision.outcomes:
            self._count(exchange, outcome)
            is_eventful = is_eventful or outcome.kind not in UNLISTED
        if is_eventful or decision.mended:
            self._recount_risks(decision)
        # Most decisions list nothing and lose nothing.
        findings = self._found(exchange, decision, delivered, at, taken_back) if is_eventful else []
        self._close(decision)
        return findings

    def _take_back(self, decision: Decision) -> _Provisional:
        """Take back the provisional losses that a decision undoes, and return them."""
        taken_back: dict[_ExchangeRule, tuple[Finding, ...]] = {}
        for each in decision.mended:
            losses = self._provisional.pop((each.of, each.rule), ())
            for finding in losses:
                self._change(finding, finding.count, loses=finding.loses, mended=True)
            taken_back[each.of, each.rule] = losses
        return taken_back

    def _found(
        self, exchange: int, decision: Decision, delivered: Delivered, at: datetime, taken_back: _Provisional
    ) -> list[Finding]:
        """Enter what there is to know of a decision beside its counts. Return the findings that are new."""
        for of, lost in lost_items(decision).items():
            if of:
                self._take_out_keys(of, lost)
        were_reported = {key: any(loss.reported for loss in losses) for key, losses in taken_back.items()}
        made = FindingsOfDecision(self._contract, at)
        filed: list[tuple[int, Statement, Finding]] = []
        for found, is_lost in weighed([decision]):
            if found.kind not in UNLISTED:
                number = found.of or exchange
                reported = self._reported(found, delivered, were_reported)
                filed.append((number, found, made.enter(found, number, is_lost, reported)))
        standing = {**self._standing(made.findings, taken_back), **self._known_risks(made.findings, exchange)}
        provisional: dict[_ExchangeRule, dict[int, Finding]] = {}
        for number, found, finding in filed:
            kept = standing.get(id(finding), finding)
            self._keep_risk(number, found, kept)
            if found.provisional:
                provisional.setdefault((number, found.rule), {})[id(kept)] = kept
            if id(finding) not in standing:
                self._keep_open(number, found, finding)
        for key, losses in provisional.items():
            self._provisional[key] = (*self._provisional.get(key, ()), *losses.values())
        new = [finding for finding in made.findings if id(finding) not in standing]
        for finding in new:
            self._enter(finding)
        return new

    def _standing(self, findings: Iterable[Finding], taken_back: _Provisional) -> dict[int, Finding]:
        """Let losses stand that were taken back and are stated anew. Return each by the identity of what states it."""
        standing: dict[int, Finding] = {}
        for finding in findings if taken_back else ():
            for before in taken_back.get((finding.exchange, finding.rule), ()):
                if before.mended and before.says_the_same_as(finding):
                    self._change(before, before.count, loses=before.loses, mended=False)
                    standing[id(finding)] = before
                    break
        return standing

    def _known_risks(self, findings: Iterable[Finding], exchange: int) -> dict[int, Finding]:
        """What was at risk before of an earlier exchange, and is so again: once as much as it ever was, by identity."""
        known: dict[int, Finding] = {}
        for finding in findings:
            if finding.kind == "at-risk" and finding.exchange != exchange:
                key = finding.exchange, finding.rule, finding.key
                before = self._risks.setdefault(key, finding)
                if before is not finding and not before.rewound:
                    more = max(0, finding.count - before.count)
                    self._change(before, before.count + more, loses=False, mended=False)
                    self.at_risk += more
                    known[id(finding)] = before
                else:
                    self._risks[key] = finding
        return known

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

    def _reported(self, found: Statement, delivered: Delivered, were_reported: dict[_ExchangeRule, bool]) -> bool:
        """Whether a reply reported it. What was filed again was reported if it was before; `were_reported` grows."""
        if not found.of:
            return delivered.reports(found)
        about = self._open.get(found.of)
        if about is not None:
            return about.delivered.reports(found)
        if found.of in self._reported_whole:
            return True
        key = (found.of, found.rule)
        if key not in were_reported:
            were_reported[key] = any(finding.reported for finding in self._provisional.get(key, ()))
        return were_reported[key]

    def _keep_open(self, number: int, found: Statement, finding: Finding) -> None:
        """Keep the loss of a key, which is none of its own once its item is lost whole."""
        about = self._open.get(number)
        if about is not None and isinstance(found, Note) and finding.loses:
            about.keys.append((finding, found))

    def _keep_risk(self, number: int, found: Statement, finding: Finding) -> None:
        """Keep which items are at risk of an exchange that may still lose them."""
        if found.kind == "at-risk" and found.items and number in self._open:
            self._open_risks.keep(finding, found.items)

    def _enter(self, finding: Finding) -> None:
        if len(self._kept) == self._kept.maxlen:
            self._evict(self._kept[0])
        self._kept.append(finding)
        self._filed += 1
        if finding.silent:
            self.silent += finding.count
        if finding.kind == "at-risk":
            self.at_risk += finding.count

    def _evict(self, finding: Finding) -> None:
        """Forget the oldest finding, so that no more risks of earlier calls are known than findings are kept."""
        self.evicted += 1
        key = finding.exchange, finding.rule, finding.key
        if self._risks.get(key) is finding:
            del self._risks[key]

    # -- what later decisions change ----------------------------------------------------------------------------

    def _take_out_keys(self, of: int, lost: LostItems) -> None:
        """The losses of keys inside items that are lost whole by now are none of their own."""
        about = self._open.get(of)
        if about is None:
            return
        kept: list[tuple[Finding, Note]] = []
        for finding, note in about.keys:
            items = items_of(note)
            left = lost.left(items)
            if len(left) == len(items):
                kept.append((finding, note))
                continue
            places = places_of(note, left)
            gone = set(note.at).difference(places)
            if left:
                kept.append((finding, replace(note, items=left, at=places)))
            count = finding.count - len(items) + len(left)
            self._change(finding, count or finding.count, loses=count > 0, mended=finding.mended)
            if count:
                finding.where = [place for place in finding.where if place not in gone]
        about.keys = kept

    def _recount_risks(self, decision: Decision) -> None:
        """What is lost whole by now is at risk no more; what is mended is again."""
        losses = [outcome for outcome in decision.outcomes if outcome.of and loses(outcome)]
        for mended in decision.mended:
            self._open_risks.take_back(mended.of, mended.rule)
        for outcome in losses:
            self._open_risks.lose(outcome.of, outcome.rule, items_of(outcome))
        for of in dict.fromkeys([mended.of for mended in decision.mended] + [outcome.of for outcome in losses]):
            for recounted in self._open_risks.recount(of):
                finding = recounted.finding
                self.at_risk += 0 if finding.rewound else recounted.count - finding.count
                self._change(finding, recounted.count, loses=False, mended=False)
                finding.where = recounted.places

    def _change(self, finding: Finding, count: int, *, loses: bool, mended: bool) -> None:
        """Change a finding that was entered, and the figure with it."""
        if self._marked:
            self._changed.append((finding, finding.count, finding.loses, finding.mended, finding.where))
        before = finding.count if finding.silent else 0
        finding.count, finding.loses, finding.mended = count, loses, mended
        self.silent += (finding.count if finding.silent else 0) - before

    def _close(self, decision: Decision) -> None:
        """Forget the exchanges none of whose items is pending any more."""
        for outcome in decision.outcomes:
            about = self._open.get(outcome.of) if outcome.of else None
            if about is not None and about.pending <= 0:
                del self._open[outcome.of]
                if not outcome.provisional:
                    self._open_risks.forget(outcome.of)

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
            self._open_risks.copy(),
            self.silent,
            self.at_risk,
            frozenset(self._reported_whole),
        )

    def rewind(self, snapshot: LedgerSnapshot) -> None:
        """Take the figures back to a snapshot. What was found since stays, marked rewound."""
        while len(self._changed) > snapshot.changed:
            finding, count, was_lost, was_mended, where = self._changed.pop()
            finding.count, finding.loses, finding.mended, finding.where = count, was_lost, was_mended, where
        since = min(self._filed - snapshot.filed, len(self._kept))
        for finding in itertools.islice(reversed(self._kept), since):
            finding.rewound = True
        self.items, self._provisional = snapshot.items.copy(), dict(snapshot.provisional)
        self._open = {number: about.copy() for number, about in snapshot.open.items()}
        self._open_risks = snapshot.risks.copy()
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
            reported = bool(each["reported"])
            loss = Finding(number, each["rule"], "overwritten", "", [], True, reported, 0, rule, {}, at)
            self._provisional[number, each["rule"]] = (loss,)

    # -- looking ------------------------------------------------------------------------------------------------

    @property
    def findings(self) -> list[Finding]:
        """The findings that are still kept, oldest first."""
        return [finding for finding in self._kept if finding.count]

    def to_dict(self, chosen: Iterable[Finding] | None = None) -> dict[str, Any]:
        """As JSON: items by outcome, the silent figure, the findings."""
        counts = {"sent": self.items["sent"]}
        counts.update({name: self.items[name] for name in get_args(OutcomeKind) if self.items[name]})
        return {
            "items": counts,
            "silent": self.silent,
            "at_risk": self.at_risk,
            "findings": [finding.to_dict(self._contract) for finding in (self.findings if chosen is None else chosen)],
            "evicted": self.evicted,
        }
