"""Exporters that are right until a call or an order is refused for good."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import requests

from mockservers.clients import esputnik, fanship, omnisegment, zangsho
from mockservers.testing.conformance import Target
from mockservers.testing.orders import Order
from tests.conformance.mutants import omnisegment as wrong_omnisegment
from tests.conformance.mutants.mutant import Mutant
from tests.conformance.mutants.time_outs import with_session

TIMES = 60


class TriesRefusedCallsAgain(requests.Session):
    """Repeats a refused call immediately."""

    def request(self, *asked: Any, **given: Any) -> requests.Response:
        for _ in range(TIMES):
            answer = super().request(*asked, **given)
            if answer.status_code < 400 or answer.status_code == 429 or answer.status_code >= 500:
                return answer
        return super().request(*asked, **given)


def reads_no_refusals_of_a_batch(target: Target, orders: Sequence[Order]) -> Iterable[str] | None:
    """Sends an order without a customer in a batch, whose answer reports no failures."""
    identified = [order for order in orders if order.customer.external_id]
    by_number = wrong_omnisegment.exporter(batch=50)
    failed = list(by_number(target, identified) or ())
    for kind in ("email", "phone", ""):
        some = [order for order in orders if not order.customer.external_id and _known_by(order) == kind]
        envelope: dict[str, Any] = {"identifier_field": kind} if kind else {}
        send = wrong_omnisegment.exporter(_of_a_guest, batch=50, **envelope)
        failed += send(target, some) or ()
    return failed


def _known_by(order: Order) -> str:
    return "email" if order.customer.email else "phone" if order.customer.phone else ""


def _of_a_guest(order: Order) -> dict[str, Any]:
    fields = {**wrong_omnisegment.right(order), "email": order.customer.email, "phone": order.customer.phone}
    return {name: value for name, value in fields.items() if value != ""}


WRONG = "makes a refused call again at once, sixty times"
CLIENTS = (("omnisegment", omnisegment), ("fanship", fanship), ("esputnik", esputnik), ("zangsho", zangsho))
MUTANTS = (
    *(
        Mutant(
            f"{vendor}-tries-refused-calls-again",
            vendor,
            "outage",
            WRONG,
            with_session(TriesRefusedCallsAgain, client.export),
        )
        for vendor, client in CLIENTS
    ),
    Mutant(
        "omnisegment-batches-report-nothing",
        "omnisegment",
        "nothing_silent",
        "sends orders that say nothing of who ordered, in batches, which report nothing",
        reads_no_refusals_of_a_batch,
    ),
)
