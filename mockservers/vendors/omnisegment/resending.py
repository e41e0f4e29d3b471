"""An order that is held already, and the history of the member whose it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from mockservers.core.draft import Draft
from mockservers.core.rules import rule
from mockservers.core.vendor import Document
from mockservers.vendors.omnisegment.holding import MEMBERS, amount, exact
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.moments import instant

STATUS = "transaction_status"
_WHOSE = frozenset(
    {"member_sn", "source_id", "source_system", "line_id", "phone", "email", "messenger_psid", "audience_id"}
)
"""Whose an order is, is what its last version says."""
_LISTS = frozenset({"products_name", "products_quantity", "product_lines"})
"""What belongs to the products of an order, and goes with them."""


def merged(item: Item, new: dict[str, Any], held: Document | None) -> dict[str, Any]:
    """The order as it is held once this version has come."""
    status = new.get(STATUS) or _status(item, held)
    if held is None:
        return {**new, STATUS: status}
    _compare(item, new, held)
    kept = _omitted(item, new, held)
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
def _omitted(item: Item, new: Mapping[str, Any], held: Document) -> dict[str, Any]:
    """The fields of the earlier version that stay."""
    replaced = {STATUS, *_WHOSE, *(_LISTS if new.get("products", held.get("products")) != held.get("products") else ())}
    omitted = {name: value for name, value in held.items() if name not in new and name not in replaced}
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
def count_towards(
    draft: Draft, order: Document, held: Document | None, member: Document | None, titles: Iterable[str]
) -> None:
    """Enter an order in its member's history; one that is held already changes what it added."""
    if held is not None and held.get("audience_id") is not None:
        _leave(draft, held)
        member = None if member is None else draft.get(MEMBERS, str(member["id"]))
    if member is not None:
        draft.put(MEMBERS, {**member, "history": _entered(draft, member.get("history", {}), order, titles)})


def _leave(draft: Draft, held: Document) -> None:
    member = draft.get(MEMBERS, str(held["audience_id"]))
    if member is not None and "history" in member:
        history = member["history"]
        orders = history.get("orders", 0) - 1
        total = exact(history.get("total_revenue")) - exact(held["transaction_revenue"])
        draft.put(MEMBERS, {**member, "history": {**history, **_totals(orders, total)}})


def _entered(draft: Draft, history: Mapping[str, Any], order: Document, titles: Iterable[str]) -> dict[str, Any]:
    orders = history.get("orders", 0) + 1
    total = exact(history.get("total_revenue")) + exact(order["transaction_revenue"])
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
    made["product_names"] = [*names, *(title for title in dict.fromkeys(titles) if title not in names)]
    return made


def _totals(orders: int, total: Decimal) -> dict[str, Any]:
    average = total / orders if orders else Decimal(0)
    return {"orders": orders, "total_revenue": amount(total), "average_revenue": amount(average)}


def _is_last(draft: Draft, history: Mapping[str, Any], order: Document) -> bool:
    if history.get("last_transaction_id") in (None, order["transaction_id"]):
        return True
    zone = draft.value("omnisegment.purchase.datetime-zone", "zone")
    before, now = instant(history.get("last_conversion_time"), zone), instant(order["datetime"], zone)
    return before is None or (now is not None and now >= before)
