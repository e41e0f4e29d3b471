"""Orders read back: those of a span of time, filtered, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.vendors.omnisegment.deciding import refuse
from mockservers.vendors.omnisegment.holding import COLLECTIONS, MEMBERS, ORDERS, PRODUCTS, entries, exact
from mockservers.vendors.omnisegment.moments import instant, window_edge, written

ADDRESS = "#/components/schemas/AddressRead/required"
WINDOW = ("datetime_min", "datetime_max")
_DEAREST = Decimal("1E+300")
"""A price that still is a number of JSON's."""


def get_orders(call: Call, view: View) -> Decision:
    """One page of the orders between two moments."""
    draft = Draft(view, COLLECTIONS)
    return _wrong_window(draft, call) or _too_many(draft, call) or _paged(draft, call)


def _wrong_window(draft: Draft, call: Call) -> Decision | None:
    missing = ", ".join(name for name in WINDOW if not call.query.get(name))
    if missing:
        return _refused(draft, call, "omnisegment.orders.window", "missing", fields=missing)
    for name in WINDOW:
        if window_edge(call.query[name], _zone(draft)) is None:
            return _refused(draft, call, "omnisegment.orders.window", "wrong-format", field=name)
    return None


def _too_many(draft: Draft, call: Call) -> Decision | None:
    limit = draft.value("omnisegment.orders.filters", "limit")
    for name in draft.value("omnisegment.orders.filters", "fields"):
        if len(entries(call.query.get(name, ""))) > limit:
            return _refused(draft, call, "omnisegment.orders.filters", "too-many-values", field=name, limit=limit)
    return None


def _paged(draft: Draft, call: Call) -> Decision:
    given = call.query.get("page") or "1"
    page = int(given) if given.isascii() and given.isdigit() and len(given) < len("1000000000") else 0
    if page < 1:
        return _refused(draft, call, "omnisegment.orders.pages", "wrong-format", field="page", given=given)
    size = draft.value("omnisegment.orders.pages", "limit")
    found = [order for order in draft.each(ORDERS) if _asked_for(draft, call.query, order)]
    pages = max(1, -(-len(found) // size))
    shown = {
        "next": page < pages,
        "previous": page > 1,
        "page_count": pages,
        "data": [_shown(draft, order) for order in found[(page - 1) * size : page * size]],
    }
    return draft.decision(draft.contract.reply(call.operation, shown))


def _refused(draft: Draft, call: Call, rule_id: str, message: str, **values: Any) -> Decision:
    text = draft.contract.message(message, **values)
    return refuse(draft, call, "input-refused", rule_id, text=text, **values)


def _zone(draft: Draft) -> str:
    zone: str = draft.value("omnisegment.purchase.datetime-zone", "zone")
    return zone


def _asked_for(draft: Draft, query: Mapping[str, str], order: Document) -> bool:
    zone = _zone(draft)
    dated = instant(order["datetime"], zone)
    first, last = (window_edge(query[name], zone) for name in WINDOW)
    if dated is None or first is None or last is None or not first <= dated <= last:
        return False
    products = {line["product_id"] for line in order.get("product_lines", ())}
    return (
        _among(query.get("transaction_ids"), {order["transaction_id"]})
        and _among(query.get("product_ids"), products)
        and (not query.get("member_sns") or _among(query["member_sns"], {_number(draft, order)}))
    )


def _among(asked: str | None, values: set[Any]) -> bool:
    return not asked or not values.isdisjoint(entries(asked))


def _number(draft: Draft, order: Document) -> str | None:
    """The member's number: the member may have come by it after the order."""
    tied = order.get("audience_id")
    member = None if tied is None else draft.get(MEMBERS, str(tied))
    number: str | None = (member or order).get("member_sn", order.get("member_sn"))
    return number


def _shown(draft: Draft, order: Document) -> dict[str, Any]:
    address = order.get("shipping_address") or {}
    return {
        "member_sn": _number(draft, order),
        "datetime": written(order["datetime"], _zone(draft)),
        "transaction_id": order["transaction_id"],
        "transaction_revenue": f"{exact(order['transaction_revenue']):.2f}",
        "transaction_status": order.get("transaction_status") or draft.value("omnisegment.purchase.status", "default"),
        "shipping_address": {name: address.get(name) for name in draft.contract.resolve(ADDRESS)},
        "products": [_line(draft, line) for line in order.get("product_lines", ())],
    }


def _line(draft: Draft, line: Mapping[str, Any]) -> dict[str, Any]:
    product = draft.get(PRODUCTS, line["product_id"]) or {}
    price = str(product.get("price", "0")).partition(" ")[0]
    return {
        "product_id": line["product_id"],
        "product_name": product.get("title", line["product_id"]),
        "product_price": float(min(exact(price), _DEAREST)),
        "product_quantity": line["product_quantity"],
    }
