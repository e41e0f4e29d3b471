"""Orders in the shop's own terms: what an integrator is asked to export, before any vendor's shape is put on it.

Frozen and typed. Amounts are Decimal in the currency's units, moments are aware datetimes with the shop's offset.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

Status = Literal["placed", "paid", "shipped", "delivered", "cancelled", "refunded"]
STATUSES: tuple[Status, ...] = ("placed", "paid", "shipped", "delivered", "cancelled", "refunded")
NEXT: Mapping[Status, tuple[Status, ...]] = {
    "placed": ("paid", "cancelled"),
    "paid": ("shipped", "refunded", "cancelled"),
    "shipped": ("delivered", "refunded"),
    "delivered": ("refunded",),
    "cancelled": (),
    "refunded": (),
}
"""Where an order can go from each status."""


@dataclass(frozen=True, slots=True)
class Customer:
    """Someone who orders. `external_id` is the shop's own id; e-mail and phone stand as the customer wrote them."""

    external_id: str
    email: str
    phone: str
    name: str

    @property
    def id(self) -> str:
        """The shop's own id: by it an exporter says who did not arrive."""
        return self.external_id


@dataclass(frozen=True, slots=True)
class Line:
    """One product of an order. `unit_price` is what one piece cost after line discounts, tax included."""

    sku: str
    name: str
    quantity: int
    unit_price: Decimal

    @property
    def total(self) -> Decimal:
        """Quantity times unit price."""
        return self.quantity * self.unit_price


@dataclass(frozen=True, slots=True)
class Change:
    """A status that an order took, and when."""

    status: Status
    at: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """An order in its present state.

    `ordered_at` bears the shop's offset, which decides its business day. `history` holds every status it took, the
    first being `placed` at `ordered_at`, the last its present one.
    """

    id: str
    ordered_at: datetime
    customer: Customer
    lines: tuple[Line, ...]
    history: tuple[Change, ...]
    discount: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    currency: str = "TWD"
    coupon: str | None = None
    channel: str = "web"
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> Status:
        """The present status."""
        return self.history[-1].status

    @property
    def quantity(self) -> int:
        """Pieces in all lines."""
        return sum(line.quantity for line in self.lines)

    @property
    def total(self) -> Decimal:
        """What the customer pays: lines less discount, plus shipping. Tax is inside the prices."""
        return sum((line.total for line in self.lines), Decimal(0)) - self.discount + self.shipping

    @property
    def business_day(self) -> date:
        """The day on the shop's own calendar."""
        return self.ordered_at.date()

    def at(self, status: Status) -> datetime | None:
        """When the order took a status, or None."""
        return next((change.at for change in self.history if change.status == status), None)

    def moved_to(self, status: Status, at: datetime) -> Order:
        """The same order, later, in another status."""
        return replace(self, history=(*self.history, Change(status, at)))


@dataclass(frozen=True, slots=True)
class Subscription:
    """A customer's subscription. `monthly` is what a month of it is worth."""

    customer: Customer
    plan: str
    monthly: Decimal
    billing_cycle: Literal["monthly", "quarterly", "semi-annual", "yearly"]
    started_at: datetime
    cancelled_at: datetime | None = None

    @property
    def id(self) -> str:
        """Its customer's: a customer has one subscription."""
        return self.customer.external_id


def as_json(value: Any) -> Any:
    """An order, a customer or a list of them as JSON: amounts as text, moments as RFC 3339, derived figures too."""
    match value:
        case Order():
            return {
                "id": value.id,
                "ordered_at": value.ordered_at.isoformat(),
                "business_day": value.business_day.isoformat(),
                "customer": as_json(value.customer),
                "lines": [as_json(line) for line in value.lines],
                "status": value.status,
                "history": [{"status": change.status, "at": change.at.isoformat()} for change in value.history],
                "quantity": value.quantity,
                "total": str(value.total),
                "discount": str(value.discount),
                "shipping": str(value.shipping),
                "tax": str(value.tax),
                "currency": value.currency,
                "coupon": value.coupon,
                "channel": value.channel,
                "attributes": dict(value.attributes),
            }
        case Customer():
            return {
                "external_id": value.external_id,
                "email": value.email,
                "phone": value.phone,
                "name": value.name,
            }
        case Line():
            return {
                "sku": value.sku,
                "name": value.name,
                "quantity": value.quantity,
                "unit_price": str(value.unit_price),
                "total": str(value.total),
            }
        case Subscription():
            return {
                "customer": as_json(value.customer),
                "plan": value.plan,
                "monthly": str(value.monthly),
                "billing_cycle": value.billing_cycle,
                "started_at": value.started_at.isoformat(),
                "cancelled_at": value.cancelled_at and value.cancelled_at.isoformat(),
            }
        case list() | tuple():
            return [as_json(item) for item in value]
        case _:
            raise TypeError(f"{value!r} is no order, customer, line or subscription.")
