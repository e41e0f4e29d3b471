"""The last steps of all readers of shops' orders: unit prices, parts that add up to the total, statuses in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal

from mockservers.testing.currencies import minor_unit
from mockservers.testing.orders.model import ZERO, Change, Fee, Line, Order
from mockservers.testing.orders.source import Source
from mockservers.testing.orders.statuses import Status

ROUNDING = "rounding"


def priced(line: Line, listed: Decimal, currency: str) -> Line:
    """The line with a unit price, from the listed price of all its pieces.

    What does not divide by the pieces is rounded up to the currency's unit, and the rest is part of the discount.
    """
    unit = Decimal(1).scaleb(-minor_unit(currency))
    each = listed / line.quantity
    price = each if each == each.quantize(unit) else each.quantize(unit, ROUND_CEILING)
    price = price.quantize(unit) if price == price.quantize(unit) else price
    return replace(line, unit_price=price, discount=line.discount + price * line.quantity - listed)


def adding_up(order: Order, source: Source, key: str, total: Decimal) -> Order:
    """The order, with parts that add up to the shop's total.

    A difference of a unit for each part is the shop's rounding, and becomes a fee. UnreadableOrder for a larger one.
    """
    difference = total - order.total
    if not difference:
        return order
    unit = Decimal(1).scaleb(-minor_unit(order.currency))
    if abs(difference) > unit * (len(order.lines) + len(order.fees) + 2):
        raise source.fault(
            key, f"is {total}, but lines, discounts, shipping, fees and tax come to {order.total} {order.currency}"
        )
    return replace(order, fees=(*order.fees, Fee(ROUNDING, difference)))


def way(ordered_at: datetime, *steps: tuple[Status, datetime | None]) -> tuple[Change, ...]:
    """The statuses of an order. A status without a time, or with an earlier one, is a second after the last."""
    changes = [Change("placed", ordered_at)]
    for status, at in steps:
        last = changes[-1].at
        changes.append(Change(status, at if at is not None and at > last else last + timedelta(seconds=1)))
    return tuple(changes)


def joined(*parts: str) -> str:
    """The parts of a name or an address that are not empty, joined."""
    return " ".join(filter(None, parts))


def in_zone(at: datetime | None, like: datetime) -> datetime | None:
    """A time in the time zone of the shop, which is that of another time."""
    return at and at.astimezone(like.tzinfo)


def known_lines(source: Source, lines: Sequence[Line], line: str, key: str) -> str:
    """The id of a line that another part of the order names. UnreadableOrder if the order has no such line."""
    if all(each.id != line for each in lines):
        raise source.fault(key, f"the order has no line {line!r}")
    return line


def with_known_bundles(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines. One that belongs to a bundle without a line of its own is part of no line."""
    several = tuple(lines)
    known = {line.id for line in several}
    return tuple(line if line.part_of in known else replace(line, part_of="") for line in several)


def first_word(*texts: str) -> str:
    """The first text that is not empty."""
    return next(filter(None, texts), "")


def no_less(amount: Decimal) -> Decimal:
    """The amount, or zero if it is negative."""
    return max(amount, ZERO)
