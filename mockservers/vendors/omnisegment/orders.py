"""Read orders back: those of a time window, filtered, in pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockservers.core.contract.parameters import WrongParameter, query_parameter
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
_LISTS = ("transaction_ids", "member_sns", "product_ids")
_FILTERS, _PAGES = "omnisegment.orders.filters", "omnisegment.orders.pages"
_RULES = {**dict.fromkeys(_WINDOW, "omnisegment.orders.window"), "page": _PAGES}


def get_orders(call: Call, view: View) -> Decision:
    """Return one page of the orders between two moments."""
    draft = Draft(view, COLLECTIONS)
    return _refuse_window(draft, call) or _refuse_filters(draft, call) or _page(draft, call)


def refuse_parameters(call: Call, view: View, wrong: Sequence[WrongParameter]) -> Decision:
    """Refuse a call that lacks required parameters, or has one that its schema does not accept."""
    draft, missing = Draft(view, COLLECTIONS), [each.name for each in wrong if each.problem == "missing"]
    if missing:
        return _refuse_query(draft, call, _rule_of(missing[0]), "missing", fields=", ".join(missing))
    first = wrong[0]
    return _refuse_query(draft, call, _rule_of(first.name), "wrong-format", field=first.name, given=first.text)


def _rule_of(name: str) -> str:
    """The rule of a parameter."""
    return _RULES.get(name, _FILTERS)


def _refuse_window(draft: Draft, call: Call) -> Decision | None:
    for name in _WINDOW:
        text = call.query.get(name)
        if text and window_edge(text, order_zone(draft)) is None:
            return _refuse_query(draft, call, _rule_of(name), "wrong-format", field=name)
    return None


def _refuse_filters(draft: Draft, call: Call) -> Decision | None:
    for name in _LISTS:
        limit = draft.value(_FILTERS, name)
        if len(entries(call.query.get(name, ""))) > limit:
            return _refuse_query(draft, call, _FILTERS, "too-many-values", field=name, limit=limit)
    return None


def _page(draft: Draft, call: Call) -> Decision:
    text = call.query.get("page") or None
    page: int = query_parameter(draft.contract, call.operation, "page").value(text)
    size = draft.value(_PAGES, "limit")
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
    first, last = (window_edge(query[name], zone) if query.get(name) else None for name in _WINDOW)
    if ordered_at is None or (first and ordered_at < first) or (last and ordered_at > last):
        return False
    products = {line["product_id"] for line in order.get("product_lines", ())}
    return (
        _is_among(query.get("transaction_ids"), {order["transaction_id"]})
        and _is_among(query.get("product_ids"), products)
        and (not query.get("member_sns") or _is_among(query["member_sns"], {member_sn_of(draft, order)}))
    )


def _is_among(filter_text: str | None, values: set[Any]) -> bool:
    return not filter_text or not values.isdisjoint(entries(filter_text))
