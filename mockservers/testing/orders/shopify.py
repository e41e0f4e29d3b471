"""Reads an order of Shopify's REST Admin API (the resource Order, 2024-10).

https://shopify.dev/docs/api/admin-rest/2024-10/resources/order
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from mockservers.testing.orders.assembling import (
    adding_up,
    first_word,
    in_zone,
    joined,
    known_lines,
    way,
    with_known_bundles,
)
from mockservers.testing.orders.model import (
    ZERO,
    Address,
    Change,
    Customer,
    Fee,
    Line,
    Order,
    Pieces,
    Presentment,
    Refund,
)
from mockservers.testing.orders.source import Source
from mockservers.testing.orders.statuses import Status

_PAID = ("paid", "partially_refunded", "refunded")
_UNPAID: Mapping[str, tuple[Status, ...]] = {
    "pending": (),
    "": (),
    "authorized": ("on-hold",),
    "partially_paid": ("partially-paid",),
    "expired": ("failed",),
    "voided": ("cancelled",),
}


def from_shopify(order: Mapping[str, Any]) -> Order:
    """Read an order of Shopify. Raises UnreadableOrder, with the JSON pointer and the reason.

    Amounts are those of the shop's currency. A discount is that of the lines that Shopify allocates it to. Gift cards
    are read from `transactions`, which come with an order where they were asked for. The parts of a bundle share a
    group, which is no line.
    """
    source = Source.of(order)
    ordered_at = _moment(source, "created_at")
    included, currency = source.flag("taxes_included"), source.required("currency")
    lines = with_known_bundles(_line(each, included=included) for each in source.objects("line_items"))
    if not lines:
        raise source.fault("line_items", "must have a line")
    refunds = tuple(_refund(each, lines, ordered_at) for each in source.objects("refunds"))
    made = Order(
        id=first_word(source.text("name"), source.required("id")),
        ordered_at=ordered_at,
        customer=_customer(source),
        lines=lines,
        history=_history(source, ordered_at),
        shipping=sum((_shipping(each, included=included) for each in source.objects("shipping_lines")), ZERO),
        tax=source.amount("total_tax", ZERO),
        currency=currency,
        coupon=next((each.text("code") for each in source.objects("discount_codes")), None),
        channel=source.text("source_name") or "web",
        attributes={each.text("name"): each.text("value") for each in source.objects("note_attributes")},
        fees=_fees(source),
        gift_card=_by_gift_card(source),
        payment_method=_payment_method(source),
        presentment=_presentment(source, currency),
        bill_to=_address(source.object("billing_address")),
        ship_to=_address(source.object("shipping_address")),
        refunds=tuple(refund for refund in refunds if refund.amount or refund.pieces),
    )
    return adding_up(made, source, "total_price", source.amount("total_price"))


def _moment(source: Source, key: str) -> datetime:
    at = source.moment(key)
    if at is None or at.tzinfo is None:
        raise source.fault(key, "must be a date and time with the shop's offset")
    return at


def _line(source: Source, *, included: bool) -> Line:
    quantity = source.whole("quantity")
    if quantity < 1:
        raise source.fault("quantity", f"must be at least 1, not {quantity}")
    group = source.object("line_item_group")
    return Line(
        id=source.required("id"),
        sku=first_word(source.text("sku"), source.text("variant_id"), source.text("product_id"), source.text("id")),
        name=first_word(source.text("name"), source.required("title")),
        quantity=quantity,
        unit_price=source.amount("price"),
        discount=source.total("discount_allocations", "amount"),
        tax=source.total("tax_lines", "price"),
        tax_included=included,
        part_of=group.text("id") if group else "",
    )


def _shipping(source: Source, *, included: bool) -> Decimal:
    price = source.amount("price", ZERO) - source.total("discount_allocations", "amount")
    return price if included else price + source.total("tax_lines", "price")


def _fees(source: Source) -> tuple[Fee, ...]:
    duties = source.object("current_total_duties_set")
    money = duties.object("shop_money") if duties else None
    amounts = {
        "tip": source.amount("total_tip_received", ZERO),
        "duties": money.amount("amount", ZERO) if money else ZERO,
    }
    return tuple(Fee(name, amount) for name, amount in amounts.items() if amount)


def _by_gift_card(source: Source) -> Decimal:
    paid = [
        each.amount("amount", ZERO)
        for each in source.objects("transactions")
        if each.text("gateway") == "gift_card" and each.text("kind") in ("sale", "capture")
    ]
    return sum(paid, ZERO)


def _payment_method(source: Source) -> str:
    names = source.value.get("payment_gateway_names") or ()
    return ", ".join(map(str, names)) if isinstance(names, list) else ""


def _presentment(source: Source, currency: str) -> Presentment | None:
    seen = source.object("total_price_set")
    money = seen.object("presentment_money") if seen else None
    if money is None or money.text("currency_code") in ("", currency):
        return None
    return Presentment(money.text("currency_code"), money.amount("amount"))


def _customer(source: Source) -> Customer:
    """The customer. An order without a customer record is from a guest."""
    known = source.object("customer") or Source({})
    billed = source.object("billing_address") or Source({})
    return Customer(
        known.text("id"),
        first_word(source.text("email"), source.text("contact_email"), known.text("email")),
        first_word(source.text("phone"), known.text("phone"), billed.text("phone")),
        first_word(joined(known.text("first_name"), known.text("last_name")), _name(billed)),
    )


def _name(address: Source) -> str:
    return first_word(address.text("name"), joined(address.text("first_name"), address.text("last_name")))


def _address(source: Source | None) -> Address | None:
    if source is None:
        return None
    return Address(
        _name(source),
        joined(source.text("address1"), source.text("address2")),
        source.text("city"),
        first_word(source.text("province"), source.text("province_code")),
        source.text("zip"),
        source.text("country_code"),
    )


def _refund(source: Source, lines: tuple[Line, ...], ordered_at: datetime) -> Refund:
    """A refund: its amount and its pieces. A refund of no money is only a return of goods."""
    money = sum(
        (
            each.amount("amount", ZERO)
            for each in source.objects("transactions")
            if each.text("kind") == "refund" and each.text("status") in ("success", "")
        ),
        ZERO,
    )
    pieces = tuple(
        Pieces(known_lines(each, lines, each.required("line_item_id"), "line_item_id"), each.whole("quantity"))
        for each in source.objects("refund_line_items")
    )
    at = _moment(source, "created_at").astimezone(ordered_at.tzinfo)
    return Refund(source.required("id"), at, money, pieces)


def _history(source: Source, ordered_at: datetime) -> tuple[Change, ...]:
    financial = source.text("financial_status")
    if financial not in (*_PAID, *_UNPAID):
        raise source.fault(
            "financial_status",
            f"unknown status {financial!r}. Available: {', '.join(filter(None, (*_PAID, *_UNPAID)))}",
        )
    cancelled = in_zone(source.moment("cancelled_at"), ordered_at)
    steps: list[tuple[Status, datetime | None]] = []
    if financial in _PAID:
        steps.append(("paid", in_zone(source.moment("processed_at"), ordered_at)))
        steps += _deliveries(source, ordered_at)
    else:
        steps += [(status, cancelled) for status in _UNPAID[financial]]
    dates = [_moment(each, "created_at").astimezone(ordered_at.tzinfo) for each in source.objects("refunds")]
    refunded = max(dates, default=None)
    if financial == "partially_refunded":
        steps.append(("partially-refunded", refunded))
    if financial == "refunded":
        steps.append(("refunded", refunded))
    elif cancelled is not None and (not steps or steps[-1][0] != "cancelled"):
        steps.append(("cancelled", cancelled))
    return way(ordered_at, *steps)


def _deliveries(source: Source, ordered_at: datetime) -> list[tuple[Status, datetime | None]]:
    sent = [each for each in source.objects("fulfillments") if each.text("status") in ("success", "")]
    if source.text("fulfillment_status") != "fulfilled" or not sent:
        return []
    steps: list[tuple[Status, datetime | None]] = [("shipped", in_zone(sent[-1].moment("created_at"), ordered_at))]
    if all(each.text("shipment_status") == "delivered" for each in sent):
        steps.append(("delivered", in_zone(sent[-1].moment("updated_at"), ordered_at)))
    return steps
