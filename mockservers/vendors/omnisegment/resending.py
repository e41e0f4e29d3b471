"""An order that is held already, and the history of the member whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mockservers.core.draft import Draft
from mockservers.core.rules import rule
from mockservers.core.vendor import Document
from mockservers.vendors.omnisegment.holding import MEMBERS, PRODUCTS, amount, exact
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.moments import instant

STATUS = "transaction_status"
_WHOSE = frozenset(
    {"member_sn", "source_id", "source_system", "line_id", "phone", "email", "messenger_psid", "audience_id"}
)
"""Whose an order is, is what its last version says."""


def merged(item: Item, new: dict[str, Any], held: Document | None) -> dict[str, Any]:
    """The order as it is held once this version has come."""
    status = new.get(STATUS) or _status(item, held)
    if held is None:
        return {**new, STATUS: status}
    _compare(item, new, held)
    kept = _omitted(item, new, held)
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
def _omitted(item: Item, new: Mapping[str, Any], held: Document) -> dict[str, Any]:
    """The fields of the earlier version that stay."""
    omitted = {name: value for name, value in held.items() if name not in new and name not in _WHOSE and name != STATUS}
    if not omitted or item.draft.reading("omnisegment.resend.omitted-fields") == "merge":
        return omitted
    fields = [name for name in omitted if name != "product_lines"]
    item.remark("overwritten", "omnisegment.resend.omitted-fields", fields=", ".join(fields))
    return {}


@rule("omnisegment.resend.last-arrival-wins", "omnisegment.resend.other-member")
def _compare(item: Item, new: Mapping[str, Any], held: Document) -> None:
    zone = item.draft.value("omnisegment.purchase.datetime-zone", "zone")
    dated, before = instant(new["datetime"], zone), instant(held.get("datetime"), zone)
    if dated is not None and before is not None and dated < before:
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
def count_towards(draft: Draft, order: Document, held: Document | None) -> None:
    """Enter an order in its member's history; one that is held already changes what it added."""
    if held is not None and held.get("audience_id") is not None:
        _leave(draft, held)
    number = order.get("audience_id")
    member = None if number is None else draft.get(MEMBERS, str(number))
    if member is not None:
        draft.put(MEMBERS, {**member, "history": _entered(draft, member.get("history", {}), order)})


def _leave(draft: Draft, held: Document) -> None:
    member = draft.get(MEMBERS, str(held["audience_id"]))
    if member is not None and "history" in member:
        history = member["history"]
        orders = history["orders"] - 1
        total = exact(history["total_revenue"]) - exact(held["transaction_revenue"])
        draft.put(MEMBERS, {**member, "history": {**history, **_totals(orders, total)}})


def _entered(draft: Draft, history: Mapping[str, Any], order: Document) -> dict[str, Any]:
    orders = history.get("orders", 0) + 1
    total = exact(history.get("total_revenue", 0)) + exact(order["transaction_revenue"])
    made = {**history, **_totals(orders, total)}
    if _is_last(draft, history, order):
        made["last_conversion_time"] = order["datetime"]
        made["last_purchase_revenue"] = order["transaction_revenue"]
        made["last_transaction_id"] = order["transaction_id"]
        if "coupon" in order:
            made["last_source"] = order["coupon"]
    quantities, names = history.get("quantities", []), history.get("product_names", [])
    stated = order.get("quantities")
    made["quantities"] = quantities if stated is None or stated in quantities else [*quantities, stated]
    bought = (draft.get(PRODUCTS, line["product_id"]) for line in order.get("product_lines", ()))
    titles = dict.fromkeys(str(product["title"]) for product in bought if product is not None)
    made["product_names"] = [*names, *(title for title in titles if title not in names)]
    return made


def _totals(orders: int, total: Decimal) -> dict[str, Any]:
    average = total / orders if orders else Decimal(0)
    return {"orders": orders, "total_revenue": amount(total), "average_revenue": amount(average)}


def _is_last(draft: Draft, history: Mapping[str, Any], order: Document) -> bool:
    if history.get("last_transaction_id") in (None, order["transaction_id"]):
        return True
    zone = draft.value("omnisegment.purchase.datetime-zone", "zone")
    before, now = instant(history["last_conversion_time"], zone), instant(order["datetime"], zone)
    return before is None or (now is not None and now >= before)
