"""Exports purchases to FANSHIP as its page says: all of a business day in one upload, one upload per reception day.

Run it: mockservers conform fanship --also customers -- python -m mockservers.clients.fanship
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any, Protocol

import requests

from mockservers.clients.program import main
from mockservers.clients.sending import post
from mockservers.testing.orders import Customer, Line, Order

JST = timezone(timedelta(hours=9))


class Target(Protocol):
    """The account to export to."""

    url: str
    credentials: dict[str, str]

    def sleep(self, seconds: float) -> None: ...
    def now(self) -> datetime: ...


def export(target: Target, orders: Sequence[Order]) -> None:
    """Send all orders of each business day, one business day per reception day, as the page's bold note requires."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {target.credentials['token']}"
    days: dict[date, list[Order]] = {}
    for order in orders:
        days.setdefault(order.business_day, []).append(order)
    for number, day in enumerate(sorted(days)):
        if number:
            target.sleep(_until_tomorrow(target.now()))
        lines = [json.dumps(_purchase(order, line), ensure_ascii=False) for order in days[day] for line in order.lines]
        file = ("purchases.ndjson", "\n".join([*lines, ""]).encode(), "application/x-ndjson")
        url = f"{target.url}/v1/2nd/purchases/{day:%Y%m%d}/_all"
        post(session, url, target, empty=True, files={"filename": file})


def customers(target: Target, known: Sequence[Customer]) -> None:
    """Send the list of all members. FANSHIP removes every member that is not on the list."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {target.credentials['token']}"
    lines = [json.dumps({"id": customer.external_id}) for customer in known]
    file = ("members.ndjson", "\n".join([*lines, ""]).encode(), "application/x-ndjson")
    post(session, f"{target.url}/v1/2nd/members/_all", target, empty=True, files={"filename": file})


def _until_tomorrow(now: datetime) -> float:
    here = now.astimezone(JST)
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - here).total_seconds() + 1


def _purchase(order: Order, line: Line) -> dict[str, Any]:
    return {
        "id": f"{order.id}/{line.id}",
        "transaction_id": order.id,
        "member_id": order.customer.external_id or None,
        "order_status": order.status,
        "order_date": order.ordered_at.isoformat(),
        "item_code": line.sku,
        "item_name": line.name,
        "quantity": line.quantity,
        "market_price": float(line.unit_price),
    }


if __name__ == "__main__":
    main(export=export, customers=customers)
