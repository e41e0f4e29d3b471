"""The account of everything that was sent: counts of items by outcome, and findings.

Kept items are only counted, so that memory is bounded. The ledger derives from the delivered reply whether a loss was
reported; an unreported loss is silent. The count `silent` includes evicted findings. A later decision on an earlier
exchange changes its findings, and the count:

mended     a provisional loss is withdrawn, since the content is held after all
within     the loss of a key no longer counts once its item is lost whole
overtaken  a lost item is no longer at risk, until the loss is mended; a risk without items is not listed
rewound    a checkpoint from before the exchange was restored
"""

from __future__ import annotations

import itertools
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, get_args

from mockservers.core.accounting.finding import Finding, FindingsOfDecision
from mockservers.core.accounting.loss import LostItems, items_of, loses, lost_items, places_of, weighed
from mockservers.core.accounting.open_risks import OpenRisks
from mockservers.core.contract.contract import Contract
from mockservers.core.exchange.decision import Decision, Note, Outcome, OutcomeKind, Statement
from mockservers.core.value import Struct, Value, field, replace

FINDINGS_KEPT = 10_000
UNLISTED = frozenset({"kept", "updated", "pending"})


class Delivered(Value):
    """The losses that the reply to an exchange reported: everything, or these items."""

    everything: bool = False
    items: frozenset[int] = frozenset()

    def reports(self, statement: Statement) -> bool:
        """Whether it reported the loss of an outcome or note."""
        return self.everything or (statement.item is not None and statement.item in self.items)


class _Open(Struct):
    """An exchange with pending items: the losses that its reply reported, and the losses of keys so far."""

    delivered: Delivered
    pending: int = 0
    keys: list[tuple[Finding, Note]] = field(default_factory=list)

    def copy(self) -> _Open:
        return _Open(self.delivered, self.pending, list(self.keys))


_ExchangeRule = tuple[int, str]
_Provisional = Mapping[_ExchangeRule, tuple[Finding, ...]]
"""Losses that a later decision may withdraw, by exchange and rule."""


class LedgerSnapshot(Value):
    """A moment of a ledger: the number of its findings, and its counts."""

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
        """Return the parts that later decisions can change, as JSON for `Ledger.load`."""
        return {
            "open": [
                {
                    "exchange": exchange,
                    "everything": open_exchange.delivered.everything,
                    "items": sorted(open_exchange.delivered.items),
                    "pending": open_exchange.pending,
                }
                for exchange, open_exchange in self.open.items()
            ],
            "provisional": [
                {"exchange": exchange, "rule": rule, "reported": any(finding.reported for finding in losses)}
                for (exchange, rule), losses in self.provisional.items()
                if losses
            ],
            "reported": sorted(self.reported_whole),
        }


