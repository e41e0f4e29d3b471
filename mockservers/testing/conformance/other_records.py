"""Properties of what an exporter may send besides orders: customers, what became of orders later, subscriptions."""

from __future__ import annotations

from collections.abc import Sequence

from mockservers.reports.text import rows
from mockservers.testing.conformance.comparison import Projection
from mockservers.testing.conformance.completeness import arrived
from mockservers.testing.conformance.examples import Case
from mockservers.testing.conformance.exporter import Exporter
from mockservers.testing.conformance.messages import breach
from mockservers.testing.conformance.projections.customers import CUSTOMERS
from mockservers.testing.conformance.projections.subscriptions import SUBSCRIPTIONS
from mockservers.testing.conformance.trial import Item, Run, Send
from mockservers.testing.orders import Subscription
from mockservers.vendors import vendor_title

MEND = "Send each under the shop's own id, whole, and say that it is to take the place of what is held."


def customers(exporter: Exporter, case: Case) -> None:
    """Customers arrive whole and once, again when they changed, and the same call once more changes nothing.

    If this fails, customers are left out, kept twice, or not updated when their name or phone changed, or something
    that was sent of them is nowhere held.
    """
    with Run(exporter, readings=case.readings, state={}) as trial:
        _sent(trial, "conformance.customers", exporter.customers, case.besides, CUSTOMERS[exporter.vendor])
        for _ in range(2):
            _sent(trial, "conformance.customers", exporter.customers, case.besides_later, CUSTOMERS[exporter.vendor])


def subscriptions(exporter: Exporter, case: Case) -> None:
    """Subscriptions of known customers arrive, change and end, and the same call once more changes nothing.

    If this fails, a subscription is left out, names nobody whom the vendor knows, keeps an old price or plan, or goes
    on though it was cancelled.
    """
    known = exporter.projection.known([each.customer for each in case.besides if isinstance(each, Subscription)])
    with Run(exporter, readings=case.readings, state=known) as trial:
        _sent(trial, "conformance.subscriptions", exporter.subscribe, case.besides, SUBSCRIPTIONS[exporter.vendor])
        for _ in range(2):
            _sent(
                trial,
                "conformance.subscriptions",
                exporter.subscribe,
                case.besides_later,
                SUBSCRIPTIONS[exporter.vendor],
            )


def refunds(exporter: Exporter, case: Case) -> None:
    """Refunds and cancellations that are sent by themselves reach the orders that are held, and no others.

    If this fails, the vendor keeps a refunded order as a paid one, or what else the order says is gone.
    """
    ended = [order for order in case.later if order.status in ("refunded", "cancelled")]
    with Run(exporter, readings=case.readings, known=case.orders) as trial:
        arrived(trial, "conformance.refunds", case.orders, trial.export(case.orders))
        for _ in range(2):
            arrived(trial, "conformance.refunds", case.later, trial.export(ended, exporter.refund))


def _sent(trial: Run, property_id: str, send: Send, items: Sequence[Item], by: Projection) -> None:
    """Have the items sent; Breach unless they are held then, and nothing was lost without a word."""
    outcome = trial.export(items, send)
    arrived(trial, property_id, items, outcome, MEND, by)
    silent = [found for found in trial.ledger["findings"] if found["silent"]]
    if silent:
        raise breach(
            trial,
            property_id,
            f"{vendor_title(trial.tenant.vendor)} lost {sum(found['count'] for found in silent)} thing(s) in silence.",
            rows(silent),
            "Send what the vendor takes, under the names that it knows; its answer will not help you.",
        )
