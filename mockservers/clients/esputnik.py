"""Exports orders to eSputnik with Add orders, which also creates contacts and reports which orders failed.

Run it: mockservers conform esputnik --also customers --also refund -- python -m mockservers.clients.esputnik
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import requests

from mockservers.clients.program import main
from mockservers.clients.sending import NotSent, post, send
from mockservers.testing.orders import Customer, Order, Status

BATCH = 1000
CONTACTS = 3000
WAITS = 60
STATUSES: dict[Status, str] = {
    "placed": "INITIALIZED",
    "paid": "IN_PROGRESS",
    "shipped": "IN_PROGRESS",
    "delivered": "DELIVERED",
    "cancelled": "CANCELLED",
    "refunded": "CANCELLED",
    "on-hold": "INITIALIZED",
    "failed": "CANCELLED",
    "partially-paid": "INITIALIZED",
    "partially-refunded": "IN_PROGRESS",
}


class Target(Protocol):
    """The account to export to."""

    url: str
    credentials: dict[str, str]

    def sleep(self, seconds: float) -> None: ...


def export(target: Target, orders: Sequence[Order]) -> list[str]:
    """Send the orders. Return the ids of those that failed."""
    session = requests.Session()
    session.auth = ("any", target.credentials["api_key"])
    failed: list[str] = []
    for start in range(0, len(orders), BATCH):
        body = {"orders": [_order(order) for order in orders[start : start + BATCH]]}
        reply = post(session, f"{target.url}/api/v1/orders", target, json=body)
        found = reply.get("failedOrders", [])
        # A single failed order is an object; several are a list.
        failed += [each["order"]["externalOrderId"] for each in ([found] if isinstance(found, dict) else found)]
    return failed


def customers(target: Target, known: Sequence[Customer]) -> list[str]:
    """Send the contacts in bulk, and wait for the end of each import. Return the ids of those that failed."""
    session = requests.Session()
    session.auth = ("any", target.credentials["api_key"])
    failed: list[str] = []
    for start in range(0, len(known), CONTACTS):
        body = {
            "dedupeOn": "externalCustomerId",
            "contacts": [_contact(each) for each in known[start : start + CONTACTS]],
        }
        reply = post(session, f"{target.url}/api/v1/contacts", target, json=body)
        failed += [each["externalCustomerId"] for each in reply.get("failedContacts", [])]
        _finished(session, target, reply["asyncSessionId"])
    return failed


def _finished(session: requests.Session, target: Target, number: str) -> None:
    """Wait for the end of an import. Raises NotSent if it does not end, or ends with an error."""
    status = ""
    for _ in range(WAITS):
        status = send(session, "GET", f"{target.url}/api/v1/importstatus/{number}", target)["status"]
        if status == "FINISHED":
            return
        if status == "ERROR":
            break
        target.sleep(1)
    raise NotSent(f"the import {number} of contacts ended as {status}")


def _contact(customer: Customer) -> dict[str, Any]:
    channels = [{"type": "email", "value": customer.email}, {"type": "sms", "value": customer.phone}]
    return {
        "externalCustomerId": customer.external_id,
        "firstName": customer.name,
        "channels": [each for each in channels if each["value"]],
    }


def _order(order: Order) -> dict[str, Any]:
    return {
        "externalOrderId": order.id,
        **_who(order.customer),
        "totalCost": float(order.total),
        "status": STATUSES[order.status],
        "date": order.ordered_at.isoformat(),
        "currency": order.currency,
        "items": [
            {
                "externalItemId": line.sku,
                "name": line.name,
                "quantity": line.quantity,
                "cost": float(line.unit_price),
            }
            for line in order.lines
        ],
    }


def _who(customer: Customer) -> dict[str, str]:
    """The fields that identify the customer. A guest has no id, and perhaps only a phone."""
    fields = {"externalCustomerId": customer.external_id, "email": customer.email, "phone": customer.phone}
    return {name: value for name, value in fields.items() if value}


if __name__ == "__main__":
    main(export=export, customers=customers, refund=export)
