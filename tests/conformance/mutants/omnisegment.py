"""Exporters to OmniSegment, each wrong in one way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any

import requests

from mockservers.clients.omnisegment import STATUSES
from mockservers.clients.sending import NotSent, post
from mockservers.testing.conformance import Target
from mockservers.testing.orders import Order
from tests.conformance.mutants.mutant import Export, Mutant, of_the_first, of_what_changed

Shape = Callable[[Order], dict[str, Any]]


def right(order: Order) -> dict[str, Any]:
    return {
        "member_sn": order.customer.external_id,
        "transaction_id": order.id,
        "datetime": order.ordered_at.isoformat(),
        "transaction_revenue": float(order.total),
        "transaction_status": STATUSES[order.status],
        "products": ",".join(line.sku for line in order.lines),
        "products_quantity": ",".join(str(line.quantity) for line in order.lines),
    }


def exporter(
    shape: Shape = right,
    *,
    mode: object = 1,
    pause: float = 0.11,
    batch: int = 0,
    swallows: bool = False,
    endless: bool = False,
    **envelope: Any,
) -> Export:
    """A right exporter, but for what is said otherwise."""

    def send(session: requests.Session, target: Target, path: str, data: Any) -> bool:
        body = {**target.credentials, **envelope, "data": data}
        if not batch:
            body["debug_mode"] = mode
        while True:
            try:
                post(session, f"{target.url}{path}", target, json=body)
            except NotSent as error:
                if endless and "attempts" in str(error):
                    continue
                return swallows
            finally:
                target.sleep(pause)
            return True

    def export(target: Target, orders: Sequence[Order]) -> list[str]:
        session = requests.Session()
        if not batch:
            return [
                order.id for order in orders if not send(session, target, "/api/import-purchase-data/", shape(order))
            ]
        failed: list[str] = []
        for start in range(0, len(orders), batch):
            part = orders[start : start + batch]
            if not send(session, target, "/api/v2/purchase/batch-import/", [shape(order) for order in part]):
                failed += [order.id for order in part]
        return failed

    return export


def named(order: Order) -> dict[str, Any]:
    return {**right(order), "products_name": ",".join(line.name for line in order.lines)}


def without(name: str) -> Shape:
    return lambda order: {key: value for key, value in right(order).items() if key != name}


def mutant(name: str, caught_by: str, wrong: str, export: Export) -> Mutant:
    return Mutant(f"omnisegment-{name}", "omnisegment", caught_by, wrong, export)


MUTANTS = (
    mutant(
        "commas-in-names",
        "nothing_silent",
        "joins product names that contain commas, in mode 0",
        exporter(named, mode=0),
    ),
    mutant(
        "true-for-1",
        "nothing_silent",
        "sends debug_mode true, which means mode 0, and an unknown status",
        exporter(lambda order: {**right(order), "transaction_status": order.status.upper()}, mode=True),
    ),
    mutant(
        "no-status",
        "updates",
        "omits the status, so that a refunded order becomes SUCCESS",
        exporter(without("transaction_status")),
    ),
    mutant(
        "utc-without-zone",
        "complete",
        "sends the time in UTC without its offset",
        exporter(lambda order: {**right(order), "datetime": f"{order.ordered_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"}),
    ),
    mutant("51-in-a-batch", "limits", "sends batches of 100 orders", exporter(batch=100)),
    mutant("no-pace", "limits", "sends calls without a pause", exporter(pause=0)),
    mutant(
        "quantities-in-a-list",
        "complete",
        "sends the quantities as a JSON list",
        exporter(lambda order: {**right(order), "products_quantity": [line.quantity for line in order.lines]}, mode=0),
    ),
    mutant(
        "first-line-quantity",
        "complete",
        "sends the quantity of the first line for every line",
        exporter(
            lambda order: {
                **right(order),
                "products_quantity": ",".join(str(order.lines[0].quantity) for _ in order.lines),
            }
        ),
    ),
    mutant(
        "local-phones",
        "readings",
        "finds members by a phone number in another format",
        exporter(
            lambda order: {
                **without("member_sn")(order),
                "phone": order.customer.phone.replace(" ", "").replace("-", ""),
            },
            identifier_field="phone",
        ),
    ),
    mutant("swallows", "nothing_silent", "treats a refused call as done", exporter(swallows=True)),
    mutant("never-gives-up", "outage", "repeats calls without limit", exporter(endless=True)),
    mutant("first-page", "limits", "reads only the first hundred orders of the shop", of_the_first(100, exporter())),
    mutant(
        "sent-when-tried",
        "outage",
        "marks an order as sent after one attempt, even if it failed",
        of_what_changed(exporter()),
    ),
    mutant(
        "small-letters",
        "complete",
        "finds members by their e-mail address in lower case",
        exporter(
            lambda order: {**without("member_sn")(order), "email": order.customer.email.lower()},
            identifier_field="email",
        ),
    ),
    mutant(
        "custom-fields",
        "nothing_silent",
        "sends an undeclared custom field",
        exporter(lambda order: {**right(order), "purchase_custom_channel": order.channel}),
    ),
)
