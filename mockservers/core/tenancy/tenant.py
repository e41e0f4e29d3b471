"""A tenant: one integrator's (or one test's) account with a vendor.

It processes an exchange in these steps:

    due jobs -> fault, limit -> decide -> decide under other readings -> apply -> file -> record -> jobs now due

The tenant's lock is held during all of them, so none of them waits: the transport delivers a fault after the lock is
released.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Any

from mockservers.core.accounting.at_risk import OtherReading, other_readings
from mockservers.core.accounting.audit import Audit
from mockservers.core.accounting.finding import Finding
from mockservers.core.accounting.item_counts import item_counts
from mockservers.core.accounting.journal import Exchange, Journal, recorded
from mockservers.core.accounting.ledger import Delivered, Ledger
from mockservers.core.accounting.loss import LostItems, lost_items
from mockservers.core.accounting.reported import can_be_reported, reported
from mockservers.core.accounting.rule_coverage import RuleCoverage
from mockservers.core.contract.contract import Contract
from mockservers.core.deciding.immediate_jobs import Settled, with_immediate_jobs
from mockservers.core.deciding.parameter_checks import decide_of
from mockservers.core.deciding.shared_rules import depth_notes, ignored_parameters, with_refused_item
from mockservers.core.deciding.vendor import Decide, Vendor
from mockservers.core.deciding.view import View
from mockservers.core.errors import UsageError
from mockservers.core.exchange.call import Call, Job, Request
from mockservers.core.exchange.decision import Decision, Emit, Note, Reply
from mockservers.core.faults.kinds import delivered as received
from mockservers.core.faults.planned import INJECTED, Faults, FiredFault, undone
from mockservers.core.faults.rate_limits import Excess, Limits
from mockservers.core.state.seeds import check_derived, check_seeds, names_derived
from mockservers.core.state.store import Store
from mockservers.core.tenancy.outbox import Outbox
from mockservers.core.tenancy.scheduler import Scheduler
from mockservers.core.tenancy.snapshot import Snapshot
from mockservers.core.value import Value, replace
from mockservers.core.values import real_time
from mockservers.core.values.clock import Clock, text


class Answer(Value):
    """The data for a transport: the reply, the fault that alters its delivery, if any, and the findings."""

    reply: Reply
    tenant: str = ""
    exchange: int = 0
    findings: tuple[Finding, ...] = ()
    fault: FiredFault | None = None
    outbox: Outbox | None = None
    recorded: Exchange | None = None


_NOTHING = Delivered()
"""The reported losses of a reply that reports none."""


class Tenant:
    """State, clock, readings, faults, limits, journal and ledger behind one set of credentials."""

    def __init__(
        self,
        name: str,
        vendor: Vendor,
        contract: Contract,
        credentials: Mapping[str, str],
        *,
        clock: Clock | None = None,
        readings: Mapping[str, str] | None = None,
        journal: Journal | None = None,
        spool: Path | None = None,
    ) -> None:
        self.id = name
        self.vendor = vendor
        self.contract = contract
        self.credentials = dict(credentials)
        self.clock = clock or Clock()
        self.created_at = self.clock.now()
        self.made_at = real_time.now()
        self.revoked = False
        self.lock = RLock()
        self.journal = Journal() if journal is None else journal
        self.ledger = Ledger(contract)
        self.exercised = RuleCoverage()
        self.store = Store(vendor.collections, spool, contract)
        self.faults = Faults(contract)
        self.limits = Limits(contract)
        self.scheduler = Scheduler()
        self.checkpoints: dict[str, Snapshot] = {}
        self.outbox = Outbox(name)
        self.audit: Audit | None = None
        self.unmatched = 0
        self.last = 0
        self._readings: dict[str, str] = {}
        self.set_readings(readings or {})

    # -- an exchange --------------------------------------------------------------------------------------------

    def exchange(self, call: Call, request: Request, decide: Decide | None = None) -> Answer:
        """Decide a call, apply its effects, and account for it."""
        with self.lock:
            now = self.clock.now()
            if self.scheduler.is_due(now):
                self._run_due(now)
            call = call.as_exchange(self._number(), now, self.clock.arrival(call.arrived_at))
            fired = excess = None
            if decide is None:
                decide = decide_of(self.vendor, self.contract, call)
                fired, excess = self.faults.take(call, now), self.limits.take(call.operation, self.clock.elapsed())
            settled, others = self._decided(call, decide, now, fired, excess)
            decisions = [each for each, _ in settled]
            reply = (fired and fired.reply) or decisions[0].reply or Reply(204)
            self.exercised.note_call(call, self.contract)
            delivered_reply = received(fired.kind, reply) if fired else reply
            delivered = self._delivered(call, decisions[0], delivered_reply, broken=fired is not None and fired.broken)
            findings = self._apply_together(call.id, settled, delivered)
            if self.audit:
                refused = reply.status >= 400 or (fired is not None and not fired.processed)
                self.audit.exchange(call, request, decisions, self._shown_state, refused=refused)
            items = item_counts(decisions, call.id)
            entry = recorded(call.id, now, call.operation, request, delivered_reply, fired, items, others)
            self.journal.add(entry)
            altering = fired if fired and fired.alters_delivery else None
            return Answer(reply, self.id, call.id, tuple(findings), altering, self.outbox or None, entry)

    def note_unmatched(self, request: Request, reply: Reply) -> Answer:
        """Record a call that matched no operation of the vendor."""
        with self.lock:
            number = self._number()
            self.unmatched += 1
            self.exercised.note_reply(reply)
            entry = recorded(number, self.clock.now(), "", request, reply)
            self.journal.add(entry)
            return Answer(reply, self.id, number, recorded=entry)

    def _number(self) -> int:
        self.last += 1
        return self.last

    def _decided(
        self, call: Call, decide: Decide, now: datetime, fired: FiredFault | None, excess: Excess | None
    ) -> tuple[Settled, Sequence[OtherReading]]:
        """Return the decisions on a call: the vendor's, unless a fault or a limit prevents its work."""
        if fired and not fired.processed:
            return self._undone(call, decide, fired.reply, INJECTED, fired.values), ()
        if excess and excess.refused:
            refusal = self.contract.refusal("too-many-requests")
            return self._undone(call, decide, refusal, excess.exceeded.rule, excess.values), ()
        settled, others = self._settled(lambda view: self._with_shared_rules(call, decide(call, view)), now, call.id)
        if not (others or fired or excess):
            return settled, others
        notes = [risk for other in others for risk in other.risks] + [met.note for met in (fired, excess) if met]
        if fired and fired.reply:
            self.exercised.note_reply(fired.reply)
        return _with_notes(settled, notes), others

    def _undone(
        self, call: Call, decide: Decide, reply: Reply | None, rule_id: str, values: Mapping[str, Any]
    ) -> Settled:
        """Return a decision that refuses the items of the vendor's decision, without its effects."""
        view, operation = self.view(), self.contract.operations.get(call.operation)
        alternatives = undone(self._with_shared_rules(call, decide(call, view)), operation, reply, rule_id, values)
        alternatives = with_refused_item(alternatives, operation) if operation else alternatives
        self.exercised.note(alternatives)
        return ((alternatives, view),)

    def _with_shared_rules(self, call: Call, decision: Decision) -> Decision:
        """Add the notes and outcomes of the shared rules to a decision."""
        operation = self.contract.operations.get(call.operation)
        if operation is None:
            return decision
        decision = with_refused_item(decision, operation)
        further = [*ignored_parameters(call, operation, self.contract), *depth_notes(call)]
        return replace(decision, notes=(*decision.notes, *further)) if further else decision

    def _settled(
        self, decide: Callable[[View], Decision], now: datetime, exchange: int = 0
    ) -> tuple[Settled, list[OtherReading]]:
        """Return a decision with the jobs that are due at once, and their results under other readings."""
        settle = with_immediate_jobs(decide, self.vendor)
        settled = settle(self._view(now))
        for decision, view in settled:
            self.exercised.note(decision, view)
        return settled, other_readings(settle, settled, exchange)

    def view(self) -> View:
        """Return the present view for a decision."""
        return self._view(self.clock.now())

    def _view(self, now: datetime) -> View:
        return View(self.store, now, self.contract, self._readings)

    def _delivered(self, call: Call, decision: Decision, delivered_reply: Reply, *, broken: bool) -> Delivered:
        """Return the losses that the delivered reply reports, which a fault may have altered."""
        if broken or delivered_reply.status >= 400:
            return Delivered(everything=True)
        operation = self.contract.operations.get(call.operation)
        if operation is None or not operation.reports or not can_be_reported(decision):
            return _NOTHING
        lost = lost_items(decision).get(0, LostItems()).items
        return Delivered(items=reported(operation.reports, delivered_reply.body, call.json, lost))

    def _apply_together(self, exchange: int, settled: Settled, delivered: Delivered) -> list[Finding]:
        """Apply decisions that were made together, and account for them."""
        findings: list[Finding] = []
        now = settled[0][1].now
        for decision, view in settled:
            self._apply(decision, exchange, now)
            findings += self.ledger.file(exchange, decision, delivered, view.now)
            delivered = _NOTHING
        return findings

    def _apply(self, decision: Decision, exchange: int, now: datetime) -> None:
        """Apply effects. Jobs that are due by `now` were decided together with this decision, and are not planned."""
        for effect in self.store.apply(decision.effects):
            if isinstance(effect, Emit):
                self.outbox.add(effect.event, effect.payload, exchange)
            elif effect.job.due > now:
                self.scheduler.plan(effect.job)

    # -- time ---------------------------------------------------------------------------------------------------

    def run_due(self) -> list[Job]:
        """Run the due jobs, and return them."""
        with self.lock:
            return self._run(self.clock.now())

    def advance(self, span: timedelta) -> list[Job]:
        """Move the clock by a duration, and run the jobs that become due, each at its own time."""
        with self.lock:
            self.clock.advance(span)
            return self._run(self.clock.now())

    def advance_to(self, moment: datetime) -> list[Job]:
        """Move the clock to a moment, and run the jobs that become due."""
        with self.lock:
            self.clock.to(moment)
            return self._run(moment)

    def advance_to_next(self, name: str) -> list[Job]:
        """Move the clock to the next job of that name, and run the due jobs. UsageError if none is planned."""
        with self.lock:
            now = self.clock.now()
            due = next((job.due for job in self.scheduler if job.name == name), None)
            if due is None:
                known = name in self.vendor.jobs
                jobs = ", ".join(self.vendor.jobs) or "none"
                planned = ", ".join(f"{job.name} at {text(job.due)}" for job in self.scheduler) or "nothing"
                problem = f"No {name!r} is due" if known else f"There is no job {name!r} of {self.vendor.name} ({jobs})"
                raise UsageError(f"{problem}. Due after {text(now)}: {planned}.")
            return self.advance_to(due) if due > now else self._run(now)

    @property
    def due(self) -> list[Job]:
        """The planned jobs, soonest first."""
        with self.lock:
            return list(self.scheduler)

    def _run(self, now: datetime) -> list[Job]:
        fired: list[Job] = []
        self._run_due(now, fired)
        return fired

    def _run_due(self, now: datetime, fired: list[Job] | None = None) -> list[Finding]:
        findings: list[Finding] = []
        for job in self.scheduler.due(now):
            if fired is not None:
                fired.append(job)
            findings += self._run_job(job)
        return findings

    def _run_job(self, job: Job) -> list[Finding]:
        decide = self.vendor.jobs[job.name]
        settled, others = self._settled(lambda view: decide(job, view), job.due)
        risks = [risk for other in others for risk in other.risks]
        findings = self._apply_together(job.call_id, _with_notes(settled, risks), Delivered())
        if self.audit:
            self.audit.decided(job.call_id, [each for each, _ in settled], self._shown_state)
        return findings

    # -- settings and state, for users ----------------------------------------------------------------------------

    @property
    def readings(self) -> dict[str, str]:
        """The choice for every rule with a reading."""
        open_rules = {name: rule.reading for name, rule in self.contract.rules.items() if rule.reading}
        return {name: self._readings.get(name, reading.default) for name, reading in open_rules.items()}

    @property
    def chosen_readings(self) -> dict[str, str]:
        """The choices that were set for this tenant."""
        return dict(self._readings)

    def replace_readings(self, chosen: Mapping[str, str]) -> None:
        """Replace all choices, by earlier `chosen_readings`."""
        self._readings = dict(chosen)

    def set_readings(self, readings: Mapping[str, str]) -> None:
        """Choose readings. If one of them is invalid, nothing changes."""
        for rule, choice in readings.items():
            choices = self.contract.reading(rule).choices
            if choice not in choices:
                raise UsageError(f"{choice!r} is not a reading of {rule}. Choose one of: {', '.join(choices)}.")
        with self.lock:
            self._readings.update(readings)

    def state(self) -> dict[str, list[dict[str, Any]]]:
        """Return all collections that are not internal."""
        with self.lock:
            self.run_due()
            return self._shown_state()

    def _shown_state(self) -> dict[str, list[dict[str, Any]]]:
        return self.store.state(self.view())

    def replace_state(self, state: Mapping[str, Any]) -> None:
        """Replace the documents of the named collections."""
        check_seeds(self.vendor.collections, state, self.contract, self.store.each)
        with self.lock:
            before = self.store.snapshot() if names_derived(self.vendor.collections, state) else None
            self.store.replace(state, self.clock.now())
            try:
                check_derived(self.vendor.collections, state, self._view(self.clock.now()))
            except UsageError:
                if before is not None:
                    self.store.restore(before)
                raise

    def snapshot(self) -> Snapshot:
        """Return a snapshot. The caller holds the lock and has run the due jobs."""
        return Snapshot(
            now=self.clock.now(),
            frozen=self.clock.frozen,
            exchange=self.last,
            revoked=self.revoked,
            store=self.store.snapshot(),
            jobs=tuple(self.scheduler),
            readings=self.chosen_readings,
            plan=self.faults.plan_now,
            rng=self.faults.rng_state,
            limits=self.limits.mode,
            subscription=self.outbox.subscription,
            webhooks=self.outbox.made,
            ledger=self.ledger.snapshot(),
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Restore a snapshot. Later exchanges no longer count. `snapshot.STAYS` lists the parts that do not change."""
        self.clock.rewind(snapshot.now)
        self.store.restore(snapshot.store)
        self.scheduler.replace(snapshot.jobs)
        self.replace_readings(snapshot.readings)
        self.faults.restore_rng(snapshot.rng)
        self.outbox.withdraw(snapshot.webhooks)
        self.ledger.rewind(snapshot.ledger)
        if self.audit:
            self.audit.forget()

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON, without its state."""
        return {
            "id": self.id,
            "vendor": self.vendor.name,
            "credentials": dict(self.credentials),
            "revoked": self.revoked,
            "created_at": text(self.created_at),
            "now": text(self.clock.now()),
            "exchanges": self.last,
        }


def _with_notes(settled: Settled, notes: Sequence[Note]) -> Settled:
    if not notes:
        return settled
    decision, view = settled[0]
    return ((replace(decision, notes=(*decision.notes, *notes)), view), *settled[1:])
