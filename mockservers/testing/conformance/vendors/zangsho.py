"""Zangsho: an order with its amount, currency, status, customer, payment method and times, without lines.

A customer has one subscription, which is compared by its price per month.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from mockservers.testing.conformance.accepted_values import paired, times_of, total_and_currency
from mockservers.testing.conformance.comparison import Fields, Projection
from mockservers.testing.conformance.customers import full_name, held_customer, projection_of_customers
from mockservers.testing.conformance.exporter import Statuses
from mockservers.testing.conformance.held_values import amount, moment
from mockservers.testing.conformance.receivers.declared import Announcement, Webhooks
from mockservers.testing.conformance.suite import Suite
from mockservers.testing.conformance.target import Target
from mockservers.testing.orders import Customer, Order, Subscription
from mockservers.testing.vendor_credentials import BearerToken


class ZangshoTarget(BearerToken, Target):
    """A Zangsho workspace to export to."""


def _held_customers(state: Mapping[str, Any]) -> Iterable[Fields]:
    for each in state["customers"]:
        yield held_customer(each.get("external_id"), each.get("email"), each.get("phone"), full_name(each.get("name")))


def _expected_subscription(subscription: Subscription) -> Fields:
    """A paused subscription may stay active: no call pauses one, and a cancelled one could not be resumed."""
    status = subscription.status
    return {
        "subscription of": subscription.customer.external_id,
        "plan": subscription.plan,
        "monthly": subscription.monthly,
        "cycle": subscription.billing_cycle,
        "status": frozenset({status, "active"}) if status == "paused" else status,
        "started": subscription.started_at,
    }


def _held_subscriptions(state: Mapping[str, Any]) -> Iterable[Fields]:
    owners = {each["id"]: each.get("external_id") for each in state["customers"]}
    for each in state["subscriptions"]:
        yield {
            "subscription of": owners.get(each["customer_id"]),
            "plan": each["plan_name"],
            "monthly": amount(each["mrr"]),
            "cycle": each["billing_cycle"],
            "status": each["status"],
            "started": moment(each["started_at"]),
        }


def story(name: str) -> Sequence[Announcement]:
    """A customer and an order of theirs: the calls that create one record send webhooks. No page has a signature."""
    email = f"{name}@example.com"
    order = {
        "order_no": f"KIT-{name}",
        "customer_email": email,
        "amount": "1234.50",
        "currency": "TWD",
        "status": "paid",
    }
    return (
        Announcement("customers", "email", "createCustomer", {"email": email, "name": "陳美麗", "phone": "0912345678"}),
        Announcement("orders", "order_no", "createOrder", order),
    )


class Zangsho(Suite[ZangshoTarget]):
    """Zangsho. It holds no customers before the export."""

    __test__: ClassVar[bool] = False
    vendor: ClassVar[str] = "zangsho"
    target_class: ClassVar[type[Target]] = ZangshoTarget
    collection: ClassVar[str] = "orders"
    key: ClassVar[tuple[str, ...]] = ("order",)
    must: ClassVar[frozenset[str]] = frozenset({"total", "status", "customer"})
    statuses: ClassVar[Statuses] = {
        "placed": frozenset({"pending"}),
        "paid": frozenset({"paid"}),
        "shipped": frozenset({"paid"}),
        "delivered": frozenset({"paid"}),
        "cancelled": frozenset({"cancelled"}),
        "refunded": frozenset({"refunded"}),
        "on-hold": frozenset({"pending"}),
        "failed": frozenset({"failed"}),
        "partially-paid": frozenset({"pending", "paid"}),
        "partially-refunded": frozenset({"paid", "refunded"}),
    }
    not_compared: ClassVar[Mapping[str, str]] = {
        "customer_id": "held as the customer, who is compared by the e-mail address",
        "customer_name": "a name for customers that the order creates; the vendor keeps the name of a known customer",
        "billing_cycle": "an order of a shop has none",
        "metadata": "free keys and values of the exporter",
    }
    currencies: ClassVar[tuple[str, ...]] = ("TWD", "JPY", "USD")
    webhooks: ClassVar[Webhooks | None] = Webhooks(story)
    currency_rules: ClassVar[frozenset[str]] = frozenset({"zangsho.order.currency"})
    currency_refusals: ClassVar[Mapping[str, str]] = {"zangsho.order.currency": "seen-only"}
    batches: ClassVar[tuple[str, ...]] = ("importCustomers", "importOrders")
    paced: ClassVar[tuple[str, ...]] = ("importCustomers", "importOrders")
    order_rules: ClassVar[frozenset[str]] = frozenset({"zangsho.order.customer-known"})
    customer_projection: ClassVar[Projection | None] = projection_of_customers(
        {"email", "name"}, _held_customers, lambda customer: bool(customer.email)
    )
    subscription_projection: ClassVar[Projection | None] = Projection(
        ("subscription of",), frozenset({"monthly", "cycle", "status"}), _expected_subscription, _held_subscriptions
    )

    def fits(self, order: Order) -> bool:
        """Orders with an e-mail address: an order needs a customer, and a customer needs one."""
        return bool(order.customer.email)

    def expected(self, order: Order) -> Iterable[Fields]:
        """One document per order."""
        yield {
            "order": order.id,
            **total_and_currency(order),
            "status": self.statuses[order.status],
            "customer": order.customer.email.lower(),
            "payment method": self._payment_method(order),
            **times_of(order),
        }

    def _payment_method(self, order: Order) -> str | None:
        """The payment method if the page shows it. What becomes of other words of a shop is not on the page."""
        shown = self.contract.rules["zangsho.order.payment-method"].values["seen"]
        return order.payment_method if order.payment_method in shown else None

    def held(self, document: Mapping[str, Any]) -> Fields:
        """A document of the collection `orders`."""
        email = document.get("customer_email")
        total, currency = amount(document.get("amount")), document.get("currency")
        return {
            "order": document.get("order_no"),
            "total": total,
            "currency": currency,
            "total with currency": paired(total, currency),
            "status": document.get("status"),
            "customer": email.strip().lower() if isinstance(email, str) else None,
            "payment method": document.get("payment_method"),
            "paid": moment(document.get("paid_at")),
            "refunded": moment(document.get("refunded_at")),
            "failed": moment(document.get("failed_at")),
        }

    def known(self, customers: Sequence[Customer]) -> dict[str, Any]:
        """Customers as Zangsho holds them after an earlier import of the shop's customers."""
        distinct = {each.email.lower(): each for each in customers if each.email}
        return {
            "customers": [
                {"email": each.email, "name": each.name, "external_id": each.external_id or None}
                for each in distinct.values()
            ]
        }


SUITE = Zangsho
