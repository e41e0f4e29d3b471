"""Exporters as a newcomer writes them from a page in half an hour: fields by name, a POST, a look at the status."""

from __future__ import annotations

import json
from collections.abc import Sequence

import requests

from mockservers.testing.conformance import EsputnikTarget, FanshipTarget, OmnisegmentTarget, ZangshoTarget
from mockservers.testing.orders import Order


def omnisegment(target: OmnisegmentTarget, orders: Sequence[Order]) -> None:
    """Mode 0, for it is the default; the shop's own statuses; names joined by commas."""
    for order in orders:
        data = {
            "member_sn": order.customer.external_id,
            "transaction_id": order.id,
            "datetime": order.ordered_at.isoformat(),
            "transaction_revenue": float(order.total),
            "transaction_status": order.status.upper(),
            "products": ",".join(line.sku for line in order.lines),
            "products_name": ",".join(line.name for line in order.lines),
            "products_quantity": ",".join(str(line.quantity) for line in order.lines),
        }
        body = {"tid": target.tid, "api_key": target.api_key, "data": data}
        answer = requests.post(f"{target.url}/api/import-purchase-data/", json=body, timeout=10)
        answer.raise_for_status()
        assert answer.json()["SUCCESS"]


def fanship(target: FanshipTarget, orders: Sequence[Order]) -> None:
    """A file a day, all of them at once; a field that the page does not have."""
    days: dict[str, list[str]] = {}
    for order in orders:
        for number, line in enumerate(order.lines):
            purchase = {
                "id": f"{order.id}-{number}",
                "transaction_id": order.id,
                "member_id": order.customer.external_id,
                "order_date": order.ordered_at.isoformat(),
                "item_code": line.sku,
                "item_name": line.name,
                "quantity": line.quantity,
                "price": float(line.unit_price),
            }
            days.setdefault(f"{order.ordered_at:%Y%m%d}", []).append(json.dumps(purchase))
    for day, lines in days.items():
        requests.post(
            f"{target.url}/v1/2nd/purchases/{day}/_all",
            headers={"Authorization": f"Bearer {target.token}"},
            files={"filename": ("purchases.json", "\n".join(lines).encode(), "application/x-ndjson")},
            timeout=10,
        ).raise_for_status()


def esputnik(target: EsputnikTarget, orders: Sequence[Order]) -> None:
    """An event an order, dated as the rest of the shop's API dates; no contact beforehand."""
    kinds = {"placed": "Created", "delivered": "Delivered", "cancelled": "Cancelled", "refunded": "Cancelled"}
    statuses = {"Created": "INITIALIZED", "Updated": "IN_PROGRESS", "Delivered": "DELIVERED", "Cancelled": "CANCELLED"}
    for order in orders:
        kind = kinds.get(order.status, "Updated")
        params = {
            "externalOrderId": order.id,
            "externalCustomerId": order.customer.external_id,
            "email": order.customer.email,
            "totalCost": f"{order.total}",
            "status": statuses[kind],
            "date": order.ordered_at.isoformat(),
            "currency": order.currency,
        }
        event = {
            "eventTypeKey": f"order{kind}",
            "keyValue": order.customer.email,
            "params": [{"name": name, "value": value} for name, value in params.items()],
        }
        answer = requests.post(f"{target.url}/api/v1/event", auth=("shop", target.api_key), json=event, timeout=10)
        answer.raise_for_status()


def zangsho(target: ZangshoTarget, orders: Sequence[Order]) -> None:
    """All orders in one call, without their customers; paid when they were ordered."""
    statuses = {"placed": "pending", "cancelled": "cancelled", "refunded": "refunded"}
    items = [
        {
            "order_no": order.id,
            "customer_email": order.customer.email,
            "amount": str(order.total),
            "currency": order.currency,
            "status": statuses.get(order.status, "paid"),
            "paid_at": order.ordered_at.isoformat() if order.at("paid") else None,
        }
        for order in orders
    ]
    requests.post(
        f"{target.url}/v1/orders/batch",
        headers={"Authorization": f"Bearer {target.token}"},
        json={"orders": items},
        timeout=10,
    ).raise_for_status()
