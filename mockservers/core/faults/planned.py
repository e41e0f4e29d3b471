"""The faults of one tenant: planned by its user, consumed by calls, accounted for.

A call consumes a fault under the tenant's lock, before the vendor decides. Counts and a seeded random number generator
choose which fault fires, so that the same calls meet the same faults again.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from mockservers.core.accounting.finding_groups import PLACES_SHOWN
from mockservers.core.accounting.loss import items_of
from mockservers.core.contract.contract import Contract, Operation
from mockservers.core.errors import UsageError
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision, Note, Outcome, Reply
from mockservers.core.faults.fault_spec import Fault, fault, faults
from mockservers.core.faults.kinds import FaultKind, OtherReply, broken, replacement, sent_as_usual, with_noise
from mockservers.core.faults.preferences import Unusable, preferred
from mockservers.core.value import Struct, Value, replace
from mockservers.core.values.clock import text

INJECTED = "mockservers.fault.injected"
FIRED_KEPT = 1_000


class FiredFault(Value):
    """A fault that fired. `processed`: the vendor does its work. `delay` is in seconds of real time."""

    name: str
    kind: FaultKind
    processed: bool
    delay: float = 0.0

    @property
    def reply(self) -> Reply | None:
        """The reply that replaces the vendor's, if one does."""
        return replacement(self.kind)

    @property
    def broken(self) -> bool:
        """Whether the client can see that it did not receive a whole answer."""
        return broken(self.kind)

    @property
    def alters_delivery(self) -> bool:
        """Whether the answer is not sent like any other."""
        return self.delay > 0 or not sent_as_usual(self.kind)

    @property
    def note(self) -> Note:
        """The note for the ledger where no item's outcome names the fault."""
        return Note("noted", INJECTED, values=self.values)

    @property
    def values(self) -> dict[str, str]:
        """The values in the rule's sentence."""
        return {"fault": self.name, "done": "the vendor did its work" if self.processed else "nothing was done"}


class Planned(Struct):
    """A planned fault and its counts: calls that matched, and times that it fired."""

    fault: Fault
    matched: int = 0
    fired: int = 0

    def matches(self, call: Call, rng: random.Random) -> bool:
        """Whether it would fire on this call. Each call of its operation counts, whichever fault fires in the end."""
        fault = self.fault
        if fault.operation not in (None, call.operation):
            return False
        self.matched += 1
        chosen = fault.rate is None or rng.random() < fault.rate
        if fault.nth is not None:
            return chosen and 0 <= self.matched - fault.nth < (fault.count or 1)
        return chosen and (fault.count is None or self.fired < fault.count)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {**self.fault.spec, "matched": self.matched, "fired": self.fired}


class Plan(Value):
    """The planned faults at one moment, with their counts."""

    planned: tuple[Planned, ...]
    seed: int

    def exported(self) -> dict[str, Any]:
        """JSON that `Faults.load` reads. `counts` are [matched, fired] of each fault."""
        return {
            "faults": [dict(planned.fault.spec) for planned in self.planned],
            "seed": self.seed,
            "counts": [[planned.matched, planned.fired] for planned in self.planned],
        }


