"""Orders that many exporters get wrong, one for each shape of an order. Every run tests them.

They are of one business day, and use the currencies of the vendor's shops in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from mockservers.testing.conformance.exporter import Exporter
from mockservers.testing.currencies import minor_unit
from mockservers.testing.orders import (
    Address,
    Change,
    Customer,
    Fee,
    Line,
    Order,
    Pieces,
    Presentment,
    Refund,
    Return,
    Status,
)
from mockservers.testing.strategies import EDITS, KNOWN_BY, edit_of, exchanged, known_by
from mockservers.testing.strategies.pools import PRODUCTS

HOUR = timedelta(hours=1)
_TEA = Line("1", "P1", "Tea", 1, Decimal(980))
_THREE = replace(_TEA, quantity=3)
_MANY = tuple(
    Line(str(number), sku, name, quantity, Decimal(price))
    for number, (sku, name, quantity, price) in enumerate(
        (
            ("P1", "Tea", 2, 500),
            ("P1", "Tea", 1, 0),
            ("0000123", "抹茶ラテ, 12本", 1, 1),
            ("SKU 7", "Кава «Арабіка», 1 кг", 3, 33),
            ("00", "café", 1, 1234567),
            ("A-1/2", 'Cup "large"', 2, 70),
            ("P1", "Tea", 2, 500),
            ("LATTE-POWDER-UJI-FIRST-HARVEST-500G", PRODUCTS[-1], 1, 2480),
        ),
        1,
    )
)
_EVERY_NAME = tuple(
    Line(str(number), f"sku-{number}", name, 144 if number == 1 else 1, Decimal(70))
    for number, name in enumerate(PRODUCTS, 1)
)
"""Every product name, and a quantity of more than two digits."""

_ADDRESS = Address("王小明", "信義路五段7號", "臺北市", "信義區", "110", "TW")
_PARENTS = Address("王大明", "中山路1號", "臺中市", "中區", "400", "TW")

Edit = Callable[[Order], Order]


def orders_of_every_shape(exporter: Exporter[Any]) -> tuple[Order, ...]:
    """An order for each shape, including those that the vendor cannot hold."""
    return tuple(
        change(_plain(exporter, number))
        for number, change in enumerate((*_statuses(), *_CUSTOMERS, *_GOODS, *_MONEY), 1)
    )


def edited_orders(exporter: Exporter[Any]) -> tuple[tuple[Order, ...], tuple[Order, ...]]:
    """Paid orders of several lines, and the same orders after each edit by a shop's staff."""
    before = tuple(
        replace(_through(_plain(exporter, number), "paid"), lines=_MANY[:3]) for number in range(1, len(EDITS) + 1)
    )
    edits = zip(before, EDITS, strict=True)
    return before, tuple(edit_of(order, edit, emails=not exporter.customers_known) for order, edit in edits)


def _plain(exporter: Exporter[Any], number: int) -> Order:
    at = datetime(2025, 11, 1, 12, tzinfo=timezone(timedelta(hours=exporter.offsets[0])))
    customer = Customer(f"{number:06d}", f"c{number}@example.com", f"+886912{number:06d}", "Ann")
    currency = exporter.currencies[number % len(exporter.currencies)]
    return Order(f"E-{number}", at, customer, (_TEA,), (Change("placed", at),), currency=currency)


def _through(order: Order, *statuses: Status) -> Order:
    for status in statuses:
        order = order.moved_to(status, order.history[-1].at + HOUR)
    return order


def _statuses() -> list[Edit]:
    """Every status that an order can have."""
    ways: Sequence[tuple[Status, ...]] = (
        (),
        ("on-hold",),
        ("failed",),
        ("partially-paid",),
        ("paid",),
        ("paid", "shipped"),
        ("paid", "shipped", "delivered"),
        ("cancelled",),
        ("paid", "refunded"),
    )
    return [lambda order, way=way: _through(order, *way) for way in ways]  # type: ignore[misc]


def _part_refunded(order: Order) -> Order:
    return _through(replace(order, lines=(_THREE,)), "paid", "partially-refunded")


def _refunded_by_line(order: Order) -> Order:
    part = _part_refunded(order)
    return part.with_refund(Refund(f"R-{order.id}", part.history[-1].at, _TEA.unit_price, (Pieces("1", 1),)))