class Ledger:
    """The ledger of one tenant."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._kept: deque[Finding] = deque(maxlen=FINDINGS_KEPT)
        self._open: dict[int, _Open] = {}
        # Also of closed exchanges, since a later upload of the day may cause a loss of their content.
        self._reported_whole: set[int] = set()
        self._provisional: dict[_ExchangeRule, tuple[Finding, ...]] = {}
        self._changed: list[tuple[Finding, int, bool, bool, list[str]]] = []  # only after the first snapshot
        self._risks: dict[tuple[int, str, str], Finding] = {}  # of earlier exchanges, by (exchange, rule, choice)
        self._open_risks = OpenRisks()
        self._marked = False
        self.items: Counter[str] = Counter()
        self.silent = 0
        self.at_risk = 0
        self.evicted = 0
        self._filed = 0
        self._before = 0

    def file(self, exchange: int, decision: Decision, delivered: Delivered, at: datetime) -> list[Finding]:
        """File a decision: count its outcomes, and enter findings. Return the new findings.

        A loss that it withdraws and states again, unchanged, remains the earlier finding.
        """
        withdrawn = self._withdraw(decision) if decision.mended else {}
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
        # Most decisions have no findings.
        findings = self._enter_findings(exchange, decision, delivered, at, withdrawn) if is_eventful else []
        self._close(decision)
        return findings

    def _withdraw(self, decision: Decision) -> _Provisional:
        """Withdraw the provisional losses that `decision.mended` lists, and return them."""
        withdrawn: dict[_ExchangeRule, tuple[Finding, ...]] = {}
        for each in decision.mended:
            losses = self._provisional.pop((each.of, each.rule), ())
            for finding in losses:
                self._change(finding, finding.count, loses=finding.loses, mended=True)
            withdrawn[each.of, each.rule] = losses
        return withdrawn

    def _enter_findings(
        self, exchange: int, decision: Decision, delivered: Delivered, at: datetime, withdrawn: _Provisional
    ) -> list[Finding]:
        """Enter the findings of a decision. Return the new ones."""
        for of, lost in lost_items(decision).items():
            if of:
                self._withdraw_keys(of, lost)
        were_reported = {key: any(loss.reported for loss in losses) for key, losses in withdrawn.items()}
        collected = FindingsOfDecision(self._contract, at)
        filed: list[tuple[int, Statement, Finding]] = []
        for statement, is_lost in weighed([decision]):
            if statement.kind not in UNLISTED:
                number = statement.of or exchange
                reported = self._reported(statement, delivered, were_reported)
                filed.append((number, statement, collected.enter(statement, number, is_lost, reported)))
        restored = {**self._restored(collected.findings, withdrawn), **self._known_risks(collected.findings, exchange)}
        provisional: dict[_ExchangeRule, dict[int, Finding]] = {}
        for number, statement, finding in filed:
            kept = restored.get(id(finding), finding)
            self._keep_risk(number, statement, kept)
            if statement.provisional:
                provisional.setdefault((number, statement.rule), {})[id(kept)] = kept
            if id(finding) not in restored:
                self._keep_open(number, statement, finding)
        for key, losses in provisional.items():
            self._provisional[key] = (*self._provisional.get(key, ()), *losses.values())
        new = [finding for finding in collected.findings if id(finding) not in restored]
        for finding in new:
            self._enter(finding)
        return new

    def _restored(self, findings: Iterable[Finding], withdrawn: _Provisional) -> dict[int, Finding]:
        """Restore losses that were withdrawn and are stated again. Return each by the id() of the new finding."""
        restored: dict[int, Finding] = {}
        for finding in findings if withdrawn else ():
            for before in withdrawn.get((finding.exchange, finding.rule), ()):
                if before.mended and before.equals(finding):
                    self._change(before, before.count, loses=before.loses, mended=False)
                    restored[id(finding)] = before
                    break
        return restored

    def _known_risks(self, findings: Iterable[Finding], exchange: int) -> dict[int, Finding]:
        """Merge repeated at-risk findings on earlier exchanges. Return the earlier one by the id() of the new one."""
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
        if 0 < outcome.of <= self._before:  # items of an imported ledger
            open_exchange = self._open.get(outcome.of)
            if open_exchange is not None and outcome.was in (None, "pending"):
                open_exchange.pending -= outcome.count
            return
        if outcome.of:
            was = outcome.was or "pending"
            moved = min(outcome.count, self.items[was])  # a lost document that was seeded was never sent
            self.items[was] -= moved
            self.items[outcome.kind] += moved
            open_exchange = self._open.get(outcome.of)
            if open_exchange is not None and was == "pending":
                open_exchange.pending -= outcome.count
            return
        self.items["sent"] += outcome.count
        self.items[outcome.kind] += outcome.count
        if outcome.kind == "pending":
            self._open[exchange].pending += outcome.count

    def _reported(self, statement: Statement, delivered: Delivered, were_reported: dict[_ExchangeRule, bool]) -> bool:
        """Whether a reply reported a loss. A loss that is stated again keeps its state. Adds to `were_reported`."""
        if not statement.of:
            return delivered.reports(statement)
        open_exchange = self._open.get(statement.of)
        if open_exchange is not None:
            return open_exchange.delivered.reports(statement)
        if statement.of in self._reported_whole:
            return True
        key = (statement.of, statement.rule)
        if key not in were_reported:
            were_reported[key] = any(finding.reported for finding in self._provisional.get(key, ()))
        return were_reported[key]

    def _keep_open(self, number: int, statement: Statement, finding: Finding) -> None:
        """Remember the loss of a key, which no longer counts once its item is lost whole."""
        open_exchange = self._open.get(number)
        if open_exchange is not None and isinstance(statement, Note) and finding.loses:
            open_exchange.keys.append((finding, statement))

    def _keep_risk(self, number: int, statement: Statement, finding: Finding) -> None:
        """Remember the items at risk of an exchange with pending items."""
        if statement.kind == "at-risk" and statement.items and number in self._open:
            self._open_risks.keep(finding, statement.items)

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
        """Forget the oldest finding. Risks of earlier calls are bounded like the findings."""
        self.evicted += 1
        key = finding.exchange, finding.rule, finding.key
        if self._risks.get(key) is finding:
            del self._risks[key]

    # -- changes by later decisions ----------------------------------------------------------------------------

    def _withdraw_keys(self, of: int, lost: LostItems) -> None:
        """Withdraw the losses of keys inside items that are now lost whole."""
        open_exchange = self._open.get(of)
        if open_exchange is None:
            return
        kept: list[tuple[Finding, Note]] = []
        for finding, note in open_exchange.keys:
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
        open_exchange.keys = kept

    def _recount_risks(self, decision: Decision) -> None:
        """Items that are now lost whole are no longer at risk; items whose loss is mended are at risk again."""
        losses = [outcome for outcome in decision.outcomes if outcome.of and loses(outcome)]
        for mended in decision.mended:
            self._open_risks.withdraw(mended.of, mended.rule)
        for outcome in losses:
            self._open_risks.lose(outcome.of, outcome.rule, items_of(outcome))
        for of in dict.fromkeys([mended.of for mended in decision.mended] + [outcome.of for outcome in losses]):
            for recounted in self._open_risks.recount(of):
                finding = recounted.finding
                self.at_risk += 0 if finding.rewound else recounted.count - finding.count
                self._change(finding, recounted.count, loses=False, mended=False)
                finding.where = recounted.places

    def _change(self, finding: Finding, count: int, *, loses: bool, mended: bool) -> None:
        """Change an entered finding, and the count of silent losses."""
        if self._marked:
            self._changed.append((finding, finding.count, finding.loses, finding.mended, finding.where))
        before = finding.count if finding.silent else 0
        finding.count, finding.loses, finding.mended = count, loses, mended
        self.silent += (finding.count if finding.silent else 0) - before

    def _close(self, decision: Decision) -> None:
        """Forget the exchanges without pending items."""
        for outcome in decision.outcomes:
            open_exchange = self._open.get(outcome.of) if outcome.of else None
            if open_exchange is not None and open_exchange.pending <= 0:
                del self._open[outcome.of]
                if not outcome.provisional:
                    self._open_risks.forget(outcome.of)

    # -- checkpoints --------------------------------------------------------------------------------------------

    def snapshot(self) -> LedgerSnapshot:
        """Return a snapshot of the ledger."""
        self._marked = True
        still_open = {number: open_exchange.copy() for number, open_exchange in self._open.items()}
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
        """Restore the counts of a snapshot. Later findings stay, marked as rewound."""
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

    def load(self, exported: Mapping[str, Any], before: int, at: datetime) -> None:
        """Continue a ledger that was exported after exchange `before`. Its items and losses are not counted here.

        A later loss of them counts as reported if their replies reported it. KeyError and similar for damaged input.
        """
        self._before = before
        self._reported_whole = set(map(int, exported["reported"]))
        for each in exported["open"]:
            delivered = Delivered(bool(each["everything"]), frozenset(map(int, each["items"])))
            self._open[int(each["exchange"])] = _Open(delivered, int(each["pending"]))
        for each in exported["provisional"]:
            rule, number = self._contract.rule(each["rule"]), int(each["exchange"])
            reported = bool(each["reported"])
            loss = Finding(number, each["rule"], "overwritten", "", [], True, reported, 0, rule, {}, at)
            self._provisional[number, each["rule"]] = (loss,)

    # -- reading ------------------------------------------------------------------------------------------------

    @property
    def findings(self) -> list[Finding]:
        """The kept findings, oldest first."""
        return [finding for finding in self._kept if finding.count]

    def to_dict(self, chosen: Iterable[Finding] | None = None) -> dict[str, Any]:
        """Return it as JSON: items by outcome, the count of silent losses, the findings."""
        counts = {"sent": self.items["sent"]}
        counts.update({name: self.items[name] for name in get_args(OutcomeKind) if self.items[name]})
        return {
            "items": counts,
            "silent": self.silent,
            "at_risk": self.at_risk,
            "findings": [finding.to_dict(self._contract) for finding in (self.findings if chosen is None else chosen)],
            "evicted": self.evicted,
        }