class Faults:
    """The planned and the fired faults of a tenant. Not locked: its callers hold the tenant's lock."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._planned: tuple[Planned, ...] = ()
        self._fired: deque[dict[str, Any]] = deque(maxlen=FIRED_KEPT)
        self._seed = 0
        self._rng: random.Random | None = None

    # -- what its user sets and sees ----------------------------------------------------------------------------

    def plan(self, plan: Mapping[str, Any]) -> None:
        """Replace the plan by {"faults": […], "seed": 0}. UsageError, and no change, when one of them is invalid.

        It is what the schema `FaultPlan` of the admin API allows.
        """
        self._planned = tuple(map(Planned, faults(plan["faults"], self._contract)))
        self._seed = int(plan.get("seed", 0))
        self._rng = None

    def add(self, spec: Mapping[str, Any]) -> None:
        """Plan one more fault, after the planned ones."""
        self._planned = (*self._planned, Planned(fault(spec, self._contract)))

    def clear(self) -> None:
        """Plan nothing. The list of fired faults stays."""
        self._planned = ()

    @property
    def rng(self) -> random.Random:
        """The generator for rates and jitters. Made on first use, since most tenants never use it."""
        if self._rng is None:
            self._rng = random.Random(self._seed)  # noqa: S311 - reproducible, not secret
        return self._rng

    @property
    def plan_now(self) -> Plan:
        """A copy of the plan as it is now."""
        return Plan(tuple(replace(planned) for planned in self._planned), self._seed)

    @property
    def rng_state(self) -> tuple[Any, ...] | None:
        """The state of the random number generator; None before its first use."""
        return None if self._rng is None else self._rng.getstate()

    def restore_rng(self, rng_state: tuple[Any, ...] | None) -> None:
        """Put the random number generator back into a state that `rng_state` gave."""
        self._rng = None
        if rng_state is not None:
            self.rng.setstate(rng_state)

    def load(self, exported: Mapping[str, Any]) -> None:
        """Plan what was exported, with its counts. UsageError or another error when it is damaged."""
        counts = exported.get("counts", [])
        self.plan({name: value for name, value in exported.items() if name != "counts"})
        for planned, (matched, fired) in zip(self._planned, counts, strict=bool(counts)):
            if not 0 <= int(fired) <= int(matched):
                raise UsageError(
                    f"A fault that matched {matched} calls cannot have fired {fired} times. Export it again."
                )
            planned.matched, planned.fired = int(matched), int(fired)

    def to_dict(self) -> dict[str, Any]:
        """{"planned": [{…, "matched", "fired"}], "fired": [{"exchange", "fault", "at"}], "seed"}."""
        return {
            "planned": [planned.to_dict() for planned in self._planned],
            "fired": list(self._fired),
            "seed": self._seed,
        }

    # -- an exchange --------------------------------------------------------------------------------------------

    def take(self, call: Call, now: datetime) -> FiredFault | None:
        """The fault that this call consumes: the one that it asks for, or else the first planned one that matches.

        A call that asks for an unknown fault gets a 400, and the vendor does not process it.
        """
        asked = call.headers.get("prefer", "")
        if not asked and not self._planned:
            return None
        try:
            chosen = preferred(asked, self._contract)
        except Unusable as unusable:
            return FiredFault(unusable.fault, OtherReply(unusable.reply), processed=False)
        if chosen is None:
            matching = [planned for planned in self._planned if planned.matches(call, self.rng)]
            if not matching:
                return None
            matching[0].fired += 1
            chosen = matching[0].fault
        self._fired.append({"exchange": call.id, "fault": chosen.name, "at": text(now)})
        return self._fire(chosen)

    def _fire(self, fault: Fault) -> FiredFault:
        delay = fault.delay + (self.rng.uniform(0, fault.jitter) if fault.jitter else 0)
        kind = with_noise(fault.kind, lambda: self.rng)
        return FiredFault(fault.name, kind, fault.processed, delay)


def undone(
    decision: Decision, operation: Operation | None, reply: Reply | None, rule_id: str, values: Mapping[str, Any]
) -> Decision:
    """A decision without effects: each item of the given decision is refused under another rule, at its own place."""
    of_call = [outcome for outcome in decision.outcomes if not outcome.of]
    unnamed = () if operation is None or operation.upload else _unnamed(of_call)
    outcomes = tuple(
        replace(
            outcome,
            kind="refused",
            rule=rule_id,
            at=_places(outcome, operation, unnamed),
            differs=True,
            key="",
            values=values,
        )
        for outcome in of_call
    )
    notes = () if outcomes else (Note("noted", rule_id, values=values),)
    return Decision(reply, outcomes=outcomes, notes=notes)


def _unnamed(outcomes: Sequence[Outcome]) -> Sequence[int]:
    """The items of a call of which one outcome, and no more than that one, speaks without their numbers."""
    without = [outcome for outcome in outcomes if not items_of(outcome)]
    named = {number for outcome in outcomes for number in items_of(outcome)}
    left = [number for number in range(sum(outcome.count for outcome in outcomes)) if number not in named]
    return left if len(without) == 1 and len(left) == without[0].count else ()


def _places(outcome: Outcome, operation: Operation | None, unnamed: Sequence[int]) -> tuple[str, ...]:
    """The first places of items in their body, which an outcome that loses nothing does not say."""
    if operation is None or operation.upload:
        return outcome.at
    if "*" not in operation.items:
        return (operation.items,)
    numbers = items_of(outcome) or (() if outcome.at else unnamed)
    return tuple(operation.items.replace("*", str(number)) for number in numbers[:PLACES_SHOWN]) or outcome.at
