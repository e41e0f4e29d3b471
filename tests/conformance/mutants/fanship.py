"""Exporters to FANSHIP, each wrong in one way."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, date, timedelta, tzinfo
from typing import Any

import requests

from mockservers.clients.fanship import JST
from mockservers.clients.sending import NotSent, post
from mockservers.testing.conformance import FanshipTarget
from mockservers.testing.orders import Line, Order
from tests.conformance.mutants.mutant import Export, Mutant, of_the_first

Shape = Callable[[Order, Line], dict[str, Any]]
Day = Callable[[Order], date]


def right(order: Order, line: Line) -> dict[str, Any]:
    return {
        "id": f"{order.id}/{line.id}",
        "transaction_id": order.id,
        "member_id": order.customer.external_id,
        "order_date": order.ordered_at.isoformat(),
        "item_code": line.sku,
        "item_name": line.name,
        "quantity": line.quantity,
        "market_price": float(line.unit_price),
    }


def exporter(
    shape: Shape = right,
    *,
    day_of: Day = lambda order: order.business_day,
    chunk: int = 10_000,
    waits: bool = True,
    midnight: tzinfo = JST,
    one_day: bool = False,
    new_alone: bool = False,
    swallows: bool = False,
    patient: bool = True,
) -> Export:
    """A right exporter, but for what is said otherwise."""
    sent: set[tuple[str, str]] = set()

    def export(target: FanshipTarget, orders: Sequence[Order]) -> None:
        wanted = unsent(target, orders) if new_alone else orders
        days = {
            day: [order for order in wanted if filed(order, orders) == day]
            for day in {filed(order, orders) for order in wanted}
        }
        for number, day in enumerate(sorted(days)):
            if number and waits:
                wait_for_tomorrow(target, midnight)
            for start in range(0, len(days[day]), chunk):
                part = days[day][start : start + chunk]
                upload(target, day, [shape(order, line) for order in part for line in order.lines], patient, swallows)

    def filed(order: Order, orders: Sequence[Order]) -> date:
        return max(map(day_of, orders)) if one_day else day_of(order)

    def unsent(target: FanshipTarget, orders: Sequence[Order]) -> list[Order]:
        new = [order for order in orders if (target.token, order.id) not in sent]
        sent.update((target.token, order.id) for order in orders)
        return new

    return export


def upload(target: FanshipTarget, day: date, purchases: list[dict[str, Any]], patient: bool, swallows: bool) -> None:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {target.token}"
    content = "\n".join(json.dumps(each, ensure_ascii=False) for each in purchases)
    file = {"filename": ("p.ndjson", content.encode(), "application/x-ndjson")}
    url = f"{target.url}/v1/2nd/purchases/{day:%Y%m%d}/_all"
    try:
        if patient:
            post(session, url, target, empty=True, files=file)
        else:
            session.post(url, files=file, timeout=5)
    except NotSent:
        if not swallows:
            raise


def wait_for_tomorrow(target: FanshipTarget, midnight: tzinfo) -> None:
    here = target.now().astimezone(midnight)
    tomorrow = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    target.sleep((tomorrow - here).total_seconds() + 1)


def impatient(target: FanshipTarget, orders: Sequence[Order]) -> None:
    """Tries again at once, as often as it takes."""
    for _ in range(30):
        try:
            exporter()(NoPause(target), orders)
        except NotSent:
            continue
        return
    raise NotSent("never mind")


class NoPause(FanshipTarget):
    """A target on which no pause takes place."""

    def sleep(self, seconds: float) -> None:
        if seconds > 3600:
            super().sleep(seconds)

    def __init__(self, target: FanshipTarget) -> None:
        self.__dict__.update(target.__dict__)


def mutant(name: str, caught_by: str, wrong: str, export: Export) -> Mutant:
    return Mutant(f"fanship-{name}", "fanship", caught_by, wrong, export)


MUTANTS = (
    mutant(
        "chunks", "complete", "uploads each order of a day separately, so that only the last is held", exporter(chunk=1)
    ),
    mutant(
        "new-alone", "days", "uploads only the new orders of a day, which replace the others", exporter(new_alone=True)
    ),
    mutant(
        "utc-days",
        "days",
        "uses the date in UTC as the business day",
        exporter(day_of=lambda order: order.ordered_at.astimezone(UTC).date()),
    ),
    mutant("one-day", "days", "uploads all orders under the newest day", exporter(one_day=True)),
    mutant(
        "ids-by-sku",
        "complete",
        "makes purchase ids from the sku, which an order may have twice",
        exporter(lambda order, line: {**right(order, line), "id": f"{order.id}/{line.sku}"}),
    ),
    mutant(
        "day-of-payment",
        "days",
        "uploads orders under the day on which they were paid",
        exporter(day_of=lambda order: (order.at("paid") or order.ordered_at).date()),
    ),
    mutant("days-at-once", "readings", "uploads several days on one reception day", exporter(waits=False)),
    mutant("midnight-in-utc", "readings", "waits for the next day in UTC", exporter(midnight=UTC)),
    mutant(
        "cut-names",
        "complete",
        "cuts names after forty characters",
        exporter(lambda order, line: {**right(order, line), "item_name": line.name[:40]}),
    ),
    mutant(
        "misspells",
        "nothing_silent",
        "sends the unknown key orderDate",
        exporter(lambda order, line: {**right(order, line), "orderDate": order.ordered_at.isoformat()}),
    ),
    mutant(
        "new-ids",
        "updates",
        "gives purchases a new id in every run",
        exporter(lambda order, line: {**right(order, line), "id": str(uuid.uuid4())}),
    ),
    mutant(
        "naive-times",
        "complete",
        "sends order_date without its offset",
        exporter(lambda order, line: {**right(order, line), "order_date": f"{order.ordered_at:%Y-%m-%dT%H:%M:%S}"}),
    ),
    mutant(
        "line-totals",
        "complete",
        "sends the total of a line as its unit price",
        exporter(lambda order, line: {**right(order, line), "market_price": float(line.total)}),
    ),
    mutant("swallows", "outage", "logs errors, and reports success", exporter(swallows=True)),
    mutant("looks-at-nothing", "nothing_silent", "ignores all answers", exporter(patient=False)),
    mutant("hammers", "outage", "repeats calls without a pause", impatient),
    mutant("first-page", "limits", "reads only the first hundred orders of the shop", of_the_first(100, exporter())),
    mutant("uploads-of-500", "limits", "splits a day into uploads of five hundred orders", exporter(chunk=500)),
    mutant(
        "members-as-numbers",
        "complete",
        "removes leading zeros from member ids",
        exporter(lambda order, line: {**right(order, line), "member_id": order.customer.external_id.lstrip("0")}),
    ),
)
