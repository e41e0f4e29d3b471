"""A tenant: one integrator's (or one test's) account with a vendor, and the way of an exchange through it.

    jobs that are due -> fault, limit -> decide -> what other readings would lose -> apply -> file -> record
    -> jobs that became due

One lock around all of that. Nothing in it waits for anything: a fault is performed by the door, later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from mockservers.core.agenda import Agenda
from mockservers.core.call import Call, Job, Request
from mockservers.core.clock import Clock, text
from mockservers.core.contract import Contract
from mockservers.core.decision import Decision, Emit, Reply, Schedule
from mockservers.core.errors import UsageError
from mockservers.core.exercised import Exercised
from mockservers.core.faults import INJECTED, Faults, Hit, undone
from mockservers.core.journal import Journal, recorded
from mockservers.core.ledger import Delivered, Finding, Ledger
from mockservers.core.limits import Excess, Limits
from mockservers.core.outbox import Outbox
from mockservers.core.performance import Performance
from mockservers.core.readings import at_risk
from mockservers.core.store import Store
from mockservers.core.tells import told
from mockservers.core.vendor import Decide, Vendor
from mockservers.core.view import View

if TYPE_CHECKING:
    from mockservers.core.checkpoints import Checkpoint


@dataclass(frozen=True, slots=True)
class Answer:
    """What a door sends back: the reply, what the mock found out about it, and what is to go wrong with it."""

    reply: Reply
    tenant: str = ""
    exchange: int = 0
    findings: tuple[Finding, ...] = ()
    performance: Performance | None = None
    outbox: Outbox | None = None


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
        self.revoked = False
        self.lock = RLock()
        self.journal = Journal() if journal is None else journal
        self.ledger = Ledger(contract)
        self.exercised = Exercised()
        self.store = Store(vendor.collections, spool)
        self.faults = Faults(contract)
        self.limits = Limits(contract)
        self.agenda = Agenda()
        self.checkpoints: dict[str, Checkpoint] = {}
        self.outbox = Outbox(name)
        self.unmatched = 0
        self.last = 0
        self._readings: dict[str, str] = {}
        self.set_readings(readings or {})

    # -- an exchange --------------------------------------------------------------------------------------------

    def exchange(self, call: Call, request: Request, decide: Decide | None = None) -> Answer:
        """Decide a call, let it happen, and account for it."""
        with self.lock:
            now = self.clock.now()
            self._run_due(now)
            call = call.taken(self._number(), now, self.clock.arrival(call.arrived_at))
            hit = excess = None
            if decide is None:
                decide = self.vendor.operations[call.operation]
                hit, excess = self.faults.take(call, now), self.limits.take(call.operation, self.clock.elapsed())
            decision = self._decided(call, decide, now, hit, excess)
            reply = (hit and hit.reply) or decision.reply or Reply(204)
            self.exercised.note_lists(call, self.contract)
            performance = hit.performance if hit and not hit.performance.plain else None
            delivered = self._delivered(call, reply, performance)
            self._apply(decision, call.id)
            found = self.ledger.file(call.id, decision, delivered, now)
            went = performance.delivered(reply) if performance else reply
            self.journal.add(recorded(call.id, now, call.operation, request, went, hit.fault if hit else ""))
            found += self._run_due(now)
            waiting = self.outbox or None
            return Answer(reply, self.id, call.id, tuple(found), performance, waiting)

    def note_unmatched(self, request: Request, reply: Reply) -> Answer:
        """Journal a call that matched no operation of the vendor."""
        with self.lock:
            number = self._number()
            self.unmatched += 1
            self.exercised.note_reply(reply)
            self.journal.add(recorded(number, self.clock.now(), "", request, reply))
            return Answer(reply, self.id, number)

    def _number(self) -> int:
        self.last += 1
        return self.last

    def _decided(self, call: Call, decide: Decide, now: datetime, hit: Hit | None, excess: Excess | None) -> Decision:
        """What is decided on a call: by the vendor, unless a fault or a limit keeps it from its work."""
        if hit and not hit.works:
            return self._undone(decide(call, self._view(now)), hit.reply, INJECTED, hit.values)
        if excess and excess.refused:
            refusal = self.contract.refusal("too-many-requests")
            return self._undone(decide(call, self._view(now)), refusal, excess.about.rule, excess.values)
        decision, risks = self._decide(lambda view: decide(call, view), now)
        risks += [met.remark for met in (hit, excess) if met]
        if hit and hit.reply:
            self.exercised.note_reply(hit.reply)
        return _with(decision, risks)

    def _undone(self, decision: Decision, reply: Reply | None, rule_id: str, values: Mapping[str, Any]) -> Decision:
        instead = undone(decision, reply, rule_id, values)
        self.exercised.note(instead)
        return instead

    def _decide(self, decide: Any, now: datetime) -> tuple[Decision, list[Any]]:
        view = self._view(now)
        decision = decide(view)
        self.exercised.note(decision, view)
        return decision, at_risk(decide, view, decision)

    def view(self) -> View:
        """The tenant as a decision would see it now."""
        return self._view(self.clock.now())

    def _view(self, now: datetime) -> View:
        return View(self.store, now, self.contract, self._readings)

    def _delivered(self, call: Call, reply: Reply, performance: Performance | None) -> Delivered:
        if reply.status >= 400 or (performance and performance.breaks):
            return Delivered(everything=True)
        operation = self.contract.operations.get(call.operation)
        reply = performance.delivered(reply) if performance else reply
        return (
            Delivered(items=told(operation.tells, reply.body, call.json))
            if operation and operation.tells
            else Delivered()
        )

    def _apply(self, decision: Decision, exchange: int) -> None:
        self.store.apply(decision.effects)
        for effect in decision.effects:
            if isinstance(effect, Schedule):
                self.agenda.plan(effect.job)
            elif isinstance(effect, Emit):
                self.outbox.add(effect.event, effect.payload, exchange)

    # -- time ---------------------------------------------------------------------------------------------------

    def run_due(self) -> list[Job]:
        """Do what is due by now. Gives what was done."""
        with self.lock:
            return self._run(self.clock.now())

    def advance(self, span: timedelta) -> list[Job]:
        """Move the clock on by a length of time, and do on the way what becomes due, each job at its own time."""
        with self.lock:
            self.clock.advance(span)
            return self._run(self.clock.now())

    def advance_to(self, moment: datetime) -> list[Job]:
        """Move the clock to a moment, and do the same."""
        with self.lock:
            self.clock.to(moment)
            return self._run(moment)

    def advance_to_next(self, name: str) -> list[Job]:
        """Move the clock to when the next job of that name is due, and do the same. UsageError when none is planned."""
        with self.lock:
            now = self.clock.now()
            due = next((job.due for job in self.agenda if job.name == name), None)
            if due is None:
                known = name in self.vendor.jobs
                jobs = ", ".join(self.vendor.jobs) or "none"
                planned = ", ".join(f"{job.name} at {text(job.due)}" for job in self.agenda) or "nothing"
                problem = f"No {name!r} is due" if known else f"There is no job {name!r} of {self.vendor.name} ({jobs})"
                raise UsageError(f"{problem}. Due after {text(now)}: {planned}.")
            return self.advance_to(due) if due > now else self._run(now)

    @property
    def due(self) -> list[Job]:
        """What is planned, soonest first."""
        with self.lock:
            return list(self.agenda)

    def _run(self, now: datetime) -> list[Job]:
        fired: list[Job] = []
        self._run_due(now, fired)
        return fired

    def _run_due(self, now: datetime, fired: list[Job] | None = None) -> list[Finding]:
        found: list[Finding] = []
        for job in self.agenda.due(now):
            if fired is not None:
                fired.append(job)
            found += self._run_job(job)
        return found

    def _run_job(self, job: Job) -> list[Finding]:
        decide = self.vendor.jobs[job.name]
        decision, risks = self._decide(lambda view: decide(job, view), job.due)
        self._apply(decision, job.call_id)
        return self.ledger.file(job.call_id, _with(decision, risks), Delivered(), job.due)

    # -- what its user sets and sees ----------------------------------------------------------------------------

    @property
    def readings(self) -> dict[str, str]:
        """The choice in force for every rule that has readings."""
        open_rules = {name: rule.reading for name, rule in self.contract.rules.items() if rule.reading}
        return {name: self._readings.get(name, reading.default) for name, reading in open_rules.items()}

    @property
    def chosen_readings(self) -> dict[str, str]:
        """The choices that were made for this tenant."""
        return dict(self._readings)

    def replace_readings(self, chosen: Mapping[str, str]) -> None:
        """Make these choices and no others: those that once were `chosen_readings`."""
        self._readings = dict(chosen)

    def set_readings(self, readings: Mapping[str, str]) -> None:
        """Choose readings; all or none of them are taken."""
        for rule, choice in readings.items():
            choices = self.contract.reading(rule).choices
            if choice not in choices:
                raise UsageError(f"{choice!r} is not a reading of {rule}. Choose one of: {', '.join(choices)}.")
        with self.lock:
            self._readings.update(readings)

    def state(self) -> dict[str, list[dict[str, Any]]]:
        """All collections that are shown."""
        with self.lock:
            self.run_due()
            return self.store.state(self.view())

    def replace_state(self, state: Mapping[str, Any]) -> None:
        """Put other documents in place of the collections that are named."""
        with self.lock:
            self.store.replace(state, self.clock.now())

    def shown(self) -> dict[str, Any]:
        """As JSON, without what it holds."""
        return {
            "id": self.id,
            "vendor": self.vendor.name,
            "credentials": dict(self.credentials),
            "revoked": self.revoked,
            "created_at": text(self.created_at),
            "now": text(self.clock.now()),
        }


def _with(decision: Decision, risks: list[Any]) -> Decision:
    return replace(decision, remarks=(*decision.remarks, *risks)) if risks else decision
