"""Calls with a field that an overlay adds, for each resource with a stored document, and the reads that answer it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.sending import Sending

SCHEMAS = "/components/schemas"
ADDED = {"gift": "茶"}


@dataclass(frozen=True)
class Row:
    """A call with the field in it. `schema` is where the field is added; `at` is the stored document with it.

    `read` is a call that answers the document, at `answered`, by the schema `read_schema`.
    """

    vendor: str
    schema: str
    operation: str
    json: Any
    at: str
    path: Mapping[str, str] = field(default_factory=dict)
    first: tuple[Sending, ...] = ()
    read: Sending | None = None
    read_schema: str = ""
    answered: str = ""
    file: str = "openapi.yaml"

    def __str__(self) -> str:
        return f"{self.operation} {self.schema.removeprefix(SCHEMAS) or self.file}"

    @property
    def call(self) -> Sending:
        return Sending(self.vendor, self.operation, path=self.path, json=self.json)


# -- OmniSegment ------------------------------------------------------------------------------------------------------

ORDER = {
    "member_sn": "1",
    "datetime": "2026-01-15T09:51:23+0800",
    "transaction_id": "單-1",
    "transaction_revenue": 5,
}
PRODUCT = {
    "id": "P1",
    "title": "茶",
    "link": "https://example.com/1",
    "availability": "in stock",
    "image_link": "https://example.com/1.png",
    "price": "5",
}
SPAN = {"datetime_min": "2026-01-01 00:00", "datetime_max": "2026-01-31 23:59"}
READ_ORDERS = Sending("omnisegment", "getOrders", query=SPAN)


def omnisegment(schema: str, operation: str, json: Any, at: str, **other: Any) -> Row:
    return Row("omnisegment", f"{SCHEMAS}/{schema}", operation, json, at, **other)


def order(**more: Any) -> dict[str, Any]:
    return {"data": {**ORDER, **more}}


OMNISEGMENT = [
    omnisegment(
        "PurchaseData",
        "importPurchaseData",
        order(**ADDED),
        "/orders/0",
        read=READ_ORDERS,
        read_schema="OrderRead",
        answered="/data/0",
    ),
    omnisegment("PurchaseData", "batchImportPurchaseData", {"data": [{**ORDER, **ADDED}]}, "/orders/0"),
    omnisegment(
        "ShippingAddress",
        "importPurchaseData",
        order(shipping_address={"address1": "路", **ADDED}),
        "/orders/0/shipping_address",
        read=READ_ORDERS,
        read_schema="AddressRead",
        answered="/data/0/shipping_address",
    ),
    omnisegment(
        "Voucher", "importPurchaseData", order(voucher=[{"voucher_name": "券", **ADDED}]), "/orders/0/voucher/0"
    ),
    omnisegment("AudienceData", "importAudience", {"data": {"member_sn": "1", **ADDED}}, "/members/0"),
    omnisegment("AudienceData", "batchImportAudience", {"data": [{"member_sn": "1", **ADDED}]}, "/members/0"),
    omnisegment(
        "FcmToken",
        "importAudience",
        {"data": {"member_sn": "1", "fcm_tokens": [{"token": "t", **ADDED}]}},
        "/members/0/fcm_tokens/0",
    ),
    omnisegment("ProductData", "importProduct", {"data": {**PRODUCT, **ADDED}}, "/products/0"),
    *(
        omnisegment(
            "AudienceMapping",
            "createAudienceMapping",
            {"source_id": "s", "source_system": "web", "mapping_key": key, key: "1", **ADDED},
            "/source_ids/0",
        )
        for key in ("member_sn", "line_id")
    ),
]

# -- FANSHIP ----------------------------------------------------------------------------------------------------------

FANSHIP = [
    Row(
        "fanship",
        "",
        "uploadPurchases",
        {"id": "1", **ADDED},
        "/purchases/0",
        path={"yyyymmdd": "20260115"},
        file="purchase.schema.json",
    ),
    Row(
        "fanship",
        "/properties/property/items",
        "uploadPurchases",
        {"id": "1", "property": [{"key": "k", "value": "v", **ADDED}]},
        "/purchases/0/property/0",
        path={"yyyymmdd": "20260115"},
        file="purchase.schema.json",
    ),
    Row("fanship", "", "uploadMembers", {"id": "1", **ADDED}, "/members/0", file="member.schema.json"),
]

# -- eSputnik ---------------------------------------------------------------------------------------------------------

EMAIL = "a@example.com"
CHANNEL = {"type": "email", "value": EMAIL}
CONTACT = {"externalCustomerId": "c-1", "channels": [CHANNEL]}
KNOWN = Sending("esputnik", "addContact", json=CONTACT)
READ_CONTACT = Sending("esputnik", "getContact", path={"id": "1"})
ADDED_ORDER = {
    "externalOrderId": "o-1",
    "externalCustomerId": "c-1",
    "totalCost": 5,
    "status": "INITIALIZED",
    "date": "2026-01-15T10:00:00",
    "currency": "UAH",
}
EVENT_LINE = {"externalItemId": "i", "name": "чай", "quantity": 1, "cost": 5, "url": "u", "imageUrl": "i"}


def esputnik(schema: str, operation: str, json: Any, at: str, **other: Any) -> Row:
    return Row("esputnik", f"{SCHEMAS}/{schema}", operation, json, at, **other)


def order_event(**params: Any) -> dict[str, Any]:
    order = {**ADDED_ORDER, "email": EMAIL, **params}
    named = [{"name": name, "value": value} for name, value in order.items()]
    return {"eventTypeKey": "orderCreated", "keyValue": "o-1", "params": named}


ESPUTNIK = [
    *(
        esputnik("Event", operation, {"eventTypeKey": "seen", "keyValue": "k", **ADDED}, "/events/0")
        for operation in ("registerEvent", "registerEventV2")
    ),
    esputnik(
        "Params/items",
        "registerEvent",
        {"eventTypeKey": "seen", "keyValue": "k", "params": [{"name": "n", "value": "v", **ADDED}]},
        "/events/0/params/0",
    ),
    esputnik("OrderUpdated", "registerEvent", order_event(**ADDED), "/orders/0", first=(KNOWN,)),
    esputnik(
        "EventOrderItem",
        "registerEvent",
        order_event(items=[{**EVENT_LINE, **ADDED}]),
        "/orders/0/items/0",
        first=(KNOWN,),
    ),
    *(
        esputnik(
            "PastEvent",
            operation,
            {"events": [{"eventTypeKey": "seen", "keyValue": "k", "occurred": "2026-01-14T10:00", **ADDED}]},
            "/events/0",
        )
        for operation in ("sendHistoryEvents", "sendHistoryEventsV2")
    ),
    esputnik("Order", "ordersBulkInsert", {"orders": [{**ADDED_ORDER, **ADDED}]}, "/orders/0", first=(KNOWN,)),
    esputnik(
        "OrderItem",
        "ordersBulkInsert",
        {"orders": [{**ADDED_ORDER, "items": [{"externalItemId": "i", "quantity": 1, **ADDED}]}]},
        "/orders/0/items/0",
        first=(KNOWN,),
    ),
    esputnik(
        "Contact",
        "addContact",
        {**CONTACT, **ADDED},
        "/contacts/0",
        read=READ_CONTACT,
        read_schema="Contact",
    ),
    esputnik(
        "Address",
        "addContact",
        {**CONTACT, "address": {"town": "Київ", **ADDED}},
        "/contacts/0/address",
        read=READ_CONTACT,
        read_schema="Address",
        answered="/address",
    ),
    esputnik(
        "Channel",
        "addContact",
        {"channels": [{**CHANNEL, **ADDED}]},
        "/contacts/0/channels/0",
        read=READ_CONTACT,
        read_schema="Channel",
        answered="/channels/0",
    ),
    esputnik("ContactUpdate", "updateContact", {**CONTACT, **ADDED}, "/contacts/0", path={"id": "1"}, first=(KNOWN,)),
    esputnik("Contact", "subscribeContact", {"contact": {**CONTACT, **ADDED}}, "/contacts/0"),
    esputnik("Contact", "contactsBulkUpdate", {"dedupeOn": "email", "contacts": [{**CONTACT, **ADDED}]}, "/contacts/0"),
]

# -- Zangsho ----------------------------------------------------------------------------------------------------------

CUSTOMER = Sending("zangsho", "createCustomer", json={"email": EMAIL})
SALE = {"order_no": "1", "amount": "1.00", "customer_email": EMAIL}
SUBSCRIPTION = {
    "customer_id": 1,
    "mrr": "1.00",
    "billing_cycle": "monthly",
    "started_at": "2026-01-01T00:00:00Z",
    "current_period_start": "2026-01-01T00:00:00Z",
}
SUBSCRIBED = Sending("zangsho", "createSubscription", json=SUBSCRIPTION)
CHANGE = {
    "customer_email": EMAIL,
    "event_type": "upgrade",
    "amount_change": "1.00",
    "occurred_at": "2026-01-01T00:00:00Z",
}


def zangsho(schema: str, operation: str, json: Any, at: str, **other: Any) -> Row:
    return Row("zangsho", f"{SCHEMAS}/{schema}", operation, json, at, **{"first": (CUSTOMER,), **other})


def read(operation: str, **path: str) -> Sending:
    return Sending("zangsho", operation, path=path)


ZANGSHO = [
    zangsho(
        "NewCustomer",
        "createCustomer",
        {"email": EMAIL, **ADDED},
        "/customers/0",
        first=(),
        read=read("getCustomer", id="1"),
        read_schema="Customer",
        answered="/data",
    ),
    zangsho(
        "OrderFields",
        "createOrder",
        {**SALE, **ADDED},
        "/orders/0",
        read=read("getOrder", order_no="1"),
        read_schema="Order",
        answered="/data",
    ),
    zangsho(
        "OrderFields",
        "importOrders",
        {"orders": [{**SALE, **ADDED}]},
        "/orders/0",
        read=read("listOrders"),
        read_schema="Order",
        answered="/data/0",
    ),
    zangsho(
        "NewSubscription",
        "createSubscription",
        {**SUBSCRIPTION, **ADDED},
        "/subscriptions/0",
        read=read("getSubscription", id="1"),
        read_schema="Subscription",
        answered="/data",
    ),
    zangsho(
        "NewSubscription",
        "importSubscriptions",
        {"subscriptions": [{**SUBSCRIPTION, **ADDED}]},
        "/subscriptions/0",
        read=read("listSubscriptions"),
        read_schema="Subscription",
        answered="/data/0",
    ),
    zangsho(
        "SubscriptionChange",
        "updateSubscription",
        ADDED,
        "/subscriptions/0",
        path={"id": "1"},
        first=(CUSTOMER, SUBSCRIBED),
        read=read("getSubscription", id="1"),
        read_schema="Subscription",
        answered="/data",
    ),
    zangsho(
        "Cancellation",
        "cancelSubscription",
        ADDED,
        "/subscriptions/0",
        path={"id": "1"},
        first=(CUSTOMER, SUBSCRIBED),
        read=read("getSubscription", id="1"),
        read_schema="Subscription",
        answered="/data",
    ),
    zangsho(
        "NewSubscriptionEvent",
        "createSubscriptionEvent",
        {**CHANGE, **ADDED},
        "/subscription_events/0",
        read=read("listSubscriptionEvents"),
        read_schema="SubscriptionEvent",
        answered="/data/0",
    ),
    zangsho(
        "NewSubscriptionEvent",
        "importSubscriptionEvents",
        {"events": [{**CHANGE, **ADDED}]},
        "/subscription_events/0",
    ),
]

ROWS = (*OMNISEGMENT, *FANSHIP, *ESPUTNIK, *ZANGSHO)
