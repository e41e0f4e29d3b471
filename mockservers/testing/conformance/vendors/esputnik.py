"""eSputnik: an order with its total, status, date, customer and items.

A date without a zone is the account's own time. An item's cost is that of one piece, and may carry its share of the
order's discount.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta, timezone
from decimal import Decimal
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from mockservers.core.values.json_text import NotJson, loads
from mockservers.testing.conformance.accepted_values import (
    AnyText,
    Containing,
    PieceCosts,
    discounts,
    or_nothing,
    paired,
    total_and_currency,
)
from mockservers.testing.conformance.comparison import Fields, Projection
from mockservers.testing.conformance.customers import (
    expected_phone,
    full_name,
    held_customer,
    held_phone,
    projection_of_customers,
)
from mockservers.testing.conformance.exporter import Statuses
from mockservers.testing.conformance.held_values import amount, in_any_order, moment, wall_clock
from mockservers.testing.conformance.suite import Suite
from mockservers.testing.conformance.target import Target
from mockservers.testing.orders import Customer, Order
from mockservers.testing.vendor_credentials import EsputnikCredentials

ONLINE, OFFLINE = "online", "offline"
ACCOUNT_ZONES = (timezone(timedelta(hours=2)), ZoneInfo("Europe/Kiev"))
"""The account's time, without and with summer time. Each account sets its zone; the mock's has no summer time."""


class EsputnikTarget(EsputnikCredentials, Target):
    """An eSputnik account to export to."""


def _held_customers(state: Mapping[str, Any]) -> Iterable[Fields]:
    for contact in state["contacts"]:
        channels = {each["type"]: each["value"] for each in contact.get("channels", ())}
        name = full_name(contact.get("firstName"), contact.get("lastName"))
        yield held_customer(contact.get("externalCustomerId"), channels.get("email"), channels.get("sms"), name)


class Esputnik(Suite[EsputnikTarget]):
    """eSputnik. It holds no customers before the export."""

    __test__: ClassVar[bool] = False
    vendor: ClassVar[str] = "esputnik"
    target_class: ClassVar[type[Target]] = EsputnikTarget
    collection: ClassVar[str] = "orders"
    key: ClassVar[tuple[str, ...]] = ("order",)
    must: ClassVar[frozenset[str]] = frozenset({"total", "status", "at"})
    statuses: ClassVar[Statuses] = {
        "placed": frozenset({"INITIALIZED"}),
        "paid": frozenset({"IN_PROGRESS"}),
        "shipped": frozenset({"IN_PROGRESS"}),
        "delivered": frozenset({"DELIVERED"}),
        "cancelled": frozenset({"CANCELLED"}),
        "refunded": frozenset({"CANCELLED"}),
        "on-hold": frozenset({"INITIALIZED", "IN_PROGRESS"}),
        "failed": frozenset({"CANCELLED", "INITIALIZED"}),
        "partially-paid": frozenset({"INITIALIZED", "IN_PROGRESS"}),
        "partially-refunded": frozenset({"IN_PROGRESS", "DELIVERED"}),
    }
    not_compared: ClassVar[Mapping[str, str]] = {
        "restoreUrl": "a link to a cart, which an order does not have",
        "statusDescription": "the exporter's own words",
        "storeId": "an order of the kit has no number of a store",
        "deliveryMethod": "an order of the kit has none",
        "additionalInfo": "free keys and values of the exporter",
        "items.category": "a line of the kit has none",
        "items.url": "see items.category",
        "items.imageUrl": "see items.category",
        "items.description": "see items.category",
    }
    identifiers: ClassVar[frozenset[str]] = frozenset({"customer", "email", "phone"})
    currency_refusals: ClassVar[Mapping[str, str]] = {"esputnik.order.currency": "order-ignored"}
    batches: ClassVar[tuple[str, ...]] = ("ordersBulkInsert",)
    plain_under: ClassVar[frozenset[str]] = frozenset({"esputnik.order.price-match"})
    order_rules: ClassVar[frozenset[str]] = frozenset({"esputnik.contact.must-exist", "esputnik.order.unknown-order"})
    customer_projection: ClassVar[Projection | None] = projection_of_customers({"email"}, _held_customers)

    def expected(self, order: Order) -> Iterable[Fields]:
        """One document per order."""
        at, customer = order.ordered_at, order.customer
        yield {
            "order": order.id,
            **total_and_currency(order),
            "status": self.statuses[order.status],
            "at": frozenset({at, *(wall_clock(at.astimezone(zone)) for zone in ACCOUNT_ZONES)}),
            "customer": customer.external_id or None,
            "email": customer.email.lower() or None,
            "phone": expected_phone(customer),
            "products": in_any_order((line.sku, line.name, Decimal(line.quantity)) for line in order.lines),
            "costs of a piece": PieceCosts.of(order),
            "name": full_name(customer.name) or None,
            "discount": discounts(order),
            "shipping": or_nothing(order.shipping),
            "taxes": or_nothing(order.tax),
            "source": _sources(order),
            "payment method": AnyText(order.payment_method) if order.payment_method else None,
            "delivery address": Containing(order.ship_to.street) if order.ship_to else None,
        }

    def held(self, document: Mapping[str, Any]) -> Fields:
        """A document of the collection `orders`, made by Add orders or by an event."""
        email, items = document.get("email"), _items(document.get("items"))
        total, currency = amount(document.get("totalCost")), document.get("currency")
        return {
            "order": document.get("externalOrderId"),
            "total": total,
            "currency": currency,
            "total with currency": paired(total, currency),
            "status": document.get("status"),
            "at": moment(document.get("date")),
            "customer": document.get("externalCustomerId"),
            "email": email.lower() if isinstance(email, str) else None,
            "phone": held_phone(document.get("phone")),
            "products": _products(items),
            "costs of a piece": _costs(items),
            "name": full_name(document.get("firstName"), document.get("lastName")) or None,
            "discount": amount(document.get("discount")),
            "shipping": amount(document.get("shipping")),
            "taxes": amount(document.get("taxes")),
            "source": _source(document.get("source")),
            "payment method": document.get("paymentMethod"),
            "delivery address": document.get("deliveryAddress"),
        }

    def known(self, customers: Sequence[Customer]) -> dict[str, Any]:
        """Contacts as eSputnik holds them after an earlier import of the shop's customers."""
        distinct = {each.external_id or each.email or each.phone: each for each in customers}
        return {"contacts": [_contact(each) for each in distinct.values()]}


