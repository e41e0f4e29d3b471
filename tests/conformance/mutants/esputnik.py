"""Exporters to eSputnik, each wrong in one way."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, tzinfo
from typing import Any

import requests

from mockservers.clients.esputnik import STATUSES
from mockservers.clients.sending import NotSent, post
from mockservers.testing.conformance import EsputnikTarget
from mockservers.testing.conformance.vendors.esputnik import ACCOUNT_ZONES
from mockservers.testing.orders import Order
from tests.conformance.mutants.mutant import Export, Mutant, of_the_first, of_what_changed

Shape = Callable[[Order], dict[str, Any]]


def right(order: Order) -> dict[str, Any]:
    return {
        "externalOrderId": order.id,
        "externalCustomerId": order.customer.external_id,
        "email": order.customer.email,
        "totalCost": float(order.total),
        "status": STATUSES[order.status],
        "date": order.ordered_at.isoformat(),
        "currency": order.currency,
        "items": [
            {"externalItemId": line.sku, "name": line.name, "quantity": line.quantity, "cost": float(line.unit_price)}
            for line in order.lines
        ],
    }


def exporter(
    shape: Shape = right, *, batch: int = 1000, reads: str = "both", swallows: bool = False, once: bool = False
) -> Export:
    """A right exporter by Add orders, but for what is said otherwise."""
    sent: set[str] = set()

    def export(target: EsputnikTarget, orders: Sequence[Order]) -> list[str]:
        session = requests.Session()
        session.auth = ("any", target.api_key)
        failed: list[str] = []
        wanted = [order for order in orders if not (once and target.api_key + order.id in sent)]
        sent.update(target.api_key + order.id for order in wanted)
        for start in range(0, len(wanted), batch):
            body = {"orders": [shape(order) for order in wanted[start : start + batch]]}
            try:
                found = post(session, f"{target.url}/api/v1/orders", target, json=body)["failedOrders"]
            except NotSent:
                if not swallows:
                    raise
                continue
            if reads != "nothing":
                several = [found] if isinstance(found, dict) and reads == "both" else found
                failed += [each["order"]["externalOrderId"] for each in several if isinstance(each, dict)]
        return failed

    return export


def by_events(
    *,
    contacts: bool = True,
    total: str = "totalCost",
    delivered_alone: bool = False,
    date: str = "%Y-%m-%dT%H:%M:%S",
    clock: tzinfo | None = ACCOUNT_ZONES[0],
) -> Export:
    """An exporter by events: the contact first, then the order in its present state.

    `clock` is whose time it sends, which eSputnik takes for the account's; None is the shop's own.
    An orderUpdated makes the order where there is none; what an orderCreated does to one that exists, nobody says.
    """

    def export(target: EsputnikTarget, orders: Sequence[Order]) -> None:
        session = requests.Session()
        session.auth = ("any", target.api_key)
        for order in orders:
            who = order.customer
            if contacts:
                channel = {"type": "email", "value": who.email} if who.email else {"type": "sms", "value": who.phone}
                body = {"channels": [channel], "externalCustomerId": who.external_id or None}
                answer = session.post(f"{target.url}/api/v1/contact", json=body, timeout=5)
                assert answer.status_code in (200, 409), answer.text  # 409: the same was sent a moment ago
            at = order.ordered_at if clock is None else order.ordered_at.astimezone(clock)
            values = {
                **({"email": who.email} if who.email else {"phone": who.phone}),
                "externalOrderId": order.id,
                total: str(order.total),
                "status": STATUSES[order.status],
                "date": f"{at:{date}}",
                "currency": order.currency,
            }
            kind = "orderDelivered" if delivered_alone and order.status == "delivered" else "orderUpdated"
            event = {"eventTypeKey": kind, "params": [{"name": name, "value": value} for name, value in values.items()]}
            session.post(
                f"{target.url}/api/v1/event", data=json.dumps(event), timeout=5, headers=JSON
            ).raise_for_status()

    return export


JSON = {"Content-Type": "application/json"}
RIGHT_EVENTS = by_events()


def mutant(name: str, caught_by: str, wrong: str, export: Export) -> Mutant:
    return Mutant(f"esputnik-{name}", "esputnik", caught_by, wrong, export)


MUTANTS = (
    mutant("unknown-contact", "order", "sends order events for people who are not contacts", by_events(contacts=False)),
    mutant("total-cost", "nothing_silent", "sends total_cost instead of totalCost", by_events(total="total_cost")),
    mutant("delivered-alone", "order", "sends orderDelivered without orderCreated", by_events(delivered_alone=True)),
    mutant(
        "months-for-minutes",
        "complete",
        "writes the month instead of the minutes",
        by_events(date="%Y-%m-%dT%H:%m:%S"),
    ),
    mutant(
        "shop-time",
        "complete",
        "sends the shop's local time, which the vendor reads as the account's time",
        by_events(clock=None),
    ),
    mutant(
        "utc-events",
        "complete",
        "sends the time in UTC, which the vendor reads as the account's time",
        by_events(clock=UTC),
    ),
    mutant(
        "zoned-events",
        "nothing_silent",
        "sends the date of an event with milliseconds",
        by_events(date="%Y-%m-%dT%H:%M:%S.000Z"),
    ),
    mutant(
        "never-cancelled",
        "complete",
        "sends cancelled orders as INITIALIZED",
        exporter(lambda order: {**right(order), "status": STATUSES[order.status].replace("CANCELLED", "INITIALIZED")}),
    ),
    mutant(
        "small-statuses",
        "nothing_silent",
        "sends statuses in lower case, and reads failures only if they are a list",
        exporter(lambda order: {**right(order), "status": STATUSES[order.status].lower()}, reads="lists"),
    ),
    mutant(
        "line-totals",
        "complete",
        "counts the discount twice",
        exporter(lambda order: {**right(order), "totalCost": float(order.total - order.discount)}),
    ),
    mutant("sends-once", "updates", "never sends an order again", exporter(once=True)),
    mutant("swallows", "outage", "logs errors, and reports success", exporter(swallows=True)),
    mutant("ignores-failures", "nothing_silent", "does not read failedOrders", exporter(reads="nothing")),
    mutant(
        "reads-lists",
        "nothing_silent",
        "reads failedOrders only if it is a list, which a single failure is not",
        exporter(reads="lists"),
    ),
    mutant("1001-in-a-batch", "limits", "sends batches of 1,001 orders", exporter(batch=1001)),
    mutant(
        "sent-when-tried",
        "outage",
        "marks an order as sent after one attempt, even if it failed",
        of_what_changed(exporter()),
    ),
    mutant("first-page", "limits", "reads only the first thousand orders of the shop", of_the_first(1000, exporter())),
)
