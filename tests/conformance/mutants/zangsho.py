"""Exporters to Zangsho, each wrong in one way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any

import requests

from mockservers.clients.sending import NotSent, post
from mockservers.clients.zangsho import STATUSES
from mockservers.testing.conformance import Target
from mockservers.testing.orders import Order
from tests.conformance.mutants.mutant import Export, Mutant, of_the_first, of_what_changed

Shape = Callable[[Order], dict[str, Any]]


def right(order: Order) -> dict[str, Any]:
    paid = order.at("paid")
    return {
        "order_no": order.id,
        "customer_email": order.customer.email,
        "amount": str(order.total),
        "currency": order.currency,
        "status": STATUSES[order.status],
        "paid_at": paid and paid.isoformat(),
    }


def exporter(
    shape: Shape = right,
    *,
    customers: bool = True,
    customers_last: bool = False,
    conflict: str = "update",
    batch: int = 100,
    pause: float = 1,
    last_batch: bool = True,
    chunk_offset: bool = True,
    reads_failed: bool = True,
    swallows: bool = False,
    patient: bool = True,
    stops: bool = False,
) -> Export:
    """A right exporter, but for what is said otherwise."""

    def send(session: requests.Session, target: Target, kind: str, items: list[dict[str, Any]]) -> list[int]:
        failed: list[int] = []
        ends = len(items) if last_batch else len(items) // batch * batch or len(items)
        for start in range(0, ends, batch):
            url, body = f"{target.url}/v1/{kind}/batch", {"on_conflict": conflict, kind: items[start : start + batch]}
            if not patient:
                session.post(url, json=body, timeout=5)
                continue
            reply = post(session, url, target, json=body)
            failed += [
                found["index"] + (start if chunk_offset else 0) for found in reply["data"]["results"].get("failed", ())
            ]
            if stops and failed:
                raise NotSent(f"{kind} {failed} were refused")
            target.sleep(pause)
        return failed

    def export(target: Target, orders: Sequence[Order]) -> list[str]:
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {target.credentials['token']}"
        known = {order.customer.email.lower(): order.customer for order in orders}
        people = [{"email": each.email, "name": each.name} for each in known.values()] if customers else []
        failed: list[int] = []
        try:
            if not customers_last:
                send(session, target, "customers", people)
            failed = send(session, target, "orders", [shape(order) for order in orders])
            if customers_last:
                send(session, target, "customers", people)
        except NotSent:
            if not swallows:
                raise
        return [orders[index].id for index in failed] if reads_failed else []

    return export


def mutant(name: str, caught_by: str, wrong: str, export: Export) -> Mutant:
    return Mutant(f"zangsho-{name}", "zangsho", caught_by, wrong, export)


MUTANTS = (
    mutant("skips", "updates", "leaves on_conflict at skip, so that refunds never arrive", exporter(conflict="skip")),
    mutant(
        "misspells",
        "nothing_silent",
        "sends the unknown key paidAt",
        exporter(lambda order: {**right(order), "paidAt": "2025-11-01"}),
    ),
    mutant("no-customers", "order", "sends orders without their customers", exporter(customers=False)),
    mutant("customers-last", "order", "sends customers after their orders", exporter(customers_last=True)),
    mutant("one-batch", "limits", "sends all orders in one batch", exporter(batch=10_000)),
    mutant("full-batches-alone", "limits", "does not send the last, shorter batch", exporter(last_batch=False)),
    mutant("no-pause", "limits", "makes no pause of a second between batches", exporter(pause=0)),
    mutant(
        "no-currency",
        "complete",
        "omits the currency, which is then TWD",
        exporter(lambda order: {name: value for name, value in right(order).items() if name != "currency"}),
    ),
    mutant(
        "no-status",
        "complete",
        "omits the status, which is then pending",
        exporter(lambda order: {name: value for name, value in right(order).items() if name != "status"}),
    ),
    mutant(
        "reads-no-failures",
        "nothing_silent",
        "sends the total as text with a currency, and does not read failures",
        exporter(lambda order: {**right(order), "amount": f"{order.total} {order.currency}"}, reads_failed=False),
    ),
    mutant("swallows", "outage", "logs errors, and reports success", exporter(swallows=True)),
    mutant("fires-and-forgets", "faults", "ignores all answers", exporter(patient=False)),
    mutant(
        "naive-times",
        "readings",
        "sends paid_at without its offset",
        exporter(
            lambda order: {
                **right(order),
                "paid_at": (paid := order.at("paid")) and f"{paid.astimezone(UTC):%Y-%m-%dT%H:%M:%S}",
            }
        ),
    ),
    mutant("ignores-failures", "nothing_silent", "does not read which orders failed", exporter(reads_failed=False)),
    mutant(
        "names-others",
        "nothing_silent",
        "reads an index in a batch as an index in the export, and reports other orders as failed",
        exporter(chunk_offset=False),
    ),
    mutant(
        "stops-at-a-refusal", "nothing_silent", "stops at the first batch with a failed order", exporter(stops=True)
    ),
    mutant("101-in-a-batch", "limits", "sends batches of 101 orders", exporter(batch=101)),
    mutant("first-page", "limits", "reads only the first hundred orders of the shop", of_the_first(100, exporter())),
    mutant(
        "sent-when-tried",
        "outage",
        "marks an order as sent after one attempt, even if it failed",
        of_what_changed(exporter()),
    ),
    mutant(
        "rounds",
        "complete",
        "calculates amounts with floats",
        exporter(
            lambda order: {**right(order), "amount": str(sum(float(line.total) for line in order.lines))},
        ),
    ),
)
