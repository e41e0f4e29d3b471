"""Orders as the vendor shows them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.vendors.omnisegment.state import MEMBERS, PRODUCTS
from mockservers.vendors.omnisegment.timestamps import written_time
from mockservers.vendors.omnisegment.values import exact

_HIGHEST_PRICE = Decimal("1E+300")
"""The highest price shown: a larger one is not a JSON number."""


def order_zone(draft: Draft) -> str:
    """The zone of order times without an offset, and of shown times."""
    zone: str = draft.value("omnisegment.purchase.datetime-zone", "zone")
    return zone


def member_sn_of(draft: Draft, order: Document) -> str | None:
    """Return the member_sn of an order's member, which may be newer than the order."""
    member_id = order.get("audience_id")
    member = None if member_id is None else draft.get(MEMBERS, str(member_id))
    number: str | None = (member or order).get("member_sn", order.get("member_sn"))
    return number


def order_view(draft: Draft, order: Document) -> dict[str, Any]:
    """Return an order with the fields that getOrders shows, and all its other fields."""
    return {
        **order,
        "member_sn": member_sn_of(draft, order),
        "datetime": written_time(order["datetime"], order_zone(draft)),
        "transaction_revenue": f"{exact(order['transaction_revenue']):.2f}",
        "transaction_status": order.get("transaction_status") or draft.value("omnisegment.purchase.status", "default"),
        "shipping_address": order.get("shipping_address") or {},
        "products": [_line_view(draft, line) for line in order.get("product_lines", ())],
    }


def _line_view(draft: Draft, line: Mapping[str, Any]) -> dict[str, Any]:
    product = draft.get(PRODUCTS, line["product_id"]) or {}
    price = str(product.get("price", "0")).partition(" ")[0]
    return {
        **product,
        "product_id": line["product_id"],
        "product_name": product.get("title", line["product_id"]),
        "product_price": float(min(exact(price), _HIGHEST_PRICE)),
        "product_quantity": line["product_quantity"],
    }
