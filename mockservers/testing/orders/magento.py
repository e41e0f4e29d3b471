"""Reads an order of Magento 2's REST API (GET /V1/orders).

https://developer.adobe.com/commerce/webapi/rest/ (sales-data-order-interface)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any

from mockservers.testing.orders.assembling import (
    adding_up,
    first_word,
    joined,
    no_less,
    priced,
    way,
    with_known_bundles,
)
from mockservers.testing.orders.model import (
    ZERO,
    Address,
    Change,
    Customer,
    Line,
    Order,
    Pieces,
    Presentment,
    Refund,
)
from mockservers.testing.orders.source import Source
from mockservers.testing.orders.statuses import Status

_STATES: Mapping[str, tuple[Status, ...]] = {
    "new": (),
    "pending_payment": (),
    "payment_review": ("on-hold",),
    "holded": ("on-hold",),
    "processing": ("paid",),
    "complete": ("paid", "shipped", "delivered"),
    "closed": ("paid", "refunded"),
    "canceled": ("cancelled",),
}


def from_magento(order: Mapping[str, Any], zone: tzinfo = UTC) -> Order:
    """Read an order of Magento. `zone` is the shop's time zone, because Magento gives times in UTC.

    Amounts are those of the base currency; what the customer saw is in the order's. Gift cards, which Magento takes off
    the grand total, are part of ours. Raises UnreadableOrder, with the JSON pointer and the reason.
    """
    source = Source.of(order)
    created = _moment(source, "created_at", zone)
    if created is None:
        raise source.fault("created_at", "is required")
    currency = source.required("base_currency_code")
    lines = _lines(source, currency)
    card = _gift_cards(source)
    total = source.amount("base_grand_total") + card
    refunded = source.amount("base_total_refunded", ZERO)
    made = Order(
        id=first_word(source.text("increment_id"), source.required("entity_id")),
        ordered_at=created,
        customer=_customer(source),
        lines=lines,
        history=_history(source, created, zone, part=ZERO < refunded < total),
        shipping=_shipping(source),
        tax=source.amount("base_tax_amount", ZERO),
        currency=currency,
        coupon=source.text("coupon_code") or None,
        channel=source.text("store_name").splitlines()[0] if source.text("store_name") else "web",
        gift_card=card,
        payment_method=(source.object("payment") or Source({})).text("method"),
        presentment=_presentment(source, currency),
        bill_to=_address(source.object("billing_address")),
        ship_to=_address(_shipping_address(source)),
        refunds=_refunds(source, refunded, lines, _moment(source, "updated_at", zone) or created),
    )
    return adding_up(made, source, "base_grand_total", total)


def _moment(source: Source, key: str, zone: tzinfo) -> datetime | None:
    at = source.moment(key)
    return None if at is None else at.replace(tzinfo=at.tzinfo or UTC).astimezone(zone)


def _lines(source: Source, currency: str) -> tuple[Line, ...]:
    """The lines. A configurable product is one line with its choice; the parts of a bundle are separate lines."""
    items = {each.required("item_id"): each for each in source.objects("items")}
    lines = [
        _line(each, currency, priced_by_parts=_has_priced_parts(each, items))
        for each in items.values()
        if _kind_of_parent(each, items) != "configurable"
    ]
    if not lines:
        raise source.fault("items", "must have a line")
    return with_known_bundles(lines)


def _kind_of_parent(item: Source, items: Mapping[str, Source]) -> str:
    parent = items.get(item.text("parent_item_id"))
    return parent.text("product_type") if parent else ""


def _has_priced_parts(item: Source, items: Mapping[str, Source]) -> bool:
    """Whether the parts of a bundle have prices, whose sum is the price of the bundle."""
    number = item.text("item_id")
    parts = [each for each in items.values() if each.text("parent_item_id") == number]
    return item.text("product_type") == "bundle" and any(part.amount("base_row_total", ZERO) for part in parts)


def _line(source: Source, currency: str, *, priced_by_parts: bool) -> Line:
    quantity = source.whole("qty_ordered")
    if quantity < 1:
        raise source.fault("qty_ordered", f"must be at least 1, not {quantity}")
    listed = ZERO if priced_by_parts else source.amount("base_row_total", ZERO)
    line = Line(
        id=source.required("item_id"),
        sku=source.required("sku"),
        name=source.required("name"),
        quantity=quantity,
        unit_price=ZERO,
        discount=ZERO if priced_by_parts else abs(source.amount("base_discount_amount", ZERO)),
        tax=ZERO if priced_by_parts else _tax(source),
        tax_included=False,
        part_of=source.text("parent_item_id"),
    )
    return priced(line, listed, currency)


def _tax(source: Source) -> Decimal:
    """The tax of a line, with the tax on its discount, which Magento separates if prices contain tax."""
    compensation = source.amount("base_discount_tax_compensation_amount", ZERO)
    return source.amount("base_tax_amount", ZERO) + compensation


def _shipping(source: Source) -> Decimal:
    """The price of shipping, with tax, minus its discount."""
    with_tax = source.amount("base_shipping_amount", ZERO) + source.amount("base_shipping_tax_amount", ZERO)
    discount = abs(source.amount("base_shipping_discount_amount", ZERO))
    return with_tax + source.amount("base_shipping_discount_tax_compensation_amnt", ZERO) - discount


def _gift_cards(source: Source) -> Decimal:
    more = source.object("extension_attributes") or Source({})
    return more.amount("base_gift_cards_amount", ZERO)


def _presentment(source: Source, currency: str) -> Presentment | None:
    seen = source.text("order_currency_code")
    return None if seen in ("", currency) else Presentment(seen, source.amount("grand_total"))


def _customer(source: Source) -> Customer:
    billed = source.object("billing_address") or Source({})
    number = "" if source.flag("customer_is_guest") else source.text("customer_id")
    return Customer(
        number,
        first_word(source.text("customer_email"), billed.text("email")),
        billed.text("telephone"),
        first_word(
            joined(source.text("customer_firstname"), source.text("customer_lastname")),
            joined(billed.text("firstname"), billed.text("lastname")),
        ),
    )


def _shipping_address(source: Source) -> Source | None:
    more = source.object("extension_attributes") or Source({})
    assignment = next(more.objects("shipping_assignments"), None)
    shipping = assignment.object("shipping") if assignment else None
    return shipping.object("address") if shipping else None


def _address(source: Source | None) -> Address | None:
    if source is None:
        return None
    street = source.value.get("street") or ()
    return Address(
        joined(source.text("firstname"), source.text("lastname")),
        joined(*map(str, street)) if isinstance(street, list) else source.text("street"),
        source.text("city"),
        first_word(source.text("region"), source.text("region_code")),
        source.text("postcode"),
        source.text("country_id"),
    )


def _refunds(source: Source, refunded: Decimal, lines: tuple[Line, ...], at: datetime) -> tuple[Refund, ...]:
    """All refunds as one, because an order has only their sum and the pieces of each line."""
    if not refunded:
        return ()
    known = {line.id for line in lines}
    back = [
        Pieces(each.required("item_id"), int(each.amount("qty_refunded", ZERO)))
        for each in source.objects("items")
        if each.text("item_id") in known
    ]
    pieces = tuple(each for each in back if each.quantity)
    return (Refund(f"{source.text('increment_id')}-refunds", at, no_less(refunded), pieces),)


def _history(source: Source, created: datetime, zone: tzinfo, *, part: bool) -> tuple[Change, ...]:
    state = source.required("state")
    if state not in _STATES:
        raise source.fault("state", f"unknown state {state!r}. Available: {', '.join(_STATES)}")
    last = _moment(source, "updated_at", zone)
    steps: list[tuple[Status, datetime | None]] = [(status, last) for status in _STATES[state]]
    paid = source.amount("base_total_paid", ZERO)
    if state in ("new", "pending_payment") and paid:
        steps = [("partially-paid", last)]
    if state in ("processing", "complete") and part:
        steps.append(("partially-refunded", last))
    return way(created, *steps)
