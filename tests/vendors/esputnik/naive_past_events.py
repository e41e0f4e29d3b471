"""Events of the past at eSputnik, written down from the vendor's guide alone.

https://docs.yespo.io/docs/how-send-past-events
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from tests.vendors.esputnik.naive import Naive, Order, says


class NaivePastEvents(Naive):
    """An account that takes events of the past, too. `now` is what its clocks show, in the account's own zone."""

    now: datetime

    def past(self, events: list[Order], version: int) -> list[str]:
        """The status of each event. What one makes or changes of an order a later one may take back."""
        statuses = [self._status(event.get("occurred")) for event in events]
        written: dict[tuple[Any, ...], list[tuple[Order, Order, bool]]] = {}
        makes_orders = self.readings["past-events.orders"] == "orders-made"
        for event, status in zip(events, statuses, strict=True):
            if status != "ACCEPTED":
                self.outcomes["refused"] += 1
                continue
            kind, params = event["eventTypeKey"], event["params"]
            order_events = kind in ("orderCreated", "orderUpdated", "orderDelivered", "orderCancelled")
            key = self.key(kind, params) if order_events and params.get("externalOrderId") else str(event["keyValue"])
            whole = self.outcomes["dropped"] + self.outcomes["skipped"]
            beside = {f"/{name}": event[name] for name in ("occurred", "keyValue")}
            losses = self.register(kind, params, key, version, orders=makes_orders, beside=beside)
            self.silent += losses
            lost_whole = losses > 0 and self.outcomes["dropped"] + self.outcomes["skipped"] > whole
            order = self.orders.get(str(params.get("externalOrderId", "")))
            if order is not None and kind in ("orderCreated", "orderUpdated"):
                moment = () if kind == "orderCreated" else (event["occurred"],)
                place = (kind, str(params["externalOrderId"]), *moment)
                written.setdefault(place, []).append((params, dict(order), lost_whole))
        for versions in written.values():
            final = versions[-1][1]
            for params, after, lost_whole in versions:
                if not lost_whole:
                    said = [{name: value} for name, value in params.items()]
                    self.silent += sum(says(after, each) and not says(final, each) for each in said)
        return statuses

    def refuses_past(self, events: list[Order], version: int) -> bool:
        """Whether a batch is refused, whole, because of the JSON type of a value in it."""
        scalars = self.readings["request.scalars"] == "refuse" and any(
            not isinstance(e["keyValue"], str) for e in events
        )
        refuses = scalars or any(self.refuses(event["eventTypeKey"], event["params"], version) for event in events)
        self.outcomes["refused"] += len(events) if refuses else 0
        return refuses

    def _status(self, occurred: Any) -> str:
        """`occurred` is a day, or a day and a time to the minute, and not in the future."""
        if occurred is None:
            return "OCCURRED_DATE_IS_REQUIRED"
        if not re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d)?", str(occurred)):
            return "INCORRECT_OCCURRED_DATE_FORMAT"
        try:
            moment = datetime.fromisoformat(occurred)
        except ValueError:
            return "INCORRECT_OCCURRED_DATE_FORMAT"
        return "OCCURRED_TIME_IN_FUTURE" if moment > self.now else "ACCEPTED"
