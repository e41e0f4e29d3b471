"""The statistics of a customer: sums over the paid orders, computed on each read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from mockservers.core.contract.contract import Contract
from mockservers.core.deciding.vendor import Document
from mockservers.vendors.zangsho.record_shapes import CUSTOMERS, ORDERS
from mockservers.vendors.zangsho.values import add, fold, instant_of

PAID = "paid"


class Documents(Protocol):
    """An object that finds documents by an index: a view or a draft."""

    @property
    def contract(self) -> Contract: ...

    def find(self, collection: str, index: str, value: str, /) -> list[Any]: ...


def with_payments(documents: Documents, customer: Document) -> Document:
    """Return a customer with its statistics. Without a paid order, the seeded statistics stay.

    Rule: `zangsho.customer.statistics`.
    """
    orders = list(_paid_orders(documents, customer))
    if not orders:
        return customer
    ltv = "0.00"
    for order in orders:
        ltv = add(ltv, order["amount"])
    times = [(instant, at) for at in map(paid_at, orders) if (instant := instant_of(at)) is not None]
    first, last = (min(times)[1], max(times)[1]) if times else (None, None)
    return {**customer, "ltv": ltv, "order_count": len(orders), "first_payment_at": first, "last_payment_at": last}


def paid_at(order: Document) -> str:
    """Return when an order was paid; if unknown, when it was created."""
    return str(order["paid_at"] or order["created_at"])


def is_order_of(documents: Documents, order: Document, customer: Document) -> bool:
    """Return whether an order belongs to a customer: by its exact email, or else by one that differs only in case."""
    email = order["customer_email"]
    if email is None or email == customer["email"]:
        return email is not None
    alike = documents.find(CUSTOMERS, "email", fold(email))
    owners = [other for other in alike if other["email"] == email] or alike[:1]
    return any(owner["id"] == customer["id"] for owner in owners)


def _paid_orders(documents: Documents, customer: Document) -> Iterator[Document]:
    for order in documents.find(ORDERS, "customer_email", fold(customer["email"])):
        if order["status"] == PAID and is_order_of(documents, order, customer):
            yield order
