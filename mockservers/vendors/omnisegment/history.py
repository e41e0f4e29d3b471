"""The history of the member whose an order is: totals and averages, and what the last order said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Context, Decimal
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.values.instants import Instant
from mockservers.vendors.omnisegment.holding import MEMBERS, ORDERS, amount, exact
from mockservers.vendors.omnisegment.moments import instant

_ID = "transaction_id"
_NEVER = Instant(-10_000_000, Decimal(0), zoned=True)
"""Before the year 0000, the first that a text can name."""
_SUMS = Context(prec=10_000)
"""Sums are exact: the default context rounds to 28 digits."""


def count_towards(
    draft: Draft, order: Document, held: Document | None, member: Document | None, titles: Iterable[str]
) -> None:
    """Enter an order, which the draft holds by now, in its member's history, and take out what it said before.

    Rule: `omnisegment.statistics.of-member`.
    """
    if held is not None and held.get("audience_id") is not None:
        _leave(draft, held, order)
        member = None if member is None else draft.get(MEMBERS, str(member["id"]))
    if member is not None:
        draft.put(MEMBERS, {**member, "history": _entered(draft, member.get("history", {}), order, titles)})


def _leave(draft: Draft, held: Document, order: Document) -> None:
    member = draft.get(MEMBERS, str(held["audience_id"]))
    if member is not None and "history" in member:
        history = member["history"]
        orders = history.get("orders", 0) - 1
        total = _SUMS.subtract(exact(history.get("total_revenue")), exact(held["transaction_revenue"]))
        history = {**history, **_totals(orders, total)}
        if history.get("last_transaction_id") == held["transaction_id"] and not _stays_last(draft, held, order):
            history = _without(draft, history, held)
        draft.put(MEMBERS, {**member, "history": history})


def _stays_last(draft: Draft, held: Document, order: Document) -> bool:
    """Whether the later version of a member's last order is that member's, and no earlier."""
    return order.get("audience_id") == held["audience_id"] and not is_earlier(draft, order, held)


def _without(draft: Draft, history: Mapping[str, Any], gone: Document) -> dict[str, Any]:
    """A history whose last order is gone from it: what the orders say that are left, in the order of their time."""
    name = str(gone["audience_id"])
    left = [each for each in draft.find(ORDERS, "audience_id", name) if each[_ID] != gone[_ID]]
    made = {name: value for name, value in history.items() if not name.startswith("last_")}
    for order in sorted(left, key=lambda each: _moment(draft, each) or _NEVER):
        made |= _last(order)
    return made


def _entered(draft: Draft, history: Mapping[str, Any], order: Document, titles: Iterable[str]) -> dict[str, Any]:
    orders = history.get("orders", 0) + 1
    total = _SUMS.add(exact(history.get("total_revenue")), exact(order["transaction_revenue"]))
    made = {**history, **_totals(orders, total)}
    last = history.get("last_transaction_id")
    if last in (None, order[_ID]) or not is_earlier(draft, order, {"datetime": history.get("last_conversion_time")}):
        made |= _last(order)
    quantities, names = history.get("quantities", []), history.get("product_names", [])
    stated = order.get("quantities")
    made["quantities"] = quantities if stated is None or stated in quantities else [*quantities, stated]
    made["product_names"] = [*names, *(title for title in dict.fromkeys(titles) if title not in names)]
    return made


def _last(order: Document) -> dict[str, Any]:
    """What an order says of its member when it is the last one."""
    said = {
        "last_conversion_time": order["datetime"],
        "last_purchase_revenue": order["transaction_revenue"],
        "last_transaction_id": order[_ID],
    }
    return {**said, "last_source": order["coupon"]} if "coupon" in order else said


def _totals(orders: int, total: Decimal) -> dict[str, Any]:
    average = total / orders if orders else Decimal(0)
    return {"orders": orders, "total_revenue": amount(total), "average_revenue": amount(average)}


def is_earlier(draft: Draft, one: Document, other: Document) -> bool:
    """Whether one order is dated before the other."""
    first, second = _moment(draft, one), _moment(draft, other)
    return second is not None and (first is None or first < second)


def _moment(draft: Draft, order: Document) -> Instant | None:
    return instant(order.get("datetime"), draft.value("omnisegment.purchase.datetime-zone", "zone"))
