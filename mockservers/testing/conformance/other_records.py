"""Properties of other records that an exporter may send: customers, refunds, subscriptions."""

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

FIX = (
    "Send each record with all its fields, under the shop's own id, so that it replaces the one that the vendor holds."
)


def customers(exporter: Exporter[Any], case: Case) -> None:
    """Customers arrive once with all fields, and again after a change. The same call sent again changes nothing.

    If this fails, customers are missing, held twice, or not updated after a change of name or phone; or a value that
    was sent is not held.
    """
    by = exporter.customer_projection
    with Run(exporter, readings=case.readings, state={}) as trial:
        for customers in (case.records, case.records_later, case.records_later):
            _sent(trial, "conformance.customers", exporter.customers, customers, by)


def subscriptions(exporter: Exporter[Any], case: Case) -> None:
    """Subscriptions of known customers arrive, change and end. The same call sent again changes nothing.

    If this fails, a subscription is missing, names an unknown customer, keeps an old price or plan, or stays active
    although it was cancelled.
    """
    by = exporter.subscription_projection
    known = exporter.known([each.customer for each in case.records if isinstance(each, Subscription)])
    with Run(exporter, readings=case.readings, state=known) as trial:
        for subscriptions in (case.records, case.records_later, case.records_later):
            _sent(trial, "conformance.subscriptions", exporter.subscribe, subscriptions, by)


def refunds(exporter: Exporter[Any], case: Case) -> None:
    """Refunds and cancellations reach their orders, and change nothing else.

    If this fails, the vendor still holds a refunded order as a paid one, or other values of the order are lost.
    """
    ended = [order for order in case.later if order.status in ("refunded", "cancelled")]
    with Run(exporter, readings=case.readings, known=case.orders) as trial:
        arrived(trial, "conformance.refunds", case.orders, trial.export(case.orders))
        for _ in range(2):
            arrived(trial, "conformance.refunds", case.later, trial.export(ended, exporter.refund))


def _sent(trial: Run, property_id: str, send: Send, items: Sequence[Item], by: Projection | None) -> None:
    """Let the exporter send the items. PropertyFailure unless they are held then, and nothing is lost silently."""
    outcome = trial.export(items, send)
    arrived(trial, property_id, items, outcome, FIX, by)
    silent = [found for found in trial.ledger["findings"] if found["silent"]]
    if silent:
        lost = sum(found["count"] for found in silent)
        raise breach(
            trial,
            property_id,
            f"{vendor_title(trial.tenant.vendor)} lost data silently {counted(lost, 'time')}.",
            rows(silent),
            "Send only values that the vendor accepts, under keys that it knows. Its answer does not report this loss.",
        )
