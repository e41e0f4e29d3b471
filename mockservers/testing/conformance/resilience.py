"""Properties of an export when the vendor does not answer, and under the vendor's other readings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from mockservers.core.values.clock import moment
from mockservers.core.values.plurals import counted
from mockservers.testing.conformance.case import Case
from mockservers.testing.conformance.completeness import arrived
from mockservers.testing.conformance.examples import refusals
from mockservers.testing.conformance.exporter import Exporter
from mockservers.testing.conformance.messages import advice, breach, waited_for, wrongly_held
from mockservers.testing.conformance.reading_examples import suitable
from mockservers.testing.conformance.trial import NIGHT, NOW, Outcome, Run
from mockservers.testing.orders import Order
from mockservers.vendors import vendor_title

OUTAGES: Mapping[str, Mapping[str, Any]] = {
    "was down throughout": {"effect": "unavailable"},
    "was down from the second call on": {"effect": "unavailable", "nth": 2, "count": 1_000_000},
    "turned every call away (429)": {"effect": "too-many-requests"},
    "closed every connection": {"effect": "reset"},
    "answered 500 throughout": {"effect": "reply", "status": 500, "body": "<h1>Internal Server Error</h1>"},
}
"""Permanent outages, by the words of the message."""

AFTERWARDS = "Mark an order as sent only after the vendor's answer, so that the next export sends the others."

REFUSED_TOKEN, REFUSED_AS_INVALID = "refused the credentials (401)", "refused every call as invalid"
"""Outages in which the vendor refuses every call, so that another attempt does not help."""

WAIT = 0.05
"""Minimum seconds of the vendor's time between a failed call and the next attempt."""

MANY, MEAN_WAIT = 20, 0.5
"""From so many attempts of a call on, so many seconds are the minimum on average."""


def _outages(exporter: Exporter[Any]) -> dict[str, Mapping[str, Any]]:
    refusal = Case((), fault=refusals(exporter)[-1]).planned
    every = {name: value for name, value in refusal.items() if name != "nth"}
    return {**OUTAGES, REFUSED_TOKEN: {"effect": "unauthorized"}, REFUSED_AS_INVALID: every}


def outage(exporter: Exporter[Any], case: Case) -> None:
    """If the vendor does not answer, the exporter reports that after a limited number of attempts with pauses.

    If this fails, an export does not end while the vendor is down or refuses every call, repeats calls without pauses,
    or reports success; or the next export does not send the missing orders when the vendor answers again.
    """
    for name, fault in _outages(exporter).items():
        refused = name in (REFUSED_TOKEN, REFUSED_AS_INVALID)
        with Run(exporter, readings=case.readings, known=case.orders) as trial:
            trial.plan(fault)
            outcome = trial.export(case.orders)
            _ended(trial, case, outcome, f"{vendor_title(exporter.vendor)} {name}")
            _waited(trial, spared=1 if refused else 0)
            trial.settle()
            found = trial.compare(case.orders)
            if trial.fired and outcome.claims_all and not found.right:
                raise breach(
                    trial,
                    "conformance.outage",
                    f"{vendor_title(exporter.vendor)} {name}, and the exporter reports success.",
                    wrongly_held(trial, outcome, found),
                    "Check the status of every answer. After the last attempt, raise.",
                )
            # An exporter may set orders that were refused as invalid aside, for a person to check.
            if not outcome.claims_all and name != REFUSED_AS_INVALID:
                trial.plan()
                arrived(trial, "conformance.outage", case.orders, trial.export(case.orders), AFTERWARDS)


def _ended(trial: Run, case: Case, outcome: Outcome, down: str) -> None:
    """PropertyFailure if the exporter does not end, or was still waiting at its time limit."""
    calls, wait = trial.calls, waited_for(trial)
    if outcome.stopped and wait and calls <= trial.calls_allowed:
        what, fix = f"{down}, and the exporter had not ended at its time limit.", wait
    elif outcome.stopped or calls > trial.calls_allowed:
        orders = counted(len(case.orders), "order")
        what = f"The exporter did not end: {counted(calls, 'call')} for {orders}."
        fix = "Stop after a few attempts, and raise."
    else:
        return
    raise breach(trial, "conformance.outage", what, [str(outcome)], fix) from outcome.raised


