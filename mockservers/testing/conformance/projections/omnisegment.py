"""OmniSegment: an order with its total, its time, its member and products, without names and single prices.

Product names are not compared: a comma separates them, and nothing escapes one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mockservers.testing.conformance.comparison import Fields
from mockservers.testing.conformance.projections.values import amount, in_any_order, moment
from mockservers.testing.orders import Customer, Order, Status

COLLECTION = "orders"
KEY = ("order",)
MUST = frozenset({"total", "at", "customer"})
STATUSES: Mapping[Status, frozenset[str]] = {
    "placed": frozenset({"SUCCESS"}),
    "paid": frozenset({"PAID", "SUCCESS"}),
    "shipped": frozenset({"SHIPPED"}),
    "delivered": frozenset({"SUCCESS", "SHIPPED"}),
    "cancelled": frozenset({"CANCEL"}),
    "refunded": frozenset({"REFUND"}),
}


def expected(order: Order, statuses: Mapping[Status, frozenset[str]]) -> Iterable[Fields]:
    """One document an order."""
    customer = order.customer
    yield {
        "order": order.id,
        "total": order.total,
        "at": order.ordered_at,
        "status": statuses[order.status],
        "quantity": order.quantity,
        "customer": frozenset({customer.external_id, customer.email, customer.phone}),
        "products": in_any_order((line.sku, line.quantity) for line in order.lines),
    }


def held(document: Mapping[str, Any]) -> Fields:
    """A document of the collection `orders`."""
    lines = document.get("product_lines")
    return {
        "order": document.get("transaction_id"),
        "total": amount(document.get("transaction_revenue")),
        "at": moment(document.get("datetime")),
        "status": document.get("transaction_status"),
        "quantity": document.get("quantities"),
        "customer": document.get("member_sn") or document.get("email") or document.get("phone"),
        "products": None
        if lines is None
        else in_any_order((line["product_id"], line["product_quantity"]) for line in lines),
    }


def known(customers: Sequence[Customer]) -> dict[str, Any]:
    """Members as they are there when a shop's customers were imported before."""
    distinct = {each.external_id: each for each in customers}
    return {
        "members": [
            {"member_sn": each.external_id, "email": each.email, "phone": each.phone, "name": each.name}
            for each in distinct.values()
        ]
    }
