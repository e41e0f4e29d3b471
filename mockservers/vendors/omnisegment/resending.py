"""An order that is held already, and the history of the member whose it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from mockservers.core.draft import Draft
from mockservers.core.rules import rule
from mockservers.core.values.instants import Instant
from mockservers.core.vendor import Document
from mockservers.vendors.omnisegment.holding import MEMBERS, ORDERS, amount, exact
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.moments import instant

STATUS = "transaction_status"
_ID = "transaction_id"
_NEVER = Instant(-10_000_000, Decimal(0), zoned=True)
"""Before the year 0000, the first that a text can name."""
_WHOSE = frozenset(
    {"member_sn", "source_id", "source_system", "line_id", "phone", "email", "messenger_psid", "audience_id"}
)
"""Whose an order is, is what its last version says."""
_LISTS = frozenset({"products_name", "products_quantity", "product_lines"})
"""What belongs to the products of an order, and goes with them."""


def merged(item: Item, new: dict[str, Any], emptied: Sequence[str], held: Document | None) -> dict[str, Any]:
    """The order as it is held once this version has come; `emptied` are the names of what it says is empty."""
    status = new.get(STATUS) or _status(item, held)
    if held is None:
        return {**new, STATUS: status}
    _compare(item, new, held)
    kept = _omitted(item, new, emptied, held)
    if "products_quantity" in kept and "product_lines" in held:
        kept["product_lines"] = held["product_lines"]
        new = {name: value for name, value in new.items() if name != "product_lines"}
    return {**kept, **new, STATUS: status}


@rule("omnisegment.resend.omitted-status")
def _status(item: Item, held: Document | None) -> str:
    default: str = item.draft.value("omnisegment.purchase.status", "default")
    before = default if held is None else held.get(STATUS, default)
    if before == default:
        return default
    if item.draft.reading("omnisegment.resend.omitted-status") == "keep":
        return str(before)
    item.remark("overwritten", "omnisegment.resend.omitted-status", STATUS, held=before, given=default)
    return default


@rule("omnisegment.resend.omitted-fields")
def _omitted(item: Item, new: Mapping[str, Any], emptied: Sequence[str], held: Document) -> dict[str, Any]:
    """The fields of the earlier version that stay, those among them that this one would have emptied."""
    replaced = {STATUS, *_WHOSE, *(_LISTS if new.get("products", held.get("products")) != held.get("products") else ())}
    omitted = {name: value for name, value in held.items() if name not in new and name not in replaced}
    if not omitted or item.draft.reading("omnisegment.resend.omitted-fields") == "merge":
        _not_emptied(item, [name for name in emptied if name in omitted], held)
        return omitted
    fields = [name for name in omitted if name != "product_lines" and name not in emptied]
    if fields:
        item.remark("overwritten", "omnisegment.resend.omitted-fields", fields=", ".join(fields))
    return {}


@rule("omnisegment.resend.empty-value")
def _not_emptied(item: Item, names: Iterable[str], held: Document) -> None:
    for name in names:
        item.remark("ignored", "omnisegment.resend.empty-value", name, field=name, held=held[name])


@rule("omnisegment.resend.last-arrival-wins", "omnisegment.resend.other-member")
def _compare(item: Item, new: Mapping[str, Any], held: Document) -> None:
    dated = _moment(item.draft, new)
    if dated is not None and _is_earlier(item.draft, new, held):
        values = {"given": new["datetime"], "held": held["datetime"]}
        item.remark("noted", "omnisegment.resend.last-arrival-wins", "datetime", **values)
    if _owner(new) != _owner(held):
        values = {"given": _owner(new), "held": _owner(held)}
        item.remark("noted", "omnisegment.resend.other-member", **values)


def _owner(order: Document) -> str:
    name = order.get("member_sn") or order.get("audience_id")
    return str(name) if name is not None else "nobody"


# -- history ----------------------------------------------------------------------------------------------------


@rule("omnisegment.statistics.of-member")
def count_towards(
    draft: Draft, order: Document, held: Document | None, member: Document | None, titles: Iterable[str]
) -> None:
    """Enter an order, which the draft holds by now, in its member's history, and take out what it said before."""
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
        total = exact(history.get("total_revenue")) - exact(held["transaction_revenue"])
        history = {**history, **_totals(orders, total)}
        if history.get("last_transaction_id") == held["transaction_id"] and not _stays_last(draft, held, order):
            history = _without(draft, history, held)
        draft.put(MEMBERS, {**member, "history": history})


def _stays_last(draft: Draft, held: Document, order: Document) -> bool:
    """Whether the later version of a member's last order is that member's, and no earlier."""
    return order.get("audience_id") == held["audience_id"] and not _is_earlier(draft, order, held)


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
    total = exact(history.get("total_revenue")) + exact(order["transaction_revenue"])
    made = {**history, **_totals(orders, total)}
    last = history.get("last_transaction_id")
    if last in (None, order[_ID]) or not _is_earlier(draft, order, {"datetime": history.get("last_conversion_time")}):
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


def _is_earlier(draft: Draft, one: Document, other: Document) -> bool:
    first, second = _moment(draft, one), _moment(draft, other)
    return second is not None and (first is None or first < second)


def _moment(draft: Draft, order: Document) -> Instant | None:
    return instant(order.get("datetime"), draft.value("omnisegment.purchase.datetime-zone", "zone"))
