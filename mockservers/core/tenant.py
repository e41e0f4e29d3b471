"""A tenant: one integrator's (or one test's) account with a vendor, and the way of an exchange through it.

    jobs that are due -> decide -> what other readings would lose -> apply -> file -> record -> jobs that became due

One lock around all of that. Nothing in it waits for anything.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from threading import RLock
from typing import Any

from mockservers.core.call import Call, Job, Request
from mockservers.core.clock import Clock, text
from mockservers.core.contract import Contract
from mockservers.core.decision import Decision, Reply, Schedule
from mockservers.core.errors import UsageError
from mockservers.core.journal import Journal, recorded
from mockservers.core.ledger import Delivered, Finding, Ledger
from mockservers.core.readings import at_risk
from mockservers.core.store import Store
from mockservers.core.tells import told
from mockservers.core.vendor import Decide, Vendor
from mockservers.core.view import View


@dataclass(frozen=True, slots=True)
class Answer:
    """What a door sends back: the reply, and what the mock found out about the exchange."""

    reply: Reply
    tenant: str = ""
    exchange: int = 0
    findings: tuple[Finding, ...] = ()


class Tenant:
    """State, clock, readings, journal and ledger behind one set of credentials."""

    def __init__(
        self,
        name: str,
        vendor: Vendor,
        contract: Contract,
        credentials: Mapping[str, str],
        *,
        clock: Clock | None = None,
        readings: Mapping[str, str] | None = None,
        journal_most: int = 5_000,
    ) -> None:
        self.id = name
        self.vendor = vendor
        self.contract = contract
        self.credentials = dict(credentials)
        self.clock = clock or Clock()
        self.created_at = self.clock.now()
        self.revoked = False
        self.lock = RLock()
        self.journal = Journal(journal_most)
        self.ledger = Ledger(contract)
        self.store = Store(vendor.collections)
        self.unmatched = 0
        self._readings: dict[str, str] = {}
        self._jobs: list[tuple[datetime, int, Job]] = []
        self._order = itertools.count()
        self._last = 0
        self.set_readings(readings or {})

    # -- an exchange --------------------------------------------------------------------------------------------

    def exchange(self, call: Call, request: Request, decide: Decide | None = None) -> Answer:
        """Decide a call, let it happen, and account for it."""
        with self.lock:
            now = self.clock.now()
            self._run_due(now)
            call = replace(call, id=self._number(), received_at=now)
            decide = decide or self.vendor.operations[call.operation]
            decision, risks = self._decide(lambda view: decide(call, view), now)
            reply = decision.reply or Reply(204)
            delivered = self._delivered(call, reply)
            self._apply(decision)
            found = self.ledger.file(call.id, _with(decision, risks), delivered, now)
            self.journal.add(recorded(call.id, now, call.operation, request, reply))
            found += self._run_due(now)
            return Answer(reply, self.id, call.id, tuple(found))

    def note_unmatched(self, request: Request, reply: Reply) -> Answer:
        """Journal a call that matched no operation of the vendor."""
        with self.lock:
            number = self._number()
            self.unmatched += 1
            self.journal.add(recorded(number, self.clock.now(), "", request, reply))
            return Answer(reply, self.id, number)

    def _number(self) -> int:
        self._last += 1
        return self._last

    def _decide(self, decide: Any, now: datetime) -> tuple[Decision, list[Any]]:
        view = self._view(now)
        decision = decide(view)
        return decision, at_risk(decide, view, decision)

    def _view(self, now: datetime) -> View:
        return View(self.store, now, self.contract, self._readings)

    def _delivered(self, call: Call, reply: Reply) -> Delivered:
        if reply.status >= 400:
            return Delivered(everything=True)
        operation = self.contract.operations.get(call.operation)
        return (
            Delivered(items=told(operation.tells, reply.body, call.json))
            if operation and operation.tells
            else Delivered()
        )

    def _apply(self, decision: Decision) -> None:
        self.store.apply(decision.effects)
        for effect in decision.effects:
            if isinstance(effect, Schedule):
                heapq.heappush(self._jobs, (effect.job.due, next(self._order), effect.job))

    # -- time ---------------------------------------------------------------------------------------------------

    def run_due(self) -> None:
        """Do what is due by now."""
        with self.lock:
            self._run_due(self.clock.now())

    def advance_to(self, moment: datetime) -> list[Job]:
        """Move the clock, and do on the way what becomes due, each job at its own time."""
        with self.lock:
            fired: list[Job] = []
            self.clock.to(moment)
            while self._jobs and self._jobs[0][0] <= moment:
                fired.append(heapq.heappop(self._jobs)[2])
                self._run_job(fired[-1])
            return fired

    @property
    def due(self) -> list[Job]:
        """What is planned, soonest first."""
        with self.lock:
            return [job for _, _, job in sorted(self._jobs, key=lambda planned: planned[:2])]

    def _run_due(self, now: datetime) -> list[Finding]:
        found: list[Finding] = []
        while self._jobs and self._jobs[0][0] <= now:
            found += self._run_job(heapq.heappop(self._jobs)[2])
        return found

    def _run_job(self, job: Job) -> list[Finding]:
        decide = self.vendor.jobs[job.name]
        decision, risks = self._decide(lambda view: decide(job, view), job.due)
        self._apply(decision)
        return self.ledger.file(job.call_id, _with(decision, risks), Delivered(), job.due)

    # -- what its user sets and sees ----------------------------------------------------------------------------

    @property
    def readings(self) -> dict[str, str]:
        """The choice in force for every rule that has readings."""
        open_rules = {name: rule.reading for name, rule in self.contract.rules.items() if rule.reading}
        return {name: self._readings.get(name, reading.default) for name, reading in open_rules.items()}

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
            return self.store.state(self._view(self.clock.now()))

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
