"""A fixed example with fewer orders that still fails: Hypothesis reduces only what it generates."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from mockservers.core.values import real_time
from mockservers.testing.conformance.case import Case

SECONDS = 10.0
"""Real seconds that a reduction may take."""


def reduced(case: Case, fails: Callable[[Case], bool]) -> Case:
    """The example without the orders that it fails without: large parts of them are left out first (Zeller, 2002)."""
    ends = real_time.monotonic() + SECONDS
    size = len(case.orders) // 2
    while size:
        start = 0
        while start < len(case.orders) > 1:
            smaller = _without(case, {order.id for order in case.orders[start : start + size]})
            if real_time.monotonic() > ends:
                return case
            if smaller.orders and fails(smaller):
                case = smaller
            else:
                start += size
        size //= 2
    return case


def _without(case: Case, ids: Collection[str]) -> Case:
    return replace(
        case,
        orders=tuple(order for order in case.orders if order.id not in ids),
        later=tuple(order for order in case.later if order.id not in ids),
        unfit=tuple(name for name in case.unfit if name not in ids),
    )
