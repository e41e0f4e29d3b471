"""Zangsho: an order with its amount, currency, status, customer and time of payment, without lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mockservers.testing.conformance.comparison import Fields
from mockservers.testing.conformance.projections.values import amount, moment
from mockservers.testing.orders import Customer, Order, Status

COLLECTION = "orders"
KEY = ("order",)
MUST = frozenset({"total", "status", "customer"})
STATUSES: Mapping[Status, frozenset[str]] = {
    "placed": frozenset({"pending"}),
    "paid": frozenset({"paid"}),
    "shipped": frozenset({"paid"}),
    "delivered": frozenset({"paid"}),
    "cancelled": frozenset({"cancelled"}),
    "refunded": frozenset({"refunded"}),
}


def expected(order: Order, statuses: Mapping[Status, frozenset[str]]) -> Iterable[Fields]:
    """One document an order."""
    paid = order.at("paid")
    fields = {
        "order": order.id,
        "total": order.total,
        "currency": order.currency,
        "status": statuses[order.status],
        "customer": order.customer.email.lower(),
    }
    yield fields if paid is None else {**fields, "paid": paid}


def held(document: Mapping[str, Any]) -> Fields:
    """A document of the collection `orders`."""
    email = document.get("customer_email")
    return {
        "order": document.get("order_no"),
        "total": amount(document.get("amount")),
        "currency": document.get("currency"),
        "status": document.get("status"),
        "customer": email.strip().lower() if isinstance(email, str) else None,
        "paid": moment(document.get("paid_at")),
    }


def known(customers: Sequence[Customer]) -> dict[str, Any]:
    """Customers as they are there when a shop's customers were imported before."""
    distinct = {each.email.lower(): each for each in customers}
    return {
        "customers": [
            {"email": each.email, "name": each.name, "external_id": each.external_id} for each in distinct.values()
        ]
    }
