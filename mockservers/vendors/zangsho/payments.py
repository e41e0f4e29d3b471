"""What a customer has paid: sums over the orders that are paid, kept up as orders come and change."""

from __future__ import annotations

from typing import Any

from mockservers.core.draft import Draft
from mockservers.core.rules import rule
from mockservers.core.vendor import Document
from mockservers.vendors.zangsho.holding import CUSTOMERS, ORDERS, fold
from mockservers.vendors.zangsho.values import added, instant_of

PAID = "paid"


class Payments:
    """The customers whose paid orders a call changes; each is written once, at the end of it."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._customers: dict[str, dict[str, Any]] = {}
        self._fewer: set[str] = set()

    def changed(self, customer: Document, before: Document | None, after: Document | None) -> None:
        """An order of a customer is another now; None where it was, or is, not this customer's."""
        was = before if before and before["status"] == PAID else None
        now = after if after and after["status"] == PAID else None
        if was is None and now is None:
            return
        key = str(customer["id"])
        about = self._customers.setdefault(key, dict(customer))
        if was is not None:
            about["ltv"] = added(about["ltv"], was["amount"], -1)
            about["order_count"] -= 1
            self._fewer.add(key)
        if now is not None:
            about["ltv"] = added(about["ltv"], now["amount"])
            about["order_count"] += 1
            _widen(about, now)

    @rule("zangsho.customer.statistics")
    def settle(self) -> None:
        """Write the customers."""
        for key, about in self._customers.items():
            if key in self._fewer:
                about["first_payment_at"] = about["last_payment_at"] = None
                for order in self._draft.find(ORDERS, "customer_email", fold(about["email"])):
                    if order["customer_email"] == about["email"] and order["status"] == PAID:
                        _widen(about, order)
            self._draft.put(CUSTOMERS, about)


def _widen(about: dict[str, Any], order: Document) -> None:
    """Stretch the span of payments over an order."""
    at = order["paid_at"] or order["created_at"]
    paid = instant_of(at)
    if paid is None:
        return
    first, last = instant_of(about["first_payment_at"]), instant_of(about["last_payment_at"])
    if first is None or paid < first:
        about["first_payment_at"] = at
    if last is None or paid > last:
        about["last_payment_at"] = at
