"""FANSHIP: a purchase for each line of an order, in yen, without the order's discount and total.

`transaction_id` is the order's id and `item_code` the line's sku; the exporter chooses a purchase's own `id`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from mockservers.testing.conformance.accepted_values import AnyText, Containing, piece_prices, piece_taxes
from mockservers.testing.conformance.comparison import Fields, Optional, Projection
from mockservers.testing.conformance.customers import projection_of_customers
from mockservers.testing.conformance.exporter import Statuses
from mockservers.testing.conformance.held_values import amount, moment
from mockservers.testing.conformance.suite import Suite
from mockservers.testing.conformance.target import Target
from mockservers.testing.orders import Order
from mockservers.testing.vendor_credentials import BearerToken


class FanshipTarget(BearerToken, Target):
    """A FANSHIP account to export to."""


def _held_customers(state: Mapping[str, Any]) -> Iterable[Fields]:
    """The page names no field of a member except the id."""
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
    not_compared: ClassVar[Mapping[str, str]] = {
        "id": "the exporter's own",
        "store_id": "an order of the kit has no number of a store",
        "order_status": "free text for returns and the like, for which the page lists no words",
        "item_category": "a line of the kit has none",
        "jan_code": "see item_category",
        "discount_rate": "the page does not say in which unit, nor of which of the prices",
        "shipping_price": "the page does not say whether each line has all of the order's postage or a part of it",
        "packaging_price": "see shipping_price",
        "card_brand": "an order of the kit has none",
        "tax_rate": "a line of the kit has an amount of tax, and no rate",
        "promotion_id": "an order of the kit has a coupon, and no ids of promotions",
        "subscription": "an order of the kit does not say whether it belongs to a subscription",
        "property": "free keys and values of the exporter",
    }
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
        """One document per line. The page has a status for returns, and does not say that a returned line is sent."""
        for line in order.lines:
            prices = piece_prices(order, line)
            fields = {
                "order": order.id,
                "sku": line.sku,
                "name": line.name,
                "quantity": frozenset({line.quantity, line.quantity - order.returned(line)}),
                "fixed price": prices,
                "discounted price": prices,
                "market price": prices,
                "tax": piece_taxes(order, line),
                "payment method": AnyText(order.payment_method) if order.payment_method else None,
                "address": Containing(order.ship_to.street) if order.ship_to else None,
                "customer": order.customer.external_id or None,
                "at": order.ordered_at,
            }
            yield Optional(fields) if order.returned(line) >= line.quantity else fields

    def held(self, document: Mapping[str, Any]) -> Fields:
        """A document of the collection `purchases`.

        Each of its prices must be the unit price: before or after its discount, with or without tax.
        """
        return {
            "order": document.get("transaction_id"),
            "sku": document.get("item_code"),
            "name": document.get("item_name"),
            "quantity": document.get("quantity"),
            "fixed price": amount(document.get("fixed_price")),
            "discounted price": amount(document.get("discounted_price")),
            "market price": amount(document.get("market_price")),
            "tax": amount(document.get("tax")),
            "payment method": document.get("paymethod"),
            "address": document.get("shipping_address"),
            "customer": document.get("member_id") or None,
            "at": moment(document.get("order_date")),
        }


SUITE = Fanship
