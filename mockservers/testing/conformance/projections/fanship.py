"""FANSHIP: a purchase for each line of an order, in yen, without the order's status, discount and total.

`transaction_id` is the order's id and `item_code` the line's sku; a purchase's own `id` is the exporter's affair.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mockservers.testing.conformance.comparison import Fields
from mockservers.testing.conformance.projections.values import amount, moment
from mockservers.testing.orders import Customer, Order, Status

COLLECTION = "purchases"
KEY = ("order", "sku")
MUST = frozenset({"at", "customer", "quantity"})
STATUSES: Mapping[Status, frozenset[str]] = {}


def expected(order: Order, statuses: Mapping[Status, frozenset[str]]) -> Iterable[Fields]:
    """One document a line."""
    for line in order.lines:
        yield {
            "order": order.id,
            "sku": line.sku,
            "name": line.name,
            "quantity": line.quantity,
            "price": line.unit_price,
            "customer": order.customer.external_id,
            "at": order.ordered_at,
        }


def held(document: Mapping[str, Any]) -> Fields:
    """A document of the collection `purchases`.

    One of its prices has to be what a piece cost: the page leaves open which of them that is.
    """
    prices = frozenset(amount(document.get(name)) for name in ("market_price", "discounted_price", "fixed_price"))
    return {
        "order": document.get("transaction_id"),
        "sku": document.get("item_code"),
        "name": document.get("item_name"),
        "quantity": document.get("quantity"),
        "price": prices - {None} or None,
        "customer": document.get("member_id"),
        "at": moment(document.get("order_date")),
    }


def known(customers: Sequence[Customer]) -> dict[str, Any]:
    """FANSHIP looks no member up."""
    return {}
