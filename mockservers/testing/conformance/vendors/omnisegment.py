"""OmniSegment: an order with its total, time, member, products, coupon and address, without names and single prices.

Product names are not compared, because commas separate them and cannot be escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from mockservers.testing.conformance.accepted_values import Containing, totals
from mockservers.testing.conformance.comparison import Fields, Projection
from mockservers.testing.conformance.customers import full_name, held_customer, projection_of_customers
from mockservers.testing.conformance.exporter import Statuses
from mockservers.testing.conformance.held_values import amount, in_any_order, moment
from mockservers.testing.conformance.suite import Suite
from mockservers.testing.conformance.target import Target
from mockservers.testing.orders import Address, Customer, Order
from mockservers.testing.vendor_credentials import OmnisegmentCredentials


class OmnisegmentTarget(OmnisegmentCredentials, Target):
    """An OmniSegment organisation to export to."""


def _held_customers(state: Mapping[str, Any]) -> Iterable[Fields]:
    for member in state["members"]:
        name = member.get("name") or full_name(member.get("first_name"), member.get("last_name"))
        yield held_customer(member.get("member_sn"), member.get("email"), member.get("phone"), name)


class Omnisegment(Suite[OmnisegmentTarget]):
    """OmniSegment. It holds the members before the export, unless `customers_known` is False."""

    __test__: ClassVar[bool] = False
    vendor: ClassVar[str] = "omnisegment"
    target_class: ClassVar[type[Target]] = OmnisegmentTarget
    collection: ClassVar[str] = "orders"
    key: ClassVar[tuple[str, ...]] = ("order",)
    must: ClassVar[frozenset[str]] = frozenset({"total", "at", "customer"})
    statuses: ClassVar[Statuses] = {
        "placed": frozenset({"SUCCESS"}),
        "paid": frozenset({"PAID", "SUCCESS"}),
        "shipped": frozenset({"SHIPPED"}),
        "delivered": frozenset({"SUCCESS", "SHIPPED"}),
        "cancelled": frozenset({"CANCEL"}),
        "refunded": frozenset({"REFUND"}),
        "on-hold": frozenset({"SUCCESS"}),
        "failed": frozenset({"FAIL"}),
        "partially-paid": frozenset({"SUCCESS", "PAID"}),
        "partially-refunded": frozenset({"REFUND", "PAID", "SHIPPED", "SUCCESS"}),
    }
    identifiers: ClassVar[frozenset[str]] = frozenset({"customer"})
    not_compared: ClassVar[Mapping[str, str]] = {
        "source_id": "the kit's members have a number and no id of another system",
        "source_system": "see source_id",
        "line_id": "the kit's members have no id of this kind",
        "messenger_psid": "see line_id",
        "products_name": "commas join the names, and nothing escapes a comma in a name",
        "physical_store_name": "an order of the kit has no name of a store",
        "shipping_address.company": "the carrier, whom an order of the kit does not name",
        "shipping_address.country": "a name, in a language that the page does not name; country_code is compared",
        "shipping_address.latitude": "an order of the kit has no coordinates",
        "shipping_address.longitude": "see shipping_address.latitude",
        "shipping_address.province": "the page does not say whether a district is a province",
        "shipping_address.province_code": "see shipping_address.province",
        "voucher": "the names of a customer's vouchers, which are not in an order of the kit",
        "source": "where the customer came from, which is not in an order of the kit",
        "device": "see source",
        "user_agent": "see source",
    }
    customers_known: ClassVar[bool] = True
    batches: ClassVar[tuple[str, ...]] = ("batchImportPurchaseData",)
    paced: ClassVar[tuple[str, ...]] = ("importPurchaseData",)
    order_rules: ClassVar[frozenset[str]] = frozenset(
        {"omnisegment.member.unmapped-source-id", "omnisegment.member.unknown"}
    )
    customer_projection: ClassVar[Projection | None] = projection_of_customers({"email", "phone"}, _held_customers)

    def expected(self, order: Order) -> Iterable[Fields]:
        """One document per order."""
        customer, ship_to = order.customer, order.ship_to
        yield {
            "order": order.id,
            "total": totals(order),
            "at": order.ordered_at,
            "status": self.statuses[order.status],
            "quantity": order.quantity,
            "customer": frozenset({customer.external_id, customer.email, customer.phone} - {""}),
            "products": in_any_order((line.sku, line.quantity) for line in order.lines),
            "coupon": frozenset({order.coupon}),
            **(_where(ship_to) if ship_to else {}),
        }

    def held(self, document: Mapping[str, Any]) -> Fields:
        """A document of the collection `orders`."""
        lines, address = document.get("product_lines"), document.get("shipping_address") or {}
        return {
            "order": document.get("transaction_id"),
            "total": amount(document.get("transaction_revenue")),
            "at": moment(document.get("datetime")),
            "status": document.get("transaction_status"),
            "quantity": document.get("quantities"),
            "coupon": document.get("coupon") or None,
            "street": " ".join(filter(None, (address.get("address1"), address.get("address2")))) or None,
            "city": address.get("city"),
            "postcode": address.get("zip"),
            "country": address.get("country_code"),
            "customer": document.get("member_sn") or document.get("email") or document.get("phone"),
            "products": None
            if lines is None
            else in_any_order((line["product_id"], line["product_quantity"]) for line in lines),
        }

    def known(self, customers: Sequence[Customer]) -> dict[str, Any]:
        """Members as OmniSegment holds them after an earlier import of the shop's customers."""
        distinct = {each.external_id or each.email or each.phone: each for each in customers}
        return {"members": [_member(each) for each in distinct.values()]}


def _where(address: Address) -> Fields:
    """The parts of an address whose meaning the page states."""
    return {
        "street": Containing(address.street) if address.street else None,
        "city": Containing(address.city) if address.city else None,
        "postcode": address.postcode or None,
        "country": address.country or None,
    }


def _member(customer: Customer) -> dict[str, Any]:
    fields = {
        "member_sn": customer.external_id,
        "email": customer.email,
        "phone": customer.phone,
        "name": customer.name,
    }
    return {name: value for name, value in fields.items() if value}


SUITE = Omnisegment
