"""What a customer has paid: sums over the paid orders that are held, made whenever a customer is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from mockservers.core.deciding.vendor import Document
from mockservers.vendors.zangsho.holding import CUSTOMERS, ORDERS, fold
from mockservers.vendors.zangsho.values import added, instant_of

PAID = "paid"


class Looks(Protocol):
    """A view, or a draft over one: whatever finds documents by an index."""

    def find(self, collection: str, index: str, value: str, /) -> list[Any]: ...


def with_payments(looks: Looks, customer: Document) -> Document:
    """A customer with its statistics; those that it was seeded with, where no paid order is held.

    Rule: `zangsho.customer.statistics`.
    """
    paid = list(_paid(looks, customer))
    if not paid:
        return customer
    ltv = "0.00"
    for order in paid:
        ltv = added(ltv, order["amount"])
    known = [(instant, at) for at in map(paid_at, paid) if (instant := instant_of(at)) is not None]
    first, last = (min(known)[1], max(known)[1]) if known else (None, None)
    return {**customer, "ltv": ltv, "order_count": len(paid), "first_payment_at": first, "last_payment_at": last}


def paid_at(order: Document) -> str:
    """When an order was paid, as far as it says."""
    return str(order["paid_at"] or order["created_at"])


def belongs(looks: Looks, order: Document, customer: Document) -> bool:
    """Whether an order is a customer's: by its email to the letter, else by the one that is alike."""
    named = order["customer_email"]
    if named is None or named == customer["email"]:
        return named is not None
    alike = looks.find(CUSTOMERS, "email", fold(named))
    others = [other for other in alike if other["email"] == named] or alike[:1]
    return any(other["id"] == customer["id"] for other in others)


def _paid(looks: Looks, customer: Document) -> Iterator[Document]:
    for order in looks.find(ORDERS, "customer_email", fold(customer["email"])):
        if order["status"] == PAID and belongs(looks, order, customer):
            yield order
