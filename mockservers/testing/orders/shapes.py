"""The shapes of real shops' orders: which shapes some orders have, and which no order has.

An order shows many at once. A vendor cannot always show all: FANSHIP's shops have one currency.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC

from mockservers.testing.orders.model import Order, Subscription
from mockservers.testing.orders.statuses import STATUSES

MANY_LINES = 3

ORDER_SHAPES: Mapping[str, Callable[[Order], bool]] = {
    **{f"status {status}": lambda order, status=status: order.status == status for status in STATUSES},  # type: ignore[misc]
    "one line": lambda order: len(order.lines) == 1,
    "more than three lines": lambda order: len(order.lines) > MANY_LINES,
    "a sku twice": lambda order: len({line.sku for line in order.lines}) < len(order.lines),
    "a bundle": lambda order: any(line.part_of for line in order.lines),
    "nothing to pay": lambda order: order.total == 0,
    "a free line": lambda order: order.total > 0 and any(line.total == 0 for line in order.lines),
    "discount of a line": lambda order: any(line.discount for line in order.lines),
    "discount of the order": lambda order: order.discount > 0,
    "tax inside prices": lambda order: any(line.tax and line.tax_included for line in order.lines),
    "tax on top of prices": lambda order: any(line.tax and not line.tax_included for line in order.lines),
    "shipping": lambda order: order.shipping > 0,
    "a fee": lambda order: bool(order.fees),
    "a gift card": lambda order: order.gift_card > 0,
    "a coupon": lambda order: order.coupon is not None,
    "two currencies": lambda order: order.presentment is not None,
    "refunded by line": lambda order: any(refund.pieces for refund in order.refunds),
    "refunded by amount": lambda order: any(not refund.pieces for refund in order.refunds),
    "a return": lambda order: bool(order.returns),
    "an exchange": lambda order: any(line.instead_of for line in order.lines),
    "an exchange at another price": lambda order: any(line.instead_of and line.total for line in order.lines),
    "account with e-mail": lambda order: bool(order.customer.external_id and order.customer.email),
    "account without e-mail": lambda order: bool(order.customer.external_id and not order.customer.email),
    "guest with e-mail": lambda order: bool(not order.customer.external_id and order.customer.email),
    "guest with phone alone": lambda order: not order.customer.external_id and not order.customer.email,
    "payment method": lambda order: bool(order.payment_method),
    "two addresses": lambda order: order.bill_to is not None and order.ship_to is not None,
    "another day in UTC": lambda order: order.business_day != order.ordered_at.astimezone(UTC).date(),
}
"""Shapes of one order."""

BOOK_SHAPES: Mapping[str, Callable[[Sequence[Order]], bool]] = {
    "one order alone": lambda book: len(book) == 1,
    "several orders at once": lambda book: len(book) > 1,
    "a customer with two orders": lambda book: _most(Counter(_who(order) for order in book)) > 1,
    "one id with two e-mails": lambda book: _most(Counter(number for number, _ in _addresses(book))) > 1,
    "several business days": lambda book: len({order.business_day for order in book}) > 1,
}
"""Shapes of orders that are exported at once."""

CHANGE_SHAPES: Mapping[str, Callable[[Order, Order], bool]] = {
    "a later status": lambda before, after: before.status != after.status,
    "a line added": lambda before, after: len(after.lines) > len(before.lines),
    "a line removed": lambda before, after: len(after.lines) < len(before.lines),
    "a quantity corrected": lambda before, after: (
        len(after.lines) == len(before.lines) and after.quantity != before.quantity
    ),
    "another product at the same price": lambda before, after: (
        before.total == after.total
        and len(before.lines) == len(after.lines)
        and [line.sku for line in before.lines] != [line.sku for line in after.lines]
    ),
    "the customer edited": lambda before, after: before.customer != after.customer,
    "a later refund": lambda before, after: len(after.refunds) > len(before.refunds),
}
"""Shapes of the changes of an order between two exports."""

SUBSCRIPTION_SHAPES: Mapping[str, Callable[[Subscription], bool]] = {
    "subscription active": lambda each: each.status == "active" and each.resumed_at is None,
    "subscription paused": lambda each: each.status == "paused",
    "subscription resumed": lambda each: each.resumed_at is not None,
    "subscription cancelled": lambda each: each.status == "cancelled",
}


def shapes_of(orders: Sequence[Order], later: Sequence[Order] = ()) -> set[str]:
    """The shapes of exported orders, and of their `later` state."""
    shapes = {name for name, shows in ORDER_SHAPES.items() if any(map(shows, (*orders, *later)))}
    for book in filter(None, (orders, later)):
        shapes |= {name for name, shows in BOOK_SHAPES.items() if shows(book)}
    before = {order.id: order for order in orders}
    changes = [(before[order.id], order) for order in later if order.id in before]
    return shapes | {name for name, shows in CHANGE_SHAPES.items() if any(shows(*change) for change in changes)}


def subscription_shapes(subscriptions: Iterable[object]) -> set[str]:
    """The shapes of the subscriptions among some records."""
    known = [each for each in subscriptions if isinstance(each, Subscription)]
    return {name for name, shows in SUBSCRIPTION_SHAPES.items() if any(map(shows, known))}


def _who(order: Order) -> str:
    customer = order.customer
    return customer.external_id or customer.email or customer.phone


def _addresses(book: Sequence[Order]) -> set[tuple[str, str]]:
    who = [order.customer for order in book]
    return {
        (customer.external_id, customer.email.lower()) for customer in who if customer.external_id and customer.email
    }


def _most(counted: Counter[str]) -> int:
    return max(counted.values(), default=0)
