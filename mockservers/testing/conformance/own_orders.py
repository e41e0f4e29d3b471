"""Examples with a shop's own orders: all of them, and a few of them for properties that need more calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import strategies as st

from mockservers.core.errors import UsageError
from mockservers.core.values.plurals import counted
from mockservers.testing.conformance.exporter import Exporter
from mockservers.testing.orders import Order

AT_ONCE = 500
"""Maximum orders of one example. The orders of a year make several examples."""


def parts(exporter: Exporter[Any]) -> list[tuple[Order, ...]]:
    """All of the shop's orders, with those of one business day in one part if possible."""
    orders = sorted(exporter.own_orders, key=lambda order: order.business_day)
    return [tuple(orders[start : start + AT_ONCE]) for start in range(0, len(orders), AT_ONCE)]


def few(exporter: Exporter[Any]) -> tuple[Order, ...]:
    """Three of the orders that the vendor can hold."""
    return tuple(_held(exporter)[:3])


def days(exporter: Exporter[Any]) -> list[date]:
    """The business days of the orders that the vendor can hold."""
    return sorted({order.business_day for order in _held(exporter)})


def books(exporter: Exporter[Any], sizes: Sequence[int], among: Sequence[date]) -> st.SearchStrategy[tuple[Order, ...]]:
    """Up to this number of the shop's orders, of these business days (all days if empty).

    UsageError if the vendor can hold none of them.
    """
    pool = [order for order in _held(exporter) if not among or order.business_day in among]
    most = min(max(sizes), len(pool))
    drawn = st.lists(st.sampled_from(pool), min_size=min(*sizes, most), max_size=most, unique_by=lambda order: order.id)
    return drawn.map(tuple)


def _held(exporter: Exporter[Any]) -> list[Order]:
    fit = [order for order in exporter.own_orders if exporter.fits(order)]
    if not fit:
        orders = counted(len(exporter.own_orders), "order")
        raise UsageError(f"{exporter.vendor} can hold none of {orders}: they lack what it requires.")
    return fit
