"""Properties of an export without faults: it arrives, nothing is lost silently, and any number of orders arrives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockservers.core.values.clock import moment
from mockservers.core.values.plurals import counted
from mockservers.reports.text import rows
from mockservers.testing.conformance.case import Case
from mockservers.testing.conformance.comparison import Projection
from mockservers.testing.conformance.examples import long_book
from mockservers.testing.conformance.exporter import Exporter
from mockservers.testing.conformance.limits import lengths, pace
from mockservers.testing.conformance.messages import advice, breach, wrongly_held
from mockservers.testing.conformance.trial import Item, Outcome, Run
from mockservers.vendors import vendor_title


def complete(exporter: Exporter[Any], case: Case) -> None:
    """When the vendor's jobs have run, it holds every order once, equal under the projection.

    If this fails, the exporter omits orders, sends them twice, or changes their values. The message lists the orders
    and values. If your exporter maps fields differently, override `held`.
    """
    with Run(exporter, readings=case.readings, known=case.orders) as trial:
        outcome = trial.export(case.orders)
        arrived(trial, "conformance.complete", case.orders, outcome)


UNEVEN = 0.05
"""The fraction of a pause that may be missing, because calls take unequal times to arrive."""

BY_CHANCE = 0.05
"""The fraction of time spans that may be too short, because concurrent calls may overtake each other."""

FIX = "Compare the expected values with those that the call sent. For another mapping, override held()."

NOBODYS = ": it lacks a value that the vendor requires, and an invented value cannot replace it"
SHARED = "Omit an id, e-mail address or phone that the shop does not have, or generate another one for each person."


def arrived(
    trial: Run,
    property_id: str,
    orders: Sequence[Item],
    outcome: Outcome,
    fix: str = FIX,
    by: Projection | None = None,
) -> None:
    """PropertyFailure unless the vendor holds all that it can hold, and the exporter reports the others as failed."""
    trial.settle()
    found = trial.compare(orders, by)
    if found.explains(outcome):
        return
    fix = SHARED if found.shared else advice(trial, outcome, found, fix)
    unnamed = sorted(name for name in found.unfit if not outcome.notices(name))
    if not found.right:
        what = f"{vendor_title(trial.tenant.vendor)} does not hold what was exported."
    elif unnamed:
        what = f"{vendor_title(trial.tenant.vendor)} cannot hold {', '.join(unnamed[:5])}, and the exporter names none."
        fix = "Return the ids of orders that lack what the vendor requires, such as an e-mail address, or raise."
    else:
        what = "The export failed."
    raise breach(
        trial,
        property_id,
        what,
        wrongly_held(trial, outcome, found),
        fix,
        about=found,
    ) from outcome.raised


def nothing_silent(exporter: Exporter[Any], case: Case) -> None:
    """Nothing is lost silently, and the exporter reports every loss that the vendor reports.

    If this fails, the vendor answered as if all were well and lost something, or it refused (a call, or one of many
    orders), and the exporter neither raised nor named the orders that did not arrive.
    """
    with Run(exporter, readings=case.readings, known=case.orders) as trial:
        if case.fault:
            trial.plan(case.planned)
        outcome = trial.export(case.orders)
        trial.settle()
        ledger = trial.ledger
        silent = [found for found in ledger["findings"] if found["silent"] and found["exchange"] not in trial.disturbed]
        lacking = [order for order in case.orders if not order.customer.identified]
        if silent and case.unfit and not lacking:
            return  # the vendor refused the call, and holds the orders nevertheless
        if silent and not case.unfit:
            lost = sum(found["count"] for found in silent)
            raise breach(
                trial,
                "conformance.nothing-silent",
                f"{vendor_title(exporter.vendor)} lost data {counted(lost, 'time')}, and its answers did not say so.",
                rows(silent),
                "Send only values that the vendor accepts, under keys that it knows. Its answer reports no loss.",
            )
        found = trial.compare(case.orders)
        unnoticed = sorted(name for name in found.wrong if not outcome.notices(name))
        if unnoticed:
            raise breach(
                trial,
                "conformance.nothing-silent",
                f"{counted(len(unnoticed), 'order')} did not arrive, and the exporter did not notice.",
                [f"unnoticed  order {name}{NOBODYS if name in found.unfit else ''}" for name in unnoticed[:5]]
                + wrongly_held(trial, outcome, found),
                "Read the status of the answer and its list of failures. Raise, or return the ids of those orders.",
            ) from outcome.raised
        _behind_arrive(exporter, trial, case)


def _behind_arrive(exporter: Exporter[Any], trial: Run, case: Case) -> None:
    """PropertyFailure if orders after the batch of a refused order are still missing after another export."""
    refused = [place for place, order in enumerate(case.orders) if order.id in case.unfit]
    behind = [order.id for order in case.orders[refused[0] + exporter.batch :]] if refused and not case.fault else []
    kept_back = set(behind) - {*case.unfit}
    if not kept_back & trial.compare(case.orders).wrong:
        return
    again = trial.export(case.orders)
    trial.settle()
    found = trial.compare(case.orders)
    if missing := sorted(kept_back & found.wrong):
        raise breach(
            trial,
            "conformance.nothing-silent",
            f"One refused order keeps {counted(len(missing), 'order')} of later batches from arriving.",
            wrongly_held(trial, again, found),
            "After a refused order, send the next batch. At the end, return the ids of the refused orders.",
            about=found,
        ) from again.raised


def limits(exporter: Exporter[Any], case: Case) -> None:
    """Any number of orders arrives: none, one, and numbers around the vendor's limits, as fast as its page allows.

    If this fails, batches are longer than the vendor accepts, the last orders are omitted, or calls follow each other
    faster than the vendor allows.
    """
    for size in exporter.sizes or lengths(exporter.contract, exporter.batches, long=case.long):
        orders = long_book(case.orders[0], size)
        with Run(exporter, readings=case.readings, known=orders) as trial:
            outcome = trial.export(orders)
            arrived(trial, "conformance.limits", orders, outcome)
            _paced(exporter, trial)


def _paced(exporter: Exporter[Any], trial: Run) -> None:
    """PropertyFailure if more calls of an operation arrived in a time span than the vendor's page allows."""
    limits = trial.tenant.limits.declared if exporter.paced else ()
    for operation in exporter.paced:
        about = pace(exporter.contract, limits, operation)
        times = [moment(each["at"]) for each in trial.exchanges if each["operation"] == operation]
        spans = [(last - first).total_seconds() for first, last in zip(times, times[about.calls :], strict=False)]
        short = sorted(span for span in spans if span < about.seconds * (1 - UNEVEN))
        if len(short) > BY_CHANCE * len(spans):
            raise breach(
                trial,
                "conformance.limits",
                f"{about.calls + 1} calls came within {short[0]:.2f} s.",
                [f"{len(times)} calls of {operation}; allowed: {about.calls} in {about.seconds:g} s"],
                "Pause between calls with target.sleep(seconds), which takes no real time here, and while no call is on"
                " its way.",
                (about.rule,),
            )
