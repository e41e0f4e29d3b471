"""The statuses of an order, and the possible next statuses of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from mockservers.core.errors import UnknownName

Status = Literal[
    "placed",
    "paid",
    "shipped",
    "delivered",
    "cancelled",
    "refunded",
    "on-hold",
    "failed",
    "partially-paid",
    "partially-refunded",
]
STATUSES: tuple[Status, ...] = get_args(Status)
NEXT: Mapping[Status, tuple[Status, ...]] = {
    "placed": ("paid", "cancelled", "on-hold", "failed", "partially-paid"),
    "on-hold": ("paid", "cancelled"),
    "failed": ("paid", "cancelled"),
    "partially-paid": ("paid", "cancelled"),
    "paid": ("shipped", "refunded", "cancelled", "partially-refunded"),
    "shipped": ("delivered", "refunded", "partially-refunded"),
    "delivered": ("refunded", "partially-refunded"),
    "partially-refunded": ("refunded",),
    "cancelled": (),
    "refunded": (),
}
"""The possible next statuses of each status. A failed payment can be repeated."""


def steps_to(status: Status) -> tuple[Status, ...]:
    """The shortest sequence of statuses from `placed` to this one, without `placed`."""
    ways: list[tuple[Status, ...]] = [("placed",)]
    for way in ways:
        if way[-1] == status:
            return way[1:]
        ways += [(*way, following) for following in NEXT[way[-1]]]
    raise UnknownName("status of an order", status, STATUSES)
