"""Exports orders to Zangsho as its page says: customers first, a second between batches, every failure read.

Run it: mockservers conform zangsho --also customers --also refund --also subscribe -- python -m mockservers.clients.zangsho
"""  # noqa: E501 - a command stands on one line

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Protocol
from urllib.parse import quote

import requests

from mockservers.clients.program import main
from mockservers.clients.sending import post, send
from mockservers.testing.orders import Customer, Order, Status, Subscription

BATCH = 100
STATUSES: dict[Status, str] = {
    "placed": "pending",
    "paid": "paid",
    "shipped": "paid",
    "delivered": "paid",
    "cancelled": "cancelled",
    "refunded": "refunded",
    "on-hold": "pending",
    "failed": "failed",
    "partially-paid": "pending",
    "partially-refunded": "paid",
}


class Target(Protocol):
    """The account to export to."""

    url: str
    credentials: dict[str, str]

    def sleep(self, seconds: float) -> None: ...


def export(target: Target, orders: Sequence[Order]) -> list[str]:
    """Send the orders and their customers. Return the ids of the orders that failed."""
    session = _session(target)
    # Zangsho identifies a customer only by the e-mail address.
    fit = [order for order in orders if order.customer.email]
    distinct = {order.customer.email.lower(): order.customer for order in fit}
    _import(session, target, "customers", [_customer(customer) for customer in distinct.values()])
    failed = _import(session, target, "orders", [_order(order) for order in fit])
    return [*(order.id for order in orders if not order.customer.email), *(fit[index].id for index in failed)]


def customers(target: Target, known: Sequence[Customer]) -> list[str]:
    """Send the customers. Return the ids of those that failed."""
    failed = _import(_session(target), target, "customers", [_customer(customer) for customer in known])
    return [known[index].id for index in failed]


def refund(target: Target, orders: Sequence[Order]) -> list[str]:
    """Send the status of orders that Zangsho holds. Return the ids of those that failed."""
    failed = _import(_session(target), target, "orders", [_order(order) for order in orders])
    return [orders[index].id for index in failed]


def subscribe(target: Target, subscriptions: Sequence[Subscription]) -> list[str]:
    """Send the subscriptions, and end those that were cancelled. Return the ids of those that failed.

    One that is cancelled at the vendor is not sent again, because that could start a new one.
    """
    session = _session(target)
    numbered = [(each, _number(session, target, each.customer)) for each in subscriptions]
    done = {each["customer_id"] for each in _all(session, target, "subscriptions") if each["status"] == "cancelled"}
    asked = [(each, number) for each, number in numbered if number not in done]
    failed = _import(session, target, "subscriptions", [_subscription(each, number) for each, number in asked])
    held = {each["customer_id"]: each["id"] for each in _all(session, target, "subscriptions")}
    for each, number in asked:
        if each.cancelled_at and number in held:
            url = f"{target.url}/v1/subscriptions/{held[number]}/cancel"
            send(session, "PUT", url, target, json={"cancelled_at": each.cancelled_at.isoformat()})
    return [asked[index][0].id for index in failed]


def _session(target: Target) -> requests.Session:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {target.credentials['token']}"
    return session


def _number(session: requests.Session, target: Target, customer: Customer) -> int:
    """Zangsho's id of a customer."""
    found = send(session, "GET", f"{target.url}/v1/customers/{quote(customer.external_id, safe='')}", target)
    return int(found["data"]["id"])


def _all(session: requests.Session, target: Target, kind: str) -> Iterator[dict[str, Any]]:
    """All records of a kind, read page by page."""
    page, last = 1, 1
    while page <= last:
        reply = send(session, "GET", f"{target.url}/v1/{kind}?page={page}", target)
        yield from reply["data"]
        page, last = page + 1, reply["meta"]["last_page"]


def _import(session: requests.Session, target: Target, kind: str, items: list[dict[str, Any]]) -> list[int]:
    """Send the items in batches. Return the indexes of those that failed, counted over all batches."""
    failed: list[int] = []
    for start, batch in _batches(items):
        body = {"on_conflict": "update", kind: batch}
        reply = post(session, f"{target.url}/v1/{kind}/batch", target, json=body)
        failed += [start + found["index"] for found in reply["data"]["results"].get("failed", ())]
        target.sleep(1)
    return failed


def _batches(items: list[dict[str, Any]]) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    for start in range(0, len(items), BATCH):
        yield start, items[start : start + BATCH]


def _customer(customer: Customer) -> dict[str, Any]:
    return {
        "email": customer.email,
        "name": customer.name,
        "phone": customer.phone or None,
        "external_id": customer.external_id or None,
    }


def _subscription(subscription: Subscription, number: int) -> dict[str, Any]:
    return {
        "customer_id": number,
        "plan_name": subscription.plan,
        "mrr": f"{subscription.monthly:.2f}",
        "billing_cycle": subscription.billing_cycle,
        "started_at": subscription.started_at.isoformat(),
        "current_period_start": subscription.started_at.isoformat(),
    }


def _amount(total: Decimal) -> str:
    """With two decimals, as in the page's samples, or all those of a currency that has more."""
    return f"{total:.2f}" if total == round(total, 2) else f"{total:f}"


def _order(order: Order) -> dict[str, Any]:
    paid = order.at("paid")
    return {
        "order_no": order.id,
        "customer_email": order.customer.email,
        "amount": _amount(order.total),
        "currency": order.currency,
        "status": STATUSES[order.status],
        "paid_at": paid and paid.isoformat(),
    }


if __name__ == "__main__":
    main(export=export, customers=customers, refund=refund, subscribe=subscribe)
