"""eSputnik: an order with its total, status, date, customer and items.

A date without a zone is the account's own time; the shop's own clock is let pass, too. An item's price may carry its
share of the order's discount, so that it is not compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta, timezone
from decimal import Decimal
from typing import Any

from mockservers.core.values.json_text import NotJson, loads
from mockservers.testing.conformance.comparison import Fields
from mockservers.testing.conformance.projections.values import amount, in_any_order, moment, wall_clock
from mockservers.testing.orders import Customer, Order, Status

COLLECTION = "orders"
KEY = ("order",)
MUST = frozenset({"total", "status", "at"})
STATUSES: Mapping[Status, frozenset[str]] = {
    "placed": frozenset({"INITIALIZED"}),
    "paid": frozenset({"IN_PROGRESS"}),
    "shipped": frozenset({"IN_PROGRESS"}),
    "delivered": frozenset({"DELIVERED"}),
    "cancelled": frozenset({"CANCELLED"}),
    "refunded": frozenset({"CANCELLED"}),
}
ACCOUNT_ZONE = timezone(timedelta(hours=2))


def expected(order: Order, statuses: Mapping[Status, frozenset[str]]) -> Iterable[Fields]:
    """One document an order."""
    at, customer = order.ordered_at, order.customer
    yield {
        "order": order.id,
        "total": order.total,
        "status": statuses[order.status],
        "at": frozenset({at, wall_clock(at), wall_clock(at.astimezone(ACCOUNT_ZONE))}),
        "currency": order.currency,
        "customer": customer.external_id,
        "email": customer.email.lower(),
        "products": in_any_order((line.sku, line.name, Decimal(line.quantity)) for line in order.lines),
    }


def held(document: Mapping[str, Any]) -> Fields:
    """A document of the collection `orders`, made by Add orders or by an event."""
    email = document.get("email")
    return {
        "order": document.get("externalOrderId"),
        "total": amount(document.get("totalCost")),
        "status": document.get("status"),
        "at": moment(document.get("date")),
        "currency": document.get("currency"),
        "customer": document.get("externalCustomerId"),
        "email": email.lower() if isinstance(email, str) else None,
        "products": _products(document.get("items")),
    }


def _products(items: Any) -> tuple[tuple[Any, Any, Any], ...] | None:
    if isinstance(items, str):
        try:
            items = loads(items.encode()).value
        except NotJson:
            return None
    if not items:
        return None
    return in_any_order((each.get("externalItemId"), each.get("name"), amount(each.get("quantity"))) for each in items)


def known(customers: Sequence[Customer]) -> dict[str, Any]:
    """Contacts as they are there when a shop's customers were imported before."""
    distinct = {each.external_id: each for each in customers}
    return {
        "contacts": [
            {
                "externalCustomerId": each.external_id,
                "firstName": each.name,
                "channels": [{"type": "email", "value": each.email}, {"type": "sms", "value": each.phone}],
            }
            for each in distinct.values()
        ]
    }
