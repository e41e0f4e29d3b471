"""Properties of an undisturbed export: it arrives, nothing is lost in silence, and books of every length fit."""

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
from mockservers.testing.conformance.messages import breach, wrongly_held
from mockservers.testing.conformance.trial import Item, Outcome, Run
from mockservers.vendors import vendor_title


def complete(exporter: Exporter[Any], case: Case) -> None:
    """Every order is held once, equal under the projection, when the vendor's clock has moved as far as it must.

    If this fails, the exporter leaves orders out, sends them twice, or changes what they say on the way. The message
    lists which and how; `Exporter.held` is the place for a mapping of your own.
    """
    with Run(exporter, readings=case.readings, known=case.orders) as trial:
        outcome = trial.export(case.orders)
        arrived(trial, "conformance.complete", case.orders, outcome)


UNEVEN = 0.05
"""The part of a pause that calls may lack: they take unevenly long to arrive."""

BY_CHANCE = 0.05
"""The part of all spans that may be too short: of calls that are made at the same time, one may overtake another."""

FIX = "Compare what was asked for with what the call sent. Where the mapping is your own choice, override held()."

NOBODYS = ": it lacks what the vendor requires, and nothing that is made up takes its place"
SHARED = "Leave out an id, e-mail address or phone that the shop does not have, or make one up for each person."


def arrived(
    trial: Run,
    property_id: str,
    orders: Sequence[Item],
    outcome: Outcome,
    fix: str = FIX,
    by: Projection | None = None,
) -> None:
    """PropertyFailure unless all is there that the vendor can hold, and the exporter says so."""
    trial.settle()
    found = trial.compare(orders, by)
    if found.explains(outcome):
        return
    if found.shared:
        fix = SHARED
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
    """Nothing is lost without a word of the vendor's, and no word of loss goes unheard.

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
            return  # what looks right was refused on a way that reports nothing
        if silent and not case.unfit:
            lost = sum(found["count"] for found in silent)
            raise breach(
                trial,
                "conformance.nothing-silent",
                f"{vendor_title(exporter.vendor)} lost data {counted(lost, 'time')}, and its answers did not say so.",
                rows(silent),
                "Send what the vendor takes, under the names that it knows; its answer will not help you.",
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
                "Read the answer, its status and its list of failures. Raise, or give the ids of those orders back.",
            ) from outcome.raised
        _behind_arrive(exporter, trial, case)


def _behind_arrive(exporter: Exporter[Any], trial: Run, case: Case) -> None:
    """PropertyFailure if orders behind the batch of a refused one are still missing after one export more."""
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
            "Go on with the next batch where an order was refused, and say at the end which ones were.",
            about=found,
        ) from again.raised


def limits(exporter: Exporter[Any], case: Case) -> None:
    """Books of every length arrive: none, one, and around the vendor's limits, at the pace that its page asks for.

    If this fails, batches are longer than the vendor takes, the last part of a book is left out, or calls follow each
    other faster than the vendor lets them.
    """
    for size in exporter.sizes or lengths(exporter.contract, exporter.batches, long=case.long):
        orders = long_book(case.orders[0], size)
        with Run(exporter, readings=case.readings, known=orders) as trial:
            outcome = trial.export(orders)
            arrived(trial, "conformance.limits", orders, outcome)
            _paced(exporter, trial)


def _paced(exporter: Exporter[Any], trial: Run) -> None:
    """PropertyFailure where more calls of an operation came within a span than the vendor's page lets through."""
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
                [f"{len(times)} calls of {operation}; let through: {about.calls} in {about.seconds:g} s"],
                "Pause between calls with target.sleep(seconds), which takes no real time here, and while no call is on"
                " its way.",
                (about.rule,),
            )
