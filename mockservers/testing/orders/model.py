"""An order of a shop, and its parts. Frozen and typed.

Amounts are Decimal in the currency's units, moments are aware datetimes with the shop's offset, and what the shop does
not have is an empty text, an empty tuple or None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from mockservers.testing.orders.statuses import Status

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer. `external_id` is the shop's own id, empty for a guest. An e-mail or a phone may be empty."""

    external_id: str
    email: str
    phone: str
    name: str

    @property
    def id(self) -> str:
        """The shop's own id, with which an exporter reports failed customers."""
        return self.external_id

    @property
    def identified(self) -> bool:
        """Whether the customer has an id, an e-mail or a phone."""
        return bool(self.external_id or self.email or self.phone)


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address. `country` is an ISO 3166-1 alpha-2 code."""

    name: str
    street: str
    city: str
    region: str
    postcode: str
    country: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order. `unit_price` is the price of one piece as the shop lists it, before the line's discount.

    `id` is the shop's own, unique within the order: a sku is not, for what is sold and what is given away may be one.
    `discount` and `tax` are of the whole line. `tax_included` says whether the unit price contains the tax. `part_of`
    is the id of the bundle's line, `instead_of` that of the line that was exchanged for this one.
    """

    id: str
    sku: str
    name: str
    quantity: int
    unit_price: Decimal
    discount: Decimal = ZERO
    tax: Decimal = ZERO
    tax_included: bool = True
    part_of: str = ""
    instead_of: str = ""

    @property
    def total(self) -> Decimal:
        """What the customer pays for the line: after its discount, with its tax."""
        return self.quantity * self.unit_price - self.discount + (ZERO if self.tax_included else self.tax)


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee in addition to goods and shipping, with tax."""

    name: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Pieces:
    """A number of pieces of a line, which is named by its id."""

    line: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund. `pieces` are the refunded goods; a refund without them has only an amount."""

    id: str
    at: datetime
    amount: Decimal
    pieces: tuple[Pieces, ...] = ()


@dataclass(frozen=True, slots=True)
class Return:
    """Returned goods. A line of the order that is `instead_of` one of their lines was sent in exchange."""

    id: str
    at: datetime
    pieces: tuple[Pieces, ...]


@dataclass(frozen=True, slots=True)
class Presentment:
    """The order's total in the customer's currency."""

    currency: str
    total: Decimal


@dataclass(frozen=True, slots=True)
class Change:
    """A status of an order, with its time."""

    status: Status
    at: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """An order in its current state.

    `ordered_at` bears the shop's offset, which decides its business day. `history` holds every status it took, the
    first being `placed` at `ordered_at`, the last its present one. `discount` is of the whole order, besides those of
    its lines; `shipping` contains its tax; `tax` is all tax of the order. `gift_card` is the part of the total that was
    paid with one. `channel` is `web`, `app`, `store` (a physical store) or the shop's own word. All amounts but those
    of `presentment` are in `currency`.
    """

    id: str
    ordered_at: datetime
    customer: Customer
    lines: tuple[Line, ...]
    history: tuple[Change, ...]
    discount: Decimal = ZERO
    shipping: Decimal = ZERO
    tax: Decimal = ZERO
    currency: str = "TWD"
    coupon: str | None = None
    channel: str = "web"
    attributes: Mapping[str, str] = field(default_factory=dict)
    fees: tuple[Fee, ...] = ()
    gift_card: Decimal = ZERO
    payment_method: str = ""
    presentment: Presentment | None = None
    bill_to: Address | None = None
    ship_to: Address | None = None
    refunds: tuple[Refund, ...] = ()
    returns: tuple[Return, ...] = ()

    @property
    def status(self) -> Status:
        """The current status."""
        return self.history[-1].status

    @property
    def quantity(self) -> int:
        """Pieces in all lines."""
        return sum(line.quantity for line in self.lines)

    @property
    def total(self) -> Decimal:
        """What the customer pays, with tax: lines minus discount, plus shipping and fees, before refunds."""
        goods = sum((line.total for line in self.lines), ZERO)
        return goods - self.discount + self.shipping + sum((fee.amount for fee in self.fees), ZERO)

    @property
    def refunded(self) -> Decimal:
        """The sum of the refunds so far."""
        return sum((refund.amount for refund in self.refunds), ZERO)

    @property
    def pieces_back(self) -> tuple[Pieces, ...]:
        """The pieces of refunds and of returns. The same pieces may be in both."""
        refunded = [pieces for refund in self.refunds for pieces in refund.pieces]
        return (*refunded, *(pieces for each in self.returns for pieces in each.pieces))

    @property
    def business_day(self) -> date:
        """The date in the shop's time zone."""
        return self.ordered_at.date()

    def at(self, status: Status) -> datetime | None:
        """The time of a status, or None."""
        return next((change.at for change in self.history if change.status == status), None)

    def returned(self, line: Line) -> int:
        """The number of returned or refunded pieces of a line."""
        return max((pieces.quantity for pieces in self.pieces_back if pieces.line == line.id), default=0)

    def moved_to(self, status: Status, at: datetime) -> Order:
        """The same order, later, in another status. The status `refunded` refunds the rest of the total."""
        moved = replace(self, history=(*self.history, Change(status, at)))
        left = self.total - self.refunded
        return moved.with_refund(Refund(f"R-{self.id}", at, left)) if status == "refunded" and left else moved

    def with_refund(self, refund: Refund) -> Order:
        """The same order with another refund."""
        return replace(self, refunds=(*self.refunds, refund))


@dataclass(frozen=True, slots=True)
class Subscription:
    """A customer's subscription. `monthly` is its price per month.

    One that was paused and not resumed since is paused; a cancelled one has ended.
    """

    customer: Customer
    plan: str
    monthly: Decimal
    billing_cycle: Literal["monthly", "quarterly", "semi-annual", "yearly"]
    started_at: datetime
    cancelled_at: datetime | None = None
    paused_at: datetime | None = None
    resumed_at: datetime | None = None

    @property
    def id(self) -> str:
        """The id of its customer, because a customer has one subscription."""
        return self.customer.external_id

    @property
    def status(self) -> Literal["active", "paused", "cancelled"]:
        """The current status."""
        if self.cancelled_at is not None:
            return "cancelled"
        return "paused" if self.paused_at is not None and self.resumed_at is None else "active"
