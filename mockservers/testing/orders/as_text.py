"""Orders, customers and subscriptions as short text, without empty values."""

from __future__ import annotations

from decimal import Decimal

from mockservers.core.values.plurals import counted
from mockservers.testing.orders.model import Customer, Line, Order, Subscription

LINES_SHOWN = 5


def as_text(value: Order | Customer | Subscription) -> list[str]:
    """One line for a customer or a subscription; for an order, one line for the order and one for each of its lines."""
    if isinstance(value, Order):
        goods = [f"  {_line(line)}" for line in value.lines[:LINES_SHOWN]]
        more = len(value.lines) - LINES_SHOWN
        return [_order(value), *goods, *([f"  and {counted(more, 'more line')}"] if more > 0 else [])]
    return [_subscription(value) if isinstance(value, Subscription) else _customer(value)]


def _order(order: Order) -> str:
    seen = order.presentment
    parts = {
        "discount": order.discount,
        "shipping": order.shipping,
        "fees": sum((fee.amount for fee in order.fees), Decimal(0)),
        "tax": order.tax,
        "gift card": order.gift_card,
        "refunded": order.refunded,
    }
    said = [f"{name} {amount:f}" for name, amount in parts.items() if amount]
    said += [f"seen as {seen.total:f} {seen.currency}"] if seen else []
    back = sum(pieces.quantity for each in order.returns for pieces in each.pieces)
    said += [f"returned {back}"] if back else []
    way = " > ".join(change.status for change in order.history)
    extras = f" ({', '.join(said)})" if said else ""
    at = order.ordered_at.isoformat()
    return f"{order.id}  {at}  {way}  {order.total:f} {order.currency}{extras}  {_customer(order.customer)}"


def _line(line: Line) -> str:
    extras = [f"discount {line.discount:f}"] if line.discount else []
    extras += [f"tax {line.tax:f} {'inside' if line.tax_included else 'on top'}"] if line.tax else []
    extras += [f"part of line {line.part_of}"] if line.part_of else []
    extras += [f"in exchange for line {line.instead_of}"] if line.instead_of else []
    more = f" ({', '.join(extras)})" if extras else ""
    return f"{line.id}: {line.quantity} of {line.sku} {line.name} at {line.unit_price:f}{more}"


def _customer(customer: Customer) -> str:
    who = f"customer {customer.external_id}" if customer.external_id else "a guest"
    return ", ".join(filter(None, (f"{who}: {customer.name}", customer.email, customer.phone)))


def _subscription(subscription: Subscription) -> str:
    turns = {
        "paused": subscription.paused_at,
        "resumed": subscription.resumed_at,
        "cancelled": subscription.cancelled_at,
    }
    said = "".join(f", {turn} {at.isoformat()}" for turn, at in turns.items() if at)
    price = f"{subscription.monthly:f} a month, billed {subscription.billing_cycle}"
    since = subscription.started_at.isoformat()
    return f"{subscription.plan}: {price}, since {since}{said}; {_customer(subscription.customer)}"
