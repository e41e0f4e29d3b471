"""What the vendors did in each test, from their decisions. A test can kill only mutants of these facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, TypeVar

from mockservers.core.accounting.loss import weighed
from mockservers.core.accounting.rule_coverage import limited_lists
from mockservers.core.contract.contract import Contract
from mockservers.core.deciding.vendor import Vendor
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call, Job
from mockservers.core.exchange.decision import Decision, Ingest, Put, Schedule
from mockservers.core.value import replace
from mockservers.core.values.json_text import NotJson, loads
from mockservers.testing.mutation.transforms import walked

_Cause = TypeVar("_Cause", Call, Job)
FactKind = Literal["stores", "field", "loses", "refuses", "replies", "schedules", "reads", "fills"]
_DEPTH = 3
"""Levels of a reply whose fields become facts."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact about what a vendor did. `step` is an operation or a job.

    `what` is, by kind: the collection that was stored to; `collection.field` of a document; a rule that lost or
    refused; a pointer into a reply, with `*` for any index; a job that was planned; a rule whose reading was consulted;
    a rule whose list was filled to its limit.
    """

    vendor: str
    step: str
    kind: FactKind
    what: str


Noting = Callable[[Fact], None]


def observed(vendor: Vendor, contract: Contract, note: Noting) -> Vendor:
    """Return the vendor with decisions that are recorded as facts."""
    operations = {name: _noted(vendor, contract, name, decide, note) for name, decide in vendor.operations.items()}
    jobs = {name: _noted(vendor, contract, name, decide, note) for name, decide in vendor.jobs.items()}
    return replace(vendor, operations=operations, jobs=jobs)


def _noted(
    vendor: Vendor, contract: Contract, step: str, decide: Callable[[_Cause, View], Decision], note: Noting
) -> Callable[[_Cause, View], Decision]:
    def decide_and_note(cause: _Cause, view: View) -> Decision:
        decision = decide(cause, view)
        for kind, what in _facts(vendor, contract, step, cause, decision, view):
            note(Fact(vendor.name, step, kind, what))
        return decision

    return decide_and_note


def _facts(
    vendor: Vendor, contract: Contract, step: str, cause: Call | Job, decision: Decision, view: View
) -> Iterator[tuple[FactKind, str]]:
    yield from _effects(vendor, cause, decision, view)
    yield from (("loses", found.rule) for found, loss in weighed([decision]) if loss and found.rule)
    yield from (("reads", rule) for rule in view.consulted)
    if decision.reply and decision.reply.status >= 400 and decision.reply.rule:
        yield "refuses", decision.reply.rule
    if decision.reply and decision.reply.status < 400:
        yield from (("replies", pointer) for pointer in _pointers(decision.reply.body))
    body = cause.json if isinstance(cause, Call) else None
    for key, (rule, limit) in limited_lists(contract).get(step, {}).items():
        listed = body.get(key) if isinstance(body, dict) else None
        if isinstance(listed, list) and len(listed) >= limit:
            yield "fills", rule


def _effects(vendor: Vendor, cause: Call | Job, decision: Decision, view: View) -> Iterator[tuple[FactKind, str]]:
    sent = set(_keys(cause.json if isinstance(cause, Call) else cause.payload))
    for effect in decision.effects:
        if isinstance(effect, Ingest):
            yield "stores", effect.collection
        if isinstance(effect, Put) and not vendor.collections[effect.collection].internal:
            held = [key for key, value in effect.document.items() if key in sent and value]
            if held:  # not a record that only the vendor creates
                yield "stores", effect.collection
            yield from (("field", f"{effect.collection}.{key}") for key in held)
        if isinstance(effect, Schedule) and effect.job.due - view.now > timedelta():
            yield "schedules", effect.job.name


def _keys(value: Any) -> Iterator[str]:
    """The keys of a request, at any depth."""
    if isinstance(value, Mapping):
        yield from (str(key) for key in value)
        for inner in value.values():
            yield from _keys(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _keys(inner)


def _pointers(body: bytes) -> set[str]:
    try:
        value = loads(body).value
    except NotJson:
        return set()
    return {pointer for pointer, _, _ in walked(value, _DEPTH)}
