"""Files of a shop's own orders: a JSON array, an answer of an API, or one order per line (NDJSON)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from mockservers.core.errors import UnknownName, UsageError
from mockservers.core.values.json_text import NotJson, loads
from mockservers.testing.orders.magento import from_magento
from mockservers.testing.orders.model import Order
from mockservers.testing.orders.shopify import from_shopify
from mockservers.testing.orders.source import UnreadableOrder
from mockservers.testing.orders.statuses import Status, steps_to
from mockservers.testing.orders.woocommerce import from_woocommerce

SHOPS: Mapping[str, Callable[[Mapping[str, Any], tzinfo, Mapping[str, Status]], Order]] = {
    "shopify": lambda order, _zone, _statuses: from_shopify(order),
    "woocommerce": lambda order, _zone, statuses: from_woocommerce(order, statuses),
    "magento": lambda order, zone, _statuses: from_magento(order, zone),
}
"""The shops whose orders can be read: {name: reader of (an order, the shop's zone, its own statuses)}."""

_OWN_STATUSES = frozenset({"woocommerce"})
"""The shops whose plugins add statuses."""

_SIGNS: Mapping[str, frozenset[str]] = {
    "magento": frozenset({"base_grand_total", "items"}),
    "shopify": frozenset({"financial_status", "line_items"}),
    "woocommerce": frozenset({"date_created", "line_items", "total"}),
}
"""The keys that identify the shop of an order."""


def read_orders(
    path: Path, shop: str | None = None, zone: tzinfo = UTC, statuses: Mapping[str, Status] | None = None
) -> list[Order]:
    """The orders of a file. `shop` is one of SHOPS; by default the keys of each order show it. `zone` is for Magento.

    `statuses` maps statuses that a plugin of WooCommerce has added, such as {"packed": "paid"}.
    UsageError for a file that cannot be read, with the line or the number of the order, the place in it and the reason.
    """
    if shop is not None and shop not in SHOPS:
        raise UnknownName("shop", shop, SHOPS)
    for status in (statuses or {}).values():
        steps_to(status)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    orders: dict[str, Order] = {}
    for place, value in _documents(path, content):
        try:
            order = _read(value, shop, zone, statuses or {})
        except UnreadableOrder as error:
            raise UsageError(f"{path}, {place}: {error}.") from None
        if order.id in orders:
            raise UsageError(f"{path}, {place}: there is another order {order.id!r}. Fix: give each order once.")
        orders[order.id] = order
    if not orders:
        raise UsageError(f"{path} has no orders.")
    return list(orders.values())


def _read(value: Any, shop: str | None, zone: tzinfo, statuses: Mapping[str, Status]) -> Order:
    if not isinstance(value, Mapping):
        raise UnreadableOrder(f"must be a JSON object, not {type(value).__name__}")
    name = shop or next((name for name, keys in _SIGNS.items() if keys <= value.keys()), None)
    if name is None:
        known = ", ".join(SHOPS)
        raise UnreadableOrder(f"is no order of a shop that is known ({known}). Fix: name the shop with --shop")
    if statuses and name not in _OWN_STATUSES:
        raise UnreadableOrder(f"is of {name}, whose statuses are fixed. Fix: leave --status out")
    return SHOPS[name](value, zone, statuses)


def _documents(path: Path, content: bytes) -> Iterator[tuple[str, Any]]:
    """The values of a file that may be orders, each with its place."""
    try:
        value = loads(content).value
    except NotJson as error:
        if not content.strip().count(b"\n"):
            raise UsageError(f"{path} is not JSON: {error}.") from None
        yield from _lines(path, content)
        return
    listed = _listed(value)
    if listed is None:
        yield "order 1", value.get("order", value) if isinstance(value, dict) else value
        return
    for number, each in enumerate(listed, 1):
        yield f"order {number}", each


def _listed(value: Any) -> list[Any] | None:
    """The orders of an array, or of an API's answer with a list; None if the value is an order itself."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("orders"), list):
        return list(value["orders"])
    return list(value["items"]) if "search_criteria" in value and isinstance(value.get("items"), list) else None


def _lines(path: Path, content: bytes) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield f"line {number}", loads(line).value
        except NotJson as error:
            raise UsageError(f"{path}, line {number}: is not JSON: {error}.") from None
