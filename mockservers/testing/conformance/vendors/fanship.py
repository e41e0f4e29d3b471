"""FANSHIP: a purchase for each line of an order, in yen, without the order's status, discount and total.

`transaction_id` is the order's id and `item_code` the line's sku; a purchase's own `id` is the exporter's affair.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from mockservers.testing.conformance.accepted_values import piece_prices
from mockservers.testing.conformance.comparison import Fields, Projection
from mockservers.testing.conformance.customers import projection_of_customers
from mockservers.testing.conformance.exporter import Statuses
from mockservers.testing.conformance.held_values import amount, moment
from mockservers.testing.conformance.suite import Suite
from mockservers.testing.conformance.target import Target
from mockservers.testing.orders import Order
from mockservers.testing.vendor_credentials import BearerToken

_PRICES = ("market_price", "discounted_price", "fixed_price")


class FanshipTarget(BearerToken, Target):
    """A FANSHIP account to export to."""


def _held_customers(state: Mapping[str, Any]) -> Iterable[Fields]:
    """The page names no field of a member but the id."""
    return [{"customer": member.get("id")} for member in state["members"]]


class Fanship(Suite[FanshipTarget]):
    """FANSHIP. A changed order is exported again before the day is ingested, because it cannot change afterwards.

    Its shops are in Japan, so a business day is a day in Japan. It looks up no members, so none must be known before.
    A purchase has no status that a refund could change.
    """

    __test__: ClassVar[bool] = False
    vendor: ClassVar[str] = "fanship"
    target_class: ClassVar[type[Target]] = FanshipTarget
    collection: ClassVar[str] = "purchases"
    key: ClassVar[tuple[str, ...]] = ("order", "sku")
    must: ClassVar[frozenset[str]] = frozenset({"at", "customer", "quantity"})
    identifiers: ClassVar[frozenset[str]] = frozenset({"customer"})
    statuses: ClassVar[Statuses] = {}
    currencies: ClassVar[tuple[str, ...]] = ("JPY",)
    offsets: ClassVar[tuple[float, ...]] = (9,)
    one_day_updates: ClassVar[bool] = True
    day_path: ClassVar[str] = r"/purchases/(\d{8})/"
    day_rules: ClassVar[tuple[str, ...]] = ("fanship.path.business-day",)
    takes_refunds: ClassVar[bool] = False
    customer_projection: ClassVar[Projection | None] = projection_of_customers((), _held_customers)

    def fits(self, order: Order) -> bool:
        """Every order: a purchase need not have a member."""
        return True

    def expected(self, order: Order) -> Iterable[Fields]:
        """One document per line."""
        for line in order.lines:
            yield {
                "order": order.id,
                "sku": line.sku,
                "name": line.name,
                "quantity": frozenset({line.quantity, line.quantity - order.returned(line)}),
                "price": piece_prices(order, line),
                "customer": order.customer.external_id or None,
                "at": order.ordered_at,
            }

    def held(self, document: Mapping[str, Any]) -> Fields:
        """A document of the collection `purchases`.

        One of its prices must be the unit price: before or after its discount, with or without tax. The page does not
        say which of them it is.
        """
        prices = frozenset(amount(document.get(name)) for name in _PRICES)
        return {
            "order": document.get("transaction_id"),
            "sku": document.get("item_code"),
            "name": document.get("item_name"),
            "quantity": document.get("quantity"),
            "price": prices - {None} or None,
            "customer": document.get("member_id"),
            "at": moment(document.get("order_date")),
        }


SUITE = Fanship
