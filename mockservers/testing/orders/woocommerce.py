"""Reads an order of WooCommerce's REST API (v3, orders).

https://developer.woocommerce.com/docs/apis/rest-api/v3/orders/
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timezone
from decimal import Decimal
from typing import Any

from mockservers.testing.orders.assembling import (
    adding_up,
    first_word,
    in_zone,
    joined,
    known_lines,
    priced,
    way,
    with_known_bundles,
)
from mockservers.testing.orders.model import ZERO, Address, Change, Customer, Fee, Line, Order, Pieces, Refund
from mockservers.testing.orders.source import Source
from mockservers.testing.orders.statuses import Status, steps_to

_STATUSES: Mapping[str, tuple[Status, ...]] = {
    "pending": (),
    "checkout-draft": (),
    "on-hold": ("on-hold",),
    "processing": ("paid",),
    "completed": ("paid", "shipped", "delivered"),
    "cancelled": ("cancelled",),
    "refunded": ("paid", "refunded"),
    "failed": ("failed",),
}


def from_woocommerce(order: Mapping[str, Any], statuses: Mapping[str, Status] | None = None) -> Order:
    """Read an order of WooCommerce. Raises UnreadableOrder, with the JSON pointer and the reason.

    `statuses` maps statuses that a plugin has added, such as {"packed": "paid"}.

    WooCommerce states totals without tax and the tax beside them, and the time of the site beside that in GMT, which is
    how its offset is found. A refund has no date there: it gets that of the order's last change.
    """
    source = Source.of(order)
    ordered_at = _ordered_at(source)
    currency = source.required("currency")
    lines = with_known_bundles(_line(each, currency) for each in source.objects("line_items"))
    if not lines:
        raise source.fault("line_items", "must have a line")
    changed = _gmt(source, "date_modified_gmt", ordered_at)
    refunds = tuple(_refund(each, lines, changed or ordered_at) for each in source.objects("refunds"))
    total = source.amount("total")
    made = Order(
        id=first_word(source.text("number"), source.required("id")),
        ordered_at=ordered_at,
        customer=_customer(source),
        lines=lines,
        history=_history(source, ordered_at, sum((each.amount for each in refunds), ZERO), total, statuses or {}),
        shipping=source.amount("shipping_total", ZERO) + source.amount("shipping_tax", ZERO),
        tax=source.amount("total_tax", ZERO),
        currency=currency,
        coupon=next((each.text("code") for each in source.objects("coupon_lines")), None),
        channel=source.text("created_via") or "web",
        attributes=_attributes(source),
        fees=tuple(_fee(each) for each in source.objects("fee_lines")),
        payment_method=source.text("payment_method"),
        bill_to=_address(source.object("billing")),
        ship_to=_address(source.object("shipping")),
        refunds=refunds,
    )
    return adding_up(made, source, "total", total)


def _ordered_at(source: Source) -> datetime:
    """The time of the order, in the site's time zone."""
    local, gmt = source.moment("date_created"), source.moment("date_created_gmt")
    if local is None:
        raise source.fault("date_created", "is required")
    if local.tzinfo is not None:
        return local
    if gmt is None:
        raise source.fault("date_created_gmt", "is required: it shows the offset of the site's clock")
    offset = local - gmt.replace(tzinfo=None)
    if abs(offset.total_seconds()) > 14 * 3600:
        raise source.fault("date_created_gmt", f"is {abs(offset)} away from date_created")
    return local.replace(tzinfo=timezone(offset))


def _gmt(source: Source, key: str, ordered_at: datetime) -> datetime | None:
    at = source.moment(key)
    return None if at is None else in_zone(at.replace(tzinfo=at.tzinfo or UTC), ordered_at)


def _line(source: Source, currency: str) -> Line:
    quantity = source.whole("quantity")
    if quantity < 1:
        raise source.fault("quantity", f"must be at least 1, not {quantity}")
    total = source.amount("total")
    listed = source.amount("subtotal", total)
    variation = source.text("variation_id")
    line = Line(
        id=source.required("id"),
        sku=first_word(source.text("sku"), "" if variation == "0" else variation, source.text("product_id")),
        name=source.required("name"),
        quantity=quantity,
        unit_price=ZERO,
        discount=listed - total,
        tax=source.amount("total_tax", ZERO),
        tax_included=False,
        part_of=_bundle(source),
    )
    return priced(line, listed, currency)


def _bundle(source: Source) -> str:
    """The line that a line is a part of, in the extension Product Bundles."""
    bundled = source.value.get("bundled_by")
    return "" if not bundled else source.text("bundled_by")


def _fee(source: Source) -> Fee:
    return Fee(source.text("name") or "fee", source.amount("total") + source.amount("total_tax", ZERO))


def _customer(source: Source) -> Customer:
    """The customer; a guest has the customer_id 0."""
    billed = source.object("billing") or Source({})
    number = source.text("customer_id")
    name = joined(billed.text("first_name"), billed.text("last_name"))
    return Customer("" if number == "0" else number, billed.text("email"), billed.text("phone"), name)


def _address(source: Source | None) -> Address | None:
    if source is None or not any(source.text(key) for key in ("address_1", "city", "postcode", "country")):
        return None
    return Address(
        joined(source.text("first_name"), source.text("last_name")),
        joined(source.text("address_1"), source.text("address_2")),
        source.text("city"),
        source.text("state"),
        source.text("postcode"),
        source.text("country"),
    )


def _attributes(source: Source) -> dict[str, str]:
    """The order's metadata that is text, without keys of WordPress, which start with an underscore."""
    return {
        each.text("key"): each.text("value")
        for each in source.objects("meta_data")
        if isinstance(each.value.get("value"), str) and not each.text("key").startswith("_")
    }


def _refund(source: Source, lines: tuple[Line, ...], changed: datetime) -> Refund:
    """A refund as in an order, or as in /orders/ID/refunds, which has its lines."""
    amount = abs(source.amount("amount", source.amount("total", ZERO)))
    pieces = tuple(
        Pieces(known_lines(each, lines, _refunded_line(each), "meta_data"), abs(each.whole("quantity")))
        for each in source.objects("line_items")
        if each.amount("quantity", ZERO)
    )
    return Refund(source.required("id"), _gmt(source, "date_created_gmt", changed) or changed, amount, pieces)


def _refunded_line(source: Source) -> str:
    named = [each.text("value") for each in source.objects("meta_data") if each.text("key") == "_refunded_item_id"]
    return next(iter(named), "")


def _history(
    source: Source, ordered_at: datetime, refunded: Decimal, total: Decimal, statuses: Mapping[str, Status]
) -> tuple[Change, ...]:
    status = source.required("status").removeprefix("wc-")
    if status in statuses:
        taken = steps_to(statuses[status])
    elif status in _STATUSES:
        taken = _STATUSES[status]
    else:
        raise source.fault(
            "status",
            f"unknown status {status!r}. Available: {', '.join(_STATUSES)}. Fix: say which of the kit's statuses it is,"
            f" for example --status {status}=paid, in Python statuses={{{status!r}: 'paid'}}",
        )
    moments = {
        "paid": _gmt(source, "date_paid_gmt", ordered_at),
        "shipped": None,
        "delivered": _gmt(source, "date_completed_gmt", ordered_at),
    }
    last = _gmt(source, "date_modified_gmt", ordered_at)
    steps: list[tuple[Status, datetime | None]] = [(each, moments.get(each, last)) for each in taken]
    if refunded and refunded < total and taken and taken[-1] in ("paid", "shipped", "delivered"):
        steps.append(("partially-refunded", last))
    return way(ordered_at, *steps)
