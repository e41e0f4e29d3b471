"""Read orders back: those of a time window, filtered, in pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.contract.query_parameters import query_parameter
from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.vendors.omnisegment.replies import refuse
from mockservers.vendors.omnisegment.state import COLLECTIONS, ORDERS
from mockservers.vendors.omnisegment.timestamps import instant_of, window_edge
from mockservers.vendors.omnisegment.values import entries
from mockservers.vendors.omnisegment.views import member_sn_of, order_view, order_zone

_WINDOW = ("datetime_min", "datetime_max")


def get_orders(call: Call, view: View) -> Decision:
    """Return one page of the orders between two moments."""
    draft = Draft(view, COLLECTIONS)
    return _refuse_window(draft, call) or _refuse_filters(draft, call) or _page(draft, call)


def _refuse_window(draft: Draft, call: Call) -> Decision | None:
    missing = ", ".join(name for name in _WINDOW if not call.query.get(name))
    if missing:
        return _refuse_query(draft, call, "omnisegment.orders.window", "missing", fields=missing)
    for name in _WINDOW:
        if window_edge(call.query[name], order_zone(draft)) is None:
            return _refuse_query(draft, call, "omnisegment.orders.window", "wrong-format", field=name)
    return None


def _refuse_filters(draft: Draft, call: Call) -> Decision | None:
    limit = draft.value("omnisegment.orders.filters", "limit")
    for name in draft.value("omnisegment.orders.filters", "fields"):
        if len(entries(call.query.get(name, ""))) > limit:
            return _refuse_query(draft, call, "omnisegment.orders.filters", "too-many-values", field=name, limit=limit)
    return None


def _page(draft: Draft, call: Call) -> Decision:
    text = call.query.get("page") or None
    page = query_parameter(draft.contract, call.operation, "page").value(text)
    if page is None:
        return _refuse_query(draft, call, "omnisegment.orders.pages", "wrong-format", field="page", given=text)
    size = draft.value("omnisegment.orders.pages", "limit")
    orders = [order for order in draft.each(ORDERS) if _is_asked_for(draft, call.query, order)]
    page, pages = max(1, page), max(1, -(-len(orders) // size))
    body = {
        "next": page < pages,
        "previous": page > 1,
        "page_count": pages,
        "data": [order_view(draft, order) for order in orders[(page - 1) * size : page * size]],
    }
    return draft.decision(draft.contract.reply(call.operation, body))


def _refuse_query(draft: Draft, call: Call, rule_id: str, message: str, **values: Any) -> Decision:
    text = draft.contract.message(message, **values)
    return refuse(draft, call, "input-refused", rule_id, text=text, **values)


def _is_asked_for(draft: Draft, query: Mapping[str, str], order: Document) -> bool:
    zone = order_zone(draft)
    ordered_at = instant_of(order["datetime"], zone)
    first, last = (window_edge(query[name], zone) for name in _WINDOW)
    if ordered_at is None or first is None or last is None or not first <= ordered_at <= last:
        return False
    products = {line["product_id"] for line in order.get("product_lines", ())}
    return (
        _is_among(query.get("transaction_ids"), {order["transaction_id"]})
        and _is_among(query.get("product_ids"), products)
        and (not query.get("member_sns") or _is_among(query["member_sns"], {member_sn_of(draft, order)}))
    )


def _is_among(filter_text: str | None, values: set[Any]) -> bool:
    return not filter_text or not values.isdisjoint(entries(filter_text))
