"""Exports orders to OmniSegment as its page says: one order per call, in mode 1, the only mode that reports errors.

Run it: mockservers conform omnisegment --also customers --also refund -- python -m mockservers.clients.omnisegment
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import requests

from mockservers.clients.program import main
from mockservers.clients.sending import NotSent, post
from mockservers.testing.orders import Customer, Order, Status

PAUSE = 0.11
"""Seconds between calls: OmniSegment accepts ten calls per second."""

STATUSES: dict[Status, str] = {
    "placed": "SUCCESS",
    "paid": "PAID",
    "shipped": "SHIPPED",
    "delivered": "SUCCESS",
    "cancelled": "CANCEL",
    "refunded": "REFUND",
    "on-hold": "SUCCESS",
    "failed": "FAIL",
    "partially-paid": "SUCCESS",
    "partially-refunded": "PAID",
}


class Target(Protocol):
    """The account to export to."""

    url: str
    credentials: dict[str, str]

    def sleep(self, seconds: float) -> None: ...


def export(target: Target, orders: Sequence[Order]) -> list[str]:
    """Send the orders. Return the ids of those that failed."""
    session = requests.Session()
    failed: list[str] = []
    for order in orders:
        body = {**target.credentials, **_look_up(order.customer), "debug_mode": 1, "data": _order(order)}
        try:
            post(session, f"{target.url}/api/import-purchase-data/", target, json=body)
        except NotSent:
            failed.append(order.id)
        target.sleep(PAUSE)
    return failed


def customers(target: Target, known: Sequence[Customer]) -> list[str]:
    """Send the members, one per call, so that the answer reports its errors. Return the ids of those that failed."""
    session = requests.Session()
    failed: list[str] = []
    for customer in known:
        data = {
            "member_sn": customer.external_id,
            "email": customer.email,
            "phone": customer.phone,
            "name": customer.name,
        }
        data = {name: value for name, value in data.items() if value}
        try:
            post(
                session, f"{target.url}/ma_audience/import-audience/", target, json={**target.credentials, "data": data}
            )
        except NotSent:
            failed.append(customer.id)
        target.sleep(PAUSE)
    return failed


def _look_up(customer: Customer) -> dict[str, str]:
    """The fields that identify the member. A guest has no number."""
    if customer.external_id:
        return {}
    return {"identifier_field": "email" if customer.email else "phone"}


def _order(order: Order) -> dict[str, Any]:
    lines, customer = order.lines, order.customer
    who = {"member_sn": customer.external_id, "email": customer.email, "phone": customer.phone}
    named = [(name, value) for name, value in who.items() if value]
    return {
        **dict(named[:1]),
        "transaction_id": order.id,
        "datetime": order.ordered_at.isoformat(),
        "transaction_revenue": float(order.total),
        "transaction_status": STATUSES[order.status],
        "quantities": order.quantity,
        "products": ",".join(line.sku for line in lines),
        "products_quantity": ",".join(str(line.quantity) for line in lines),
        # A comma separates the names, and cannot be escaped.
        "products_name": ",".join(line.name.replace(",", "，") for line in lines),  # noqa: RUF001 - a full-width comma
    }


if __name__ == "__main__":
    main(export=export, customers=customers, refund=export)
