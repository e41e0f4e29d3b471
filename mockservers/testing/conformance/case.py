"""An example: its orders, its fault and readings, and its description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mockservers.core.values.plurals import counted
from mockservers.testing.orders import Customer, Order, Subscription, as_json, as_text
from mockservers.testing.orders.shapes import shapes_of, subscription_shapes

if TYPE_CHECKING:
    from hypothesis.vendor.pretty import RepresentationPrinter


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    """An example: the orders of the first and of the later export, the readings, and a fault of the `nth` call.

    `fault` is the effect of a fault; `reply 422` answers that status.
    `records` and `records_later` are the customers or subscriptions that are sent instead of orders.
    `unfit` are ids of orders that the vendor refuses individually. `long`: also test a long list of orders.
    `unanswered`: its faults include a call that is never answered. `at_night`: the export runs after midnight.
    """

    orders: tuple[Order, ...]
    later: tuple[Order, ...] = ()
    readings: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""
    nth: int = 1
    unfit: tuple[str, ...] = ()
    long: bool = False
    unanswered: bool = False
    at_night: bool = False
    records: tuple[Customer | Subscription, ...] = ()
    records_later: tuple[Customer | Subscription, ...] = ()

    @property
    def planned(self) -> dict[str, Any]:
        """Its fault, in the format of the admin API."""
        effect, _, status = self.fault.partition(" ")
        reply = {"status": int(status), "body": '{"message": "invalid"}'} if status else {}
        return {"effect": effect, "nth": self.nth, **reply}

    @property
    def size(self) -> int:
        """The number of its orders and lines."""
        lines = sum(1 + len(order.lines) for order in (*self.orders, *self.later))
        return lines + len(self.records) + len(self.records_later)

    @property
    def shapes(self) -> set[str]:
        """The shapes of its orders, of their changes, and of its subscriptions."""
        records = (*self.records, *self.records_later)
        return shapes_of(self.orders, self.later) | subscription_shapes(records)

    def __repr__(self) -> str:
        """A short text; `described` has the details."""
        then = _counted(self.later or self.records_later)
        return f"<{_counted(self.orders or self.records)}{f', then {then}' if then else ''}>"

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        """A short text for Hypothesis, which otherwise prints all fields and warns about long texts."""
        printer.text(repr(self))

    def described(self) -> str:
        """The example as text: what the exporter was given."""
        said = [f"reading: {rule}={choice}" for rule, choice in self.readings.items()]
        if self.fault:
            said.append(f"call {self.nth}: {self.fault}")
        if self.at_night:
            said.append("after midnight in Japan, before midnight in UTC")
        if self.unfit:
            said.append(f"refused by themselves: {', '.join(self.unfit)}")
        if self.orders or not self.records:
            said.append(_listed("orders", self.orders))
        if self.records:
            said.append(_listed("sent", self.records))
        if self.later or self.records_later:
            said.append(_listed("then", self.later or self.records_later))
        return "\n".join(said)

    def to_dict(self) -> dict[str, Any]:
        """As JSON, with all that repeats the example."""
        return {
            "orders": as_json(list(self.orders)),
            "later": as_json(list(self.later)),
            "readings": dict(self.readings),
            "fault": self.fault,
            "nth": self.nth,
            "unfit": list(self.unfit),
            "records": as_json(list(self.records)),
            "records_later": as_json(list(self.records_later)),
        }


def _counted(items: Sequence[Order | Customer | Subscription]) -> str:
    """The number of the records, with their kind."""
    return counted(len(items), type(items[0]).__name__.lower()) if items else ""


def _listed(title: str, items: Sequence[Order | Customer | Subscription]) -> str:
    shown = "\n".join(f"  {line}" for item in items[:5] for line in as_text(item))
    more = f"\n  and {len(items) - 5} more" if len(items) > 5 else ""
    return f"{title}: {len(items)}\n{shown}{more}"
