"""The order history of a member: totals, averages, and fields of the last order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import filterfalse
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.values.instants import Instant
from mockservers.vendors.omnisegment.state import MEMBERS, ORDERS
from mockservers.vendors.omnisegment.timestamps import instant_of
from mockservers.vendors.omnisegment.values import amount, exact_sum

_ID = "transaction_id"
_ROUNDED = 10**28
"""The number of digits from which the default decimal context rounds averages."""
_NEVER = Instant(-10_000_000, Decimal(0), zoned=True)
"""Before the year 0000, the earliest year of a text."""


def update_history(
    draft: Draft, order: Document, earlier: Document | None, member: Document | None, titles: Iterable[str]
) -> None:
    """Add a stored order to its member's history, and remove its earlier version.

    Rule: `omnisegment.statistics.of-member`.
    """
    if earlier is not None and earlier.get("audience_id") is not None:
        _remove_order(draft, earlier, order)
        member = None if member is None else draft.get(MEMBERS, str(member["id"]))
    if member is not None:
        draft.put(MEMBERS, {**member, "history": _add_order(draft, member.get("history", {}), order, titles)})


def _remove_order(draft: Draft, earlier: Document, order: Document) -> None:
    member = draft.get(MEMBERS, str(earlier["audience_id"]))
    if member is not None and "history" in member:
        history = member["history"]
        orders = history.get("orders", 0) - 1
        total = exact_sum(history.get("total_revenue"), earlier["transaction_revenue"], -1)
        history = {**history, **_totals(orders, total)}
        if history.get("last_transaction_id") == earlier["transaction_id"] and not _stays_last(draft, earlier, order):
            history = _without_order(draft, history, earlier)
        draft.put(MEMBERS, {**member, "history": history})


def _stays_last(draft: Draft, earlier: Document, order: Document) -> bool:
    """Whether the new version of a member's last order is still that member's, and not dated earlier."""
    return order.get("audience_id") == earlier["audience_id"] and not is_earlier(draft, order, earlier)


def _without_order(draft: Draft, history: Mapping[str, Any], removed: Document) -> dict[str, Any]:
    """Remove the last order from a history: the remaining orders, sorted by time, set its fields."""
    name = str(removed["audience_id"])
    remaining = [order for order in draft.find(ORDERS, "audience_id", name) if order[_ID] != removed[_ID]]
    updated = {name: value for name, value in history.items() if not name.startswith("last_")}
    zone = _zone(draft)
    for order in sorted(remaining, key=lambda order: instant_of(order.get("datetime"), zone) or _NEVER):
        updated |= _last_order_fields(order)
    return updated


def _add_order(draft: Draft, history: Mapping[str, Any], order: Document, titles: Iterable[str]) -> dict[str, Any]:
    orders = history.get("orders", 0) + 1
    total = exact_sum(history.get("total_revenue"), order["transaction_revenue"])
    updated = {**history, **_totals(orders, total)}
    last = history.get("last_transaction_id")
    if last in (None, order[_ID]) or not is_earlier(draft, order, {"datetime": history.get("last_conversion_time")}):
        updated |= _last_order_fields(order)
    quantities, names = history.get("quantities", []), history.get("product_names", [])
    total_sent = order.get("quantities")
    is_known = total_sent is None or total_sent in quantities
    updated["quantities"] = quantities if is_known else [*quantities, total_sent]
    updated["product_names"] = [*names, *filterfalse(names.__contains__, dict.fromkeys(titles))]
    return updated


def _last_order_fields(order: Document) -> dict[str, Any]:
    """The history fields that a member's last order sets."""
    fields = {
        "last_conversion_time": order["datetime"],
        "last_purchase_revenue": order["transaction_revenue"],
        "last_transaction_id": order[_ID],
    }
    return {**fields, "last_source": order["coupon"]} if "coupon" in order else fields


def _totals(orders: int, total: int | Decimal) -> dict[str, Any]:
    return {"orders": orders, "total_revenue": amount(total), "average_revenue": amount(_average(orders, total))}


def _average(orders: int, total: int | Decimal) -> int | Decimal:
    if not orders:
        return 0
    if isinstance(total, int) and not total % orders and abs(total) < _ROUNDED:
        return total // orders
    return Decimal(total) / orders


def is_earlier(draft: Draft, one: Document, other: Document) -> bool:
    """Whether one order is dated before the other."""
    zone = _zone(draft)
    first, second = instant_of(one.get("datetime"), zone), instant_of(other.get("datetime"), zone)
    return second is not None and (first is None or first < second)


def _zone(draft: Draft) -> str:
    """The zone of dates and times without an offset."""
    zone: str = draft.value("omnisegment.purchase.datetime-zone", "zone")
    return zone
