"""Orders: their customer, their defaults, and how an order is created and updated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.vendors.zangsho.activity import log_write
from mockservers.vendors.zangsho.customers import create_customer, customer_of_email
from mockservers.vendors.zangsho.problems import Problem, problem
from mockservers.vendors.zangsho.record_shapes import CUSTOMERS, ORDER, ORDERS, new_document
from mockservers.vendors.zangsho.record_types import Fields, Item, RecordType, WriteContext
from mockservers.vendors.zangsho.updates import updated
from mockservers.vendors.zangsho.values import fold

_CHANGEABLE = (
    "amount",
    "currency",
    "status",
    "payment_method",
    "billing_cycle",
    "paid_at",
    "refunded_at",
    "failed_at",
    "metadata",
)
_PARTLY_LISTED = {
    "payment_method": "zangsho.order.payment-method",
    "currency": "zangsho.order.currency",
    "billing_cycle": "zangsho.order.billing-cycle",
}
"""Values that the pages do not show are accepted, but at risk: the full list may lack them."""


def _find(context: WriteContext, fields: Fields) -> Document | None:
    return context.draft.get(ORDERS, fields["order_no"])


def _create(context: WriteContext, item: Item, fields: Fields) -> Document | Problem:
    """Rule: `zangsho.order.required`."""
    customer = _customer(context, item, fields)
    if isinstance(customer, Problem):
        return customer
    draft = context.draft
    stated = fields if "status" in fields and "currency" in fields else {**_defaults(context, item, fields), **fields}
    order = new_document(ORDER, draft.next_id(ORDERS), draft.now, stated)
    order |= {"customer_email": customer["email"], "customer_name": customer["name"]}
    order.pop("customer_id", None)
    draft.put(ORDERS, order)
    return order


def _create_all(context: WriteContext, items: Sequence[Fields]) -> list[Document] | None:
    """Create orders with new numbers and known customers, which have all fields with a default."""
    draft, numbers = context.draft, {fields["order_no"] for fields in items}
    if len(numbers) < len(items) or draft.holds_any(ORDERS, numbers):
        return None
    customers = _customers_as_named(draft, items)
    if customers is None or not all("status" in fields and "currency" in fields for fields in items):
        return None
    blank, ids = new_document(ORDER, 0, draft.now, {}), draft.next_ids(ORDERS, len(items))
    orders: list[Document] = [
        {**blank, "id": number, **fields, **customers[fields["customer_email"]]}
        for number, fields in zip(ids, items, strict=True)
    ]
    draft.put_all(ORDERS, orders)
    return orders


def _customers_as_named(draft: Draft, items: Sequence[Fields]) -> dict[str, Fields] | None:
    """Return the customer fields of orders, by email, if each order names its customer as it is held."""
    if any("customer_id" in fields for fields in items):
        return None
    customers: dict[str, Fields] = {}
    for email, name in {(fields.get("customer_email"), fields.get("customer_name")) for fields in items}:
        if email is None:
            return None
        alike = draft.find(CUSTOMERS, "email", fold(email))
        customer = next((each for each in alike if each["email"] == email), None)
        if customer is None or name not in (None, customer["name"]):
            return None
        customers[email] = {"customer_email": email, "customer_name": customer["name"]}
    return customers


def _update(context: WriteContext, item: Item, fields: Fields, record: Document) -> Document | Problem:
    customer = _customer(context, item, fields)
    if isinstance(customer, Problem):
        return customer
    order = updated(context, item, fields, record, (*_CHANGEABLE, *context.added), "zangsho.order.update-non-empty")
    order |= {"customer_email": customer["email"], "customer_name": customer["name"]}
    context.draft.put(ORDERS, order)
    return order


def _missing(context: WriteContext, fields: Fields) -> Problem | None:
    """Return the problem of a batch order without an email, if a reading requires it besides the id."""
    rule_id = "zangsho.order.customer-named"
    if context.is_single or "customer_email" in fields or context.draft.reading(rule_id) != "email":
        return None
    return problem(context.draft.contract, "required", rule_id, "customer_email")


def _customer(context: WriteContext, item: Item, fields: Fields) -> Document | Problem:
    """Return the customer of an order: by its email, else by its id, else a new one."""
    draft = context.draft
    email, number = fields.get("customer_email"), fields.get("customer_id")
    customer = None if email is None else _customer_of_email(context, email)
    if customer is None and number is not None and not context.is_single:
        customer = draft.get(CUSTOMERS, str(int(number)))  # JSON Schema takes 101.0 for an integer, too
    if customer is None:
        creates = context.is_single or draft.reading("zangsho.order.customer-known") == "create-customer"
        if email is None or not creates:
            named = number if email is None else email
            return problem(draft.contract, "unknown", "zangsho.order.customer-known", "customer_id", customer=named)
        customer = create_customer(draft, {"email": email, "name": fields.get("customer_name")})
        log_write(draft, "customer", "created", customer, batch=not context.is_single)
        rule_id = "zangsho.order.creates-customer"
        draft.note("noted", rule_id, item=item.index, at=item.at("customer_email"), customer=email)
    _note_customer_fields(context, item, fields, customer)
    return customer


def _customer_of_email(context: WriteContext, email: str) -> Document | None:
    """Return the customer of an email, found once per call."""
    customer = context.customers.get(email)
    if customer is None:
        customer = customer_of_email(context.draft, email)
        if customer is not None:
            context.customers[email] = customer
    return customer


def _note_customer_fields(context: WriteContext, item: Item, fields: Fields, customer: Document) -> None:
    """Note the customer fields of an order that the vendor does not store."""
    email, number, customer_name = fields.get("customer_email"), fields.get("customer_id"), fields.get("customer_name")
    ignored = []
    if email not in (None, customer["email"]) and fold(email) != fold(customer["email"]):
        ignored.append("customer_email")
    if number is not None and number != customer["id"]:
        ignored.append("customer_id")
    for name in ignored:
        rule_id = "zangsho.order.email-before-id"
        context.draft.note("ignored", rule_id, item=item.index, at=item.at(name), key=name)
    if customer_name is not None and customer_name != customer["name"]:
        rule_id, place = "zangsho.order.customer-name", item.at("customer_name")
        context.draft.note("ignored", rule_id, item=item.index, at=place, held=customer["name"])


def _defaults(context: WriteContext, item: Item, fields: Fields) -> dict[str, Any]:
    """Return the default status and currency, if they are not stated."""
    rule_id = "zangsho.order.defaults"
    defaults = {name: context.draft.value(rule_id, name) for name in ("status", "currency") if name not in fields}
    for name, value in defaults.items():
        context.draft.note("noted", rule_id, item=item.index, at=item.at(), key=name, kept=value)
    return defaults


def _comparable(context: WriteContext, order: Document) -> Fields:
    """Return an order with the id of its customer, which requests can contain but answers do not."""
    email = order["customer_email"]
    customer = None if email is None else customer_of_email(context.draft, email)
    return order if customer is None else {**order, "customer_id": customer["id"]}


ORDER_TYPE = RecordType(
    name="orders",
    noun="order",
    collection=ORDERS,
    shape=ORDER,
    record="#/components/schemas/Order",
    schema="#/components/schemas/NewOrder",
    batch="#/components/schemas/OrderBatch",
    fields="#/components/schemas/OrderFields",
    taken="zangsho.order.number-taken",
    find=_find,
    create=_create,
    update=_update,
    create_all=_create_all,
    missing=_missing,
    partly_listed=_PARTLY_LISTED,
    comparable=_comparable,
)
