"""Properties of consecutive exports: the sequence of records, the day of each order, and changes."""

from __future__ import annotations

import json
import re
from typing import Any

from mockservers.core.values.plurals import counted
from mockservers.reports.text import rows
from mockservers.testing.conformance.case import Case
from mockservers.testing.conformance.completeness import arrived
from mockservers.testing.conformance.exporter import Exporter
from mockservers.testing.conformance.messages import advice, breach, wrongly_held
from mockservers.testing.conformance.trial import Run
from mockservers.vendors import vendor_title

WHOLE_DAYS = "Upload a day with all orders that it has so far, each time, and one day a reception day."
SAME_ID = "Give each record an id of the shop that is the same in every run, so that the vendor knows it."
NEW_STATE = "Send what changed again, whole, and say that it is to take the place of what is held."


def order(exporter: Exporter[Any], case: Case) -> None:
    """A record arrives before those that refer to it: a customer before their orders, an order before its changes.

    If this fails, the vendor received an order of a customer that it did not know yet, or a change of an order that it
    did not hold. A later export may also have new customers.
    """
    with Run(exporter, readings=case.readings, known=(*case.orders, *case.later)) as trial:
        for orders in (case.orders, case.later):
            outcome = trial.export(orders)
            early = [
                found for found in trial.ledger["findings"] if found["rule"] in exporter.order_rules and found["loses"]
            ]
            if early:
                count = sum(found["count"] for found in early)
                raise breach(
                    trial,
                    "conformance.order",
                    f"{vendor_title(exporter.vendor)} got {counted(count, 'item')} too early.",
                    rows(early),
                    "Send customers first, and with every export the new ones; create an order before you change it.",
                )
            arrived(trial, "conformance.order", orders, outcome)


def days(exporter: Exporter[Any], case: Case) -> None:
    """A business day is sent whole and under its own date; later orders of a day, and later days, remove nothing.

    If this fails, a day is split over several uploads, a later upload of a day lacks orders of an earlier one, orders
    around midnight are filed under another day than the shop's, or one day's upload replaces another's.
    """
    orders = case.later or case.orders
    with Run(exporter, readings=case.readings, known=orders) as trial:
        outcome = trial.export(case.orders)
        if case.later and outcome.claims_all:
            outcome = trial.export(case.later)
        asked = {order.id: f"{order.business_day:%Y%m%d}" for order in orders}
        wrong = sorted(set(_misfiled(exporter, trial, asked)))
        if wrong:
            raise breach(
                trial,
                "conformance.days",
                "Orders were uploaded under another day than their own.",
                wrong[:8],
                "Take the day from the shop's own clock, never from UTC: order.business_day.",
                exporter.day_rules,
            )
        arrived(trial, "conformance.days", orders, outcome, WHOLE_DAYS)


def _misfiled(exporter: Exporter[Any], trial: Run, asked: dict[str, str]) -> list[str]:
    found = []
    for exchange in trial.exchanges:
        day = re.search(exporter.day_path, exchange["request"]["path"])
        for document in _lines(exchange["request"]["body"]) if day else ():
            name = str(exporter.held(document).get("order"))
            if day and asked.get(name, day[1]) != day[1]:
                found.append(f"order {name} of {asked[name]} came with {day[1]} (call {exchange['id']})")
    return found


def _lines(body: str) -> list[dict[str, Any]]:
    """The documents of an upload. The journal keeps only the start of a long one, so its last line may be cut."""
    made = []
    for line in body.splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            made.append(value)
    return made


def updates(exporter: Exporter[Any], case: Case) -> None:
    """Changed and corrected orders reach the vendor in their new state, and another export changes nothing.

    If this fails, the vendor keeps an old state (a refund that never arrives, a correction that is ignored), or another
    export of the same orders adds records.
    """
    with Run(exporter, readings=case.readings, known=case.orders) as trial:
        trial.export(case.orders)
        if not exporter.one_day_updates:
            trial.settle()
        outcome = trial.export(case.later)
        arrived(trial, "conformance.updates", case.later, outcome, NEW_STATE)
        again = trial.export(case.later)
        trial.settle()
        found = trial.compare(case.later)
        if not found.explains(again):
            raise breach(
                trial,
                "conformance.updates",
                "The same export, sent again, changed what the vendor holds.",
                wrongly_held(trial, again, found),
                advice(trial, again, found, SAME_ID),
            ) from again.raised
