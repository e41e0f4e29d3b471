"""Every fault on every call of an export, one at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from mockservers.core.values.clock import length
from mockservers.core.values.plurals import counted
from mockservers.testing.conformance.case import Case
from mockservers.testing.conformance.comparison import Comparison
from mockservers.testing.conformance.completeness import arrived
from mockservers.testing.conformance.exporter import Exporter
from mockservers.testing.conformance.messages import PropertyFailure, breach, waited_for, wrongly_held
from mockservers.testing.conformance.profiles import chosen
from mockservers.testing.conformance.real_pauses import noticing_real_pauses
from mockservers.testing.conformance.trial import Outcome, Run, real_seconds

FAULTS: Mapping[str, Mapping[str, Any]] = {
    "throttled (429)": {"effect": "too-many-requests"},
    "answered 503": {"effect": "unavailable"},
    "answered 500": {"effect": "reply", "status": 500, "body": "<h1>Internal Server Error</h1>"},
    "answered 502": {"effect": "reply", "status": 502, "body": "<h1>Bad Gateway</h1>"},
    "answered 504 after the work": {
        "effect": "reply",
        "status": 504,
        "body": "<h1>Gateway Time-out</h1>",
        "work": True,
    },
    "reset before the work": {"effect": "reset"},
    "timed out before the work": {"effect": "time-out", "delay": "PT0.02S"},
    "timed out after the work": {"effect": "time-out", "delay": "PT0.02S", "work": True},
    "answer lost": {"effect": "lost-response"},
    "answer cut off": {"effect": "truncated"},
    "answer unreadable": {"effect": "garbage-body"},
    "answer no HTTP": {"effect": "garbage"},
}
"""The faults, by the words of the message."""

UNANSWERED = "never answered"
"""The fault that takes real time: the exporter waits until its own time-out, or until its time limit."""

CALLS: Mapping[str, int] = {"quick": 6, "default": 20, "thorough": 200}
"""Maximum number of calls that get each fault, by profile. The first and the last call are always among them."""

STORM = 10
"""The calls that one fault may cost, in addition to a second export from the start."""

_FIX = "Treat a call as done only if its answer says so. Otherwise repeat it later with the same ids, or raise."
_TIME_OUT = "Give every call a time-out far below that limit. After it, treat the result of the call as unknown."


def faults(exporter: Exporter[Any], case: Case) -> None:
    """After a fault of any one call, nothing is lost, nothing is stored twice, and the export ends.

    If this fails, the exporter treated a failed call as done, stopped without reporting it, sent held orders again as
    new ones, has no time-out, or repeated calls without a pause or without limit. If an export reports a failure, it
    is run once more. Each fault is tested at each call of the export.
    """
    operations = undisturbed(exporter, case, "conformance.faults")
    if exporter.harmful_fault is not None:  # smaller examples are of the same fault
        name, nth = exporter.harmful_fault
        if nth <= len(operations):
            _meets(exporter, case, name, {**FAULTS[name], "nth": nth}, operations)
        return
    for nth in spread(len(operations), CALLS[chosen(exporter.profile)]):
        for name, fault in FAULTS.items():
            try:
                _meets(exporter, case, name, {**fault, "nth": nth}, operations)
            except PropertyFailure:
                exporter.harmful_fault = name, nth
                raise
    if case.unanswered:
        unanswered = {"effect": "time-out", "delay": length(timedelta(seconds=real_seconds(exporter, case.orders) + 1))}
        for nth in _unanswered_calls(exporter, operations):
            _meets(exporter, case, UNANSWERED, {**unanswered, "nth": nth}, operations)


def undisturbed(exporter: Exporter[Any], case: Case, property_id: str) -> list[str]:
    """The operations of the calls of an export without faults, in the order of the calls."""
    with Run(exporter, readings=case.readings, known=case.orders) as trial:
        arrived(trial, property_id, case.orders, trial.export(case.orders))
        return [str(exchange["operation"]) for exchange in trial.exchanges]


def spread(calls: int, most: int) -> list[int]:
    """The numbers of the calls, from 1. If there are more than `most`, `most` of them, evenly spread."""
    if calls <= most:
        return list(range(1, calls + 1))
    return sorted({1 + round(step * (calls - 1) / (most - 1)) for step in range(most)})


def _unanswered_calls(exporter: Exporter[Any], operations: Sequence[str]) -> list[int]:
    """The first call of each operation, because each takes real time; in `thorough` the calls of `spread`."""
    if chosen(exporter.profile) == "thorough":
        return spread(len(operations), CALLS["thorough"])
    return [operations.index(operation) + 1 for operation in dict.fromkeys(operations)]


def _meets(exporter: Exporter[Any], case: Case, name: str, fault: Mapping[str, Any], operations: Sequence[str]) -> None:
    """Run an export with a fault at one call. Raises PropertyFailure unless all orders arrive in the end."""
    met = f"call {fault['nth']} ({operations[fault['nth'] - 1]}) was {name}"
    with Run(exporter, readings=case.readings, known=case.orders) as trial:
        trial.plan(fault)
        with noticing_real_pauses(exporter, trial):
            outcome = trial.export(case.orders)
        most = min(trial.calls_allowed, 2 * len(operations) + STORM)
        if outcome.stopped or trial.calls > most:
            raise _endless(trial, case, met, outcome, most) from outcome.raised
        trial.plan()
        if not outcome.claims_all:
            outcome = trial.export(case.orders)
        trial.settle()
        found = trial.compare(case.orders)
        if trial.fired:
            exporter.verdicts[f"{name}: {verdict(outcome, found)}"] += 1
        if outcome.claims_all and found.right:
            return
        what = f"After {met}: {verdict(outcome, found)}."
        raise breach(trial, "conformance.faults", what, wrongly_held(trial, outcome, found), _FIX) from outcome.raised


def _endless(trial: Run, case: Case, met: str, outcome: Outcome, most: int) -> PropertyFailure:
    if outcome.stopped and trial.calls <= most:
        what, fix = f"After {met} the exporter had not ended at its time limit.", waited_for(trial) or _TIME_OUT
    else:
        calls, orders = counted(trial.calls, "call"), counted(len(case.orders), "order")
        what = f"After {met} the exporter made {calls} for {orders}; {most} are enough."
        fix = "Stop after a few attempts with pauses between them, and raise."
    return breach(trial, "conformance.faults", what, [str(outcome)], fix)


def verdict(outcome: Outcome, found: Comparison) -> str:
    """The result: right, lost, duplicated, or conflicted (the second attempt was refused)."""
    if found.right:
        return "right" if outcome.claims_all else "conflicted"
    return "duplicated" if found.doubled or found.unasked else "lost"