def _sources(order: Order) -> str | None:
    """Where an order was placed. Of other channels of a shop, the kit does not know on which side they are."""
    return {"store": OFFLINE, "web": ONLINE, "app": ONLINE}.get(order.channel)


def _source(held: Any) -> str | None:
    """The vendor takes anything but `offline` for online."""
    return None if held is None else (OFFLINE if held == OFFLINE else ONLINE)


def _contact(customer: Customer) -> dict[str, Any]:
    channels = [{"type": "email", "value": customer.email}, {"type": "sms", "value": customer.phone}]
    contact = {"firstName": customer.name, "channels": [each for each in channels if each["value"]]}
    return {**contact, "externalCustomerId": customer.external_id} if customer.external_id else contact


def _items(items: Any) -> list[dict[str, Any]] | None:
    """The items of an order, which an event may have as JSON in a string; None if there are none."""
    if isinstance(items, str):
        try:
            items = loads(items.encode()).value
        except NotJson:
            return None
    return [each for each in items if isinstance(each, dict)] if isinstance(items, list) and items else None


def _products(items: list[dict[str, Any]] | None) -> tuple[tuple[Any, ...], ...] | None:
    if items is None:
        return None
    return in_any_order((each.get("externalItemId"), each.get("name"), amount(each.get("quantity"))) for each in items)


def _costs(items: list[dict[str, Any]] | None) -> tuple[tuple[Any, ...], ...] | None:
    if items is None or all(each.get("cost") is None for each in items):
        return None
    return tuple((each.get("externalItemId"), amount(each.get("quantity")), amount(each.get("cost"))) for each in items)


SUITE = Esputnik