def _refunded_by_amount(order: Order) -> Order:
    part = _part_refunded(order)
    return part.with_refund(Refund(f"R-{order.id}", part.history[-1].at, Decimal(5)))


def _exchanged(order: Order, price: Decimal = Decimal(0)) -> Order:
    """One of three pieces came back, and another product was sent instead. If it has a price, the piece is refunded."""
    done = _through(replace(order, lines=(_THREE,)), "paid", "shipped", "delivered")
    back = Return(f"RMA-{order.id}", done.history[-1].at + HOUR, (Pieces("1", 1),))
    return exchanged(done, back, price)


def _bundle(order: Order) -> Order:
    parts = [Line(str(number), sku, sku, 1, Decimal(0), part_of="1") for number, sku in ((2, "PART-1"), (3, "PART-2"))]
    return replace(order, lines=(replace(_TEA, sku="SET", name="Set"), *parts))


def _discounted_lines(order: Order) -> Order:
    lines = (replace(_THREE, discount=Decimal(40)), replace(_TEA, id="2", sku="P2", name="Cup"))
    return replace(order, lines=lines, discount=Decimal(7))


def _taxed_on_top(order: Order) -> Order:
    line = replace(_THREE, tax=Decimal(294), tax_included=False)
    return replace(_through(order, "paid"), lines=(line,), tax=line.tax)


def _taxed_inside(order: Order) -> Order:
    return replace(_through(order, "paid"), lines=(replace(_THREE, tax=Decimal(267)),), tax=Decimal(267))


def _small_units(order: Order) -> Order:
    """Amounts of the currency's smallest unit, whose sum is exact only in decimals."""
    unit = Decimal(1).scaleb(-minor_unit(order.currency))
    lines = (Line("1", "P1", "Tea", 3, 10 * unit), Line("2", "P2", "Cup", 1, 20 * unit))
    return replace(order, lines=lines, shipping=unit)


def _seen_in_dollars(order: Order) -> Order:
    seen = "JPY" if order.currency == "USD" else "USD"
    return replace(order, presentment=Presentment(seen, Decimal(31)))


def _detailed(order: Order) -> Order:
    """What few orders have, each of another kind than in the other edge orders, and refunded."""
    line = replace(_THREE, discount=Decimal(30), tax=Decimal(100))
    sold = replace(order, lines=(line,), tax=line.tax, discount=Decimal(5), shipping=Decimal(80), coupon="割引, 10%")
    named = replace(sold, payment_method="atm", channel="store", bill_to=_PARENTS, ship_to=_ADDRESS)
    return _through(named, "paid", "refunded")


_CUSTOMERS: tuple[Edit, ...] = (
    # Two of each, because an identity that an exporter invents must not be that of both.
    *(lambda order, kind=kind: replace(order, customer=known_by(order.customer, kind)) for kind in 2 * KNOWN_BY[1:]),
    lambda order: replace(order, customer=replace(order.customer, email=order.customer.email.title())),
    lambda order: replace(order, customer=replace(order.customer, external_id=f"Ann-{order.customer.external_id}")),
    # The first order's customer, with another e-mail address.
    lambda order: replace(order, customer=replace(order.customer, external_id="000001", phone="+886912000001")),
)
_GOODS: tuple[Edit, ...] = (
    lambda order: replace(_through(order, "paid"), lines=_MANY),
    lambda order: replace(order, lines=_EVERY_NAME),
    lambda order: replace(order, lines=(_TEA, replace(_TEA, id="2"))),
    _bundle,
    _exchanged,
    lambda order: _exchanged(order, 2 * _TEA.unit_price),
    _discounted_lines,
)
_MONEY: tuple[Edit, ...] = (
    lambda order: replace(_through(order, "paid"), lines=(replace(_TEA, unit_price=Decimal(0)),)),
    _taxed_on_top,
    _taxed_inside,
    lambda order: replace(
        order, fees=(Fee("Gift wrap", Decimal(3)),), shipping=Decimal(60), gift_card=Decimal(100), coupon="AUTUMN-10"
    ),
    _refunded_by_line,
    _refunded_by_amount,
    _seen_in_dollars,
    _small_units,
    lambda order: replace(order, payment_method="credit_card", bill_to=_ADDRESS, ship_to=_PARENTS),
    _detailed,
)
