"""Exporters that are right in what every order has, and wrong in what few orders have."""

from __future__ import annotations

from typing import Any

from mockservers.testing.orders import Line, Order
from tests.conformance.mutants import fanship
from tests.conformance.mutants.mutant import Mutant
from tests.conformance.mutants.real_orders import mutant, sending


def _address_of_the_bill(order: Order) -> dict[str, Any]:
    """The address that Add orders gets. An order that is not delivered has none."""
    return {"deliveryAddress": order.bill_to.street} if order.bill_to and order.ship_to else {}


def _tax_of_all_lines(order: Order, line: Line) -> dict[str, Any]:
    return {**fanship.right(order, line), "tax": float(order.tax)}


def _payment_of_full_price(order: Order, line: Line) -> dict[str, Any]:
    paid = order.payment_method if not line.discount else ""
    return {**fanship.right(order, line), "paymethod": paid or None}


MUTANTS: tuple[Mutant, ...] = (
    mutant(
        "zangsho",
        "paid-when-ordered",
        "sends the time of the order as paid_at of unpaid orders",
        sending("zangsho", lambda order: {"paid_at": (order.at("paid") or order.ordered_at).isoformat()}),
    ),
    mutant(
        "zangsho",
        "refunded-when-changed",
        "sends the time of the last change as refunded_at",
        sending("zangsho", lambda order: {"refunded_at": order.history[-1].at.isoformat()}),
    ),
    mutant(
        "zangsho",
        "one-payment-method",
        "sends credit_card for every payment method",
        sending("zangsho", lambda order: {"payment_method": "credit_card" if order.payment_method else None}),
    ),
    mutant(
        "omnisegment",
        "coupon-of-paid-alone",
        "omits the coupon after a refund",
        sending("omnisegment", lambda order: {"coupon": None if order.refunds else order.coupon}),
    ),
    mutant(
        "omnisegment",
        "half-an-address",
        "sends the city of the shipping address as address1",
        sending("omnisegment", lambda order: {"shipping_address": order.ship_to and {"address1": order.ship_to.city}}),
    ),
    mutant(
        "esputnik",
        "address-of-the-bill",
        "sends the billing address as deliveryAddress",
        sending("esputnik", _address_of_the_bill),
    ),
    mutant(
        "esputnik",
        "negative-discounts",
        "sends discounts with a minus sign",
        sending("esputnik", lambda order: {"discount": -float(order.discount)}),
    ),
    mutant(
        "esputnik",
        "fees-as-shipping",
        "adds fees to shipping",
        sending(
            "esputnik",
            lambda order: {"shipping": float(order.shipping + sum(fee.amount for fee in order.fees))},
        ),
    ),
    mutant(
        "esputnik",
        "all-online",
        "sends the orders of stores as online",
        sending("esputnik", lambda order: {"source": "online"}),
    ),
    mutant(
        "fanship",
        "tax-of-all-lines",
        "sends the tax of the order with each of its lines",
        fanship.exporter(_tax_of_all_lines),
    ),
    mutant(
        "fanship",
        "payment-of-full-price-alone",
        "omits the payment method if a line has a discount",
        fanship.exporter(_payment_of_full_price),
    ),
)
