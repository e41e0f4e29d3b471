"""Properties of what else an exporter may send: customers, what became of orders later, subscriptions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockservers.core.values.plurals import counted
from mockservers.reports.text import rows
from mockservers.testing.conformance.case import Case
from mockservers.testing.conformance.comparison import Projection
from mockservers.testing.conformance.completeness import arrived
from mockservers.testing.conformance.exporter import Exporter
from mockservers.testing.conformance.messages import breach
from mockservers.testing.conformance.trial import Item, Run, Send
from mockservers.testing.orders import Subscription
from mockservers.vendors import vendor_title

FIX = "Send each under the shop's own id, whole, and say that it is to take the place of what is held."


def customers(exporter: Exporter[Any], case: Case) -> None:
    """Customers arrive whole and once, again when they changed, and the same call once more changes nothing.

    If this fails, customers are left out, kept twice, or not updated when their name or phone changed, or something
    that was sent of them is nowhere held.
    """
    by = exporter.customer_projection
    with Run(exporter, readings=case.readings, state={}) as trial:
        for customers in (case.records, case.records_later, case.records_later):
            _sent(trial, "conformance.customers", exporter.customers, customers, by)


def subscriptions(exporter: Exporter[Any], case: Case) -> None:
    """Subscriptions of known customers arrive, change and end, and the same call once more changes nothing.

    If this fails, a subscription is left out, names nobody whom the vendor knows, keeps an old price or plan, or goes
    on though it was cancelled.
    """
    by = exporter.subscription_projection
    known = exporter.known([each.customer for each in case.records if isinstance(each, Subscription)])
    with Run(exporter, readings=case.readings, state=known) as trial:
        for subscriptions in (case.records, case.records_later, case.records_later):
            _sent(trial, "conformance.subscriptions", exporter.subscribe, subscriptions, by)


def refunds(exporter: Exporter[Any], case: Case) -> None:
    """Refunds and cancellations that are sent by themselves reach the orders that are held, and no others.

    If this fails, the vendor keeps a refunded order as a paid one, or what else the order says is gone.
    """
    ended = [order for order in case.later if order.status in ("refunded", "cancelled")]
    with Run(exporter, readings=case.readings, known=case.orders) as trial:
        arrived(trial, "conformance.refunds", case.orders, trial.export(case.orders))
        for _ in range(2):
            arrived(trial, "conformance.refunds", case.later, trial.export(ended, exporter.refund))


def _sent(trial: Run, property_id: str, send: Send, items: Sequence[Item], by: Projection | None) -> None:
    """Have the items sent; PropertyFailure unless they are held then, and nothing was lost without a word."""
    outcome = trial.export(items, send)
    arrived(trial, property_id, items, outcome, FIX, by)
    silent = [found for found in trial.ledger["findings"] if found["silent"]]
    if silent:
        lost = sum(found["count"] for found in silent)
        raise breach(
            trial,
            property_id,
            f"{vendor_title(trial.tenant.vendor)} lost data in silence {counted(lost, 'time')}.",
            rows(silent),
            "Send what the vendor takes, under the names that it knows; its answer will not help you.",
        )