def _waited(trial: Run, spared: int) -> None:
    """PropertyFailure if the exporter repeats the same call without a pause, three times or more.

    `spared` attempts of a call are allowed: an exporter may renew a refused token and repeat the call.
    """
    calls = trial.exchanges
    hasty = hasty_calls(calls, spared)
    if len(hasty) >= 2:
        raise breach(
            trial,
            "conformance.outage",
            f"{len(hasty)} attempts followed a failed one without a pause.",
            [f"calls {', '.join(map(str, hasty[:10]))} of {len(calls)}"],
            "Wait before each new attempt, longer each time: target.sleep(seconds) takes no real time here.",
        )


def hasty_calls(calls: Sequence[dict[str, Any]], spared: int) -> list[int]:
    """The numbers of the calls that repeat the call before without a pause. `spared` of them in a row are allowed.

    A slow machine takes longer from call to call. Therefore many attempts of one call have longer pauses on average.
    """
    hasty: list[int] = []
    attempts, began, at_once = 0, 0.0, 0
    for before, after in pairwise(calls):
        at, wait = moment(after["at"]).timestamp(), (moment(after["at"]) - moment(before["at"])).total_seconds()
        if not _same(before, after):
            attempts, at_once = 0, 0
            continue
        if not attempts:
            began = at - wait
        attempts += 1
        at_once = at_once + 1 if wait < WAIT else 0
        if at_once > spared or (attempts >= MANY and at - began < MEAN_WAIT * attempts):
            hasty.append(after["id"])
    return hasty


def _same(before: dict[str, Any], after: dict[str, Any]) -> bool:
    one, other = before["request"], after["request"]
    return bool(one["path"] == other["path"] and _content(one) == _content(other))


def _content(request: Mapping[str, Any]) -> object:
    """The body, without the boundary of its parts, which most clients generate for each call."""
    boundary = request["headers"].get("content-type", "").partition("boundary=")[2].strip('"')
    body = request["body"]
    return body.replace(boundary, "") if boundary and isinstance(body, str) else body


def readings(exporter: Exporter[Any], case: Case) -> None:
    """Orders arrive under every reading of the vendor's page that a correct exporter can recover from.

    If this fails, the exporter works only under one reading of a sentence that has several. The message names it.
    """
    now = NIGHT if case.at_night else NOW
    asked = asked_for(exporter, case.orders, now)
    for rule, choice in exporter.other_readings(recoverable=True):
        fit = suitable(exporter, replace(case, readings={rule: choice}))
        if rule not in asked and fit.orders == case.orders:
            continue
        with Run(exporter, readings=fit.readings, known=fit.orders, now=now) as trial:
            outcome = trial.export(fit.orders)
            trial.settle()
            found, silent = trial.compare(fit.orders), trial.ledger["silent"]
            if outcome.claims_all and found.right and not silent:
                continue
            raise breach(
                trial,
                "conformance.readings",
                f"Under the reading {choice} of {rule} orders do not arrive, or something is lost silently.",
                wrongly_held(trial, outcome, found),
                advice(trial, outcome, found, "Send values that are correct under both readings."),
            ) from outcome.raised


def asked_for(exporter: Exporter[Any], orders: Sequence[Order], now: str) -> set[str]:
    """Return the rules that the decisions on an export consulted. Other readings of other rules change nothing.

    If the export itself fails, return all rules.
    """
    with Run(exporter, known=orders, now=now) as trial:
        outcome = trial.export(orders)
        trial.settle()
        is_right = outcome.claims_all and trial.compare(orders).right and not trial.ledger["silent"]
        return trial.rules if is_right else set(exporter.contract.rules)


def beyond_help(exporter: Exporter[Any], orders: Sequence[Order]) -> list[str]:
    """What the exporter loses under readings that no client can recover from. It is reported and fails nothing."""
    said = []
    for rule, choice in exporter.other_readings(recoverable=False):
        with Run(exporter, readings={rule: choice}, known=orders) as trial:
            outcome = trial.export(orders)
            trial.settle()
            found, silent = trial.compare(orders), trial.ledger["silent"]
            if not (outcome.claims_all and found.right and not silent):
                lost = len(found.wrong)
                wrong, times = f"{lost} of {counted(len(orders), 'order')} wrong", counted(silent, "time")
                said.append(f"{rule}={choice}: {wrong}, data lost silently {times}")
    return said
