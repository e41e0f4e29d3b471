"""Orders, customers and subscriptions as the JSON that programs get."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from mockservers.testing.orders.model import Address, Customer, Line, Order, Refund, Return, Subscription


def as_json(value: Any) -> Any:
    """An order, a customer, a subscription or a list of them: amounts as text, times as RFC 3339, with derived values.

    Raises TypeError for anything else. Schema: contracts/schema/conformance-protocol.schema.json.
    """
    match value:
        case Order():
            return _order(value)
        case Customer():
            return _plain(value)
        case Line():
            return {**_plain(value), "total": _amount(value.total)}
        case Subscription():
            return {**_plain(value), "customer": as_json(value.customer), "status": value.status}
        case list() | tuple():
            return [as_json(item) for item in value]
        case _:
            raise TypeError(f"{value!r} is no order, customer, line or subscription.")


def _order(order: Order) -> dict[str, Any]:
    return {
        "id": order.id,
        "ordered_at": order.ordered_at.isoformat(),
        "business_day": order.business_day.isoformat(),
        "customer": as_json(order.customer),
        "lines": as_json(order.lines),
        "status": order.status,
        "history": [{"status": change.status, "at": change.at.isoformat()} for change in order.history],
        "quantity": order.quantity,
        "total": _amount(order.total),
        "refunded": _amount(order.refunded),
        "discount": _amount(order.discount),
        "shipping": _amount(order.shipping),
        "tax": _amount(order.tax),
        "currency": order.currency,
        "coupon": order.coupon,
        "channel": order.channel,
        "attributes": dict(order.attributes),
        "fees": [_plain(fee) for fee in order.fees],
        "gift_card": _amount(order.gift_card),
        "payment_method": order.payment_method,
        "presentment": order.presentment and _plain(order.presentment),
        "bill_to": _address(order.bill_to),
        "ship_to": _address(order.ship_to),
        "refunds": [_goods_back(refund) for refund in order.refunds],
        "returns": [_goods_back(each) for each in order.returns],
    }


def _address(address: Address | None) -> dict[str, Any] | None:
    return None if address is None else _plain(address)


def _goods_back(each: Refund | Return) -> dict[str, Any]:
    return {**_plain(each), "pieces": [_plain(pieces) for pieces in each.pieces]}


def _plain(value: Any) -> dict[str, Any]:
    """The fields of a flat value."""
    return {name: _scalar(each) for name, each in asdict(value).items()}


def _scalar(value: Any) -> Any:
    if isinstance(value, Decimal):
        return _amount(value)
    return value.isoformat() if isinstance(value, datetime) else value


def _amount(amount: Decimal) -> str:
    """An amount without an exponent."""
    return f"{amount:f}"
