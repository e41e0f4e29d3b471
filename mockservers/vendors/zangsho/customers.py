"""Customers: look-up by email, and how a customer is created and updated."""

from __future__ import annotations

from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.vendors.zangsho.payments import with_payments
from mockservers.vendors.zangsho.record_shapes import CUSTOMER, CUSTOMERS, new_document
from mockservers.vendors.zangsho.record_types import Fields, Item, RecordType, WriteContext
from mockservers.vendors.zangsho.updates import updated_by_import
from mockservers.vendors.zangsho.values import fold

_CHANGEABLE = ("name", "phone", "external_id", "metadata")


def customer_of_email(draft: Draft, email: str) -> Document | None:
    """Return the customer of an email: the exact one, or by default one whose email differs only in case."""
    alike = draft.find(CUSTOMERS, "email", fold(email))
    for customer in alike:
        if customer["email"] == email:
            return customer
    if not alike or draft.reading("zangsho.item.email-match") == "exact":
        return None
    return alike[0]


def customer_fields(draft: Draft, record: Document) -> dict[str, Any]:
    """Return the id, email and name of a record's customer, which a request may contain."""
    number, email = record.get("customer_id"), record.get("customer_email")
    if number is not None:
        customer = draft.get(CUSTOMERS, str(number))
    else:
        customer = None if email is None else customer_of_email(draft, email)
    if customer is None:
        return {}
    return {"customer_id": customer["id"], "customer_email": customer["email"], "customer_name": customer["name"]}


def create_customer(draft: Draft, fields: dict[str, Any]) -> dict[str, Any]:
    """Store a new customer and return it."""
    customer = new_document(CUSTOMER, draft.next_id(CUSTOMERS), draft.now, fields)
    draft.put(CUSTOMERS, customer)
    return customer


def _find(context: WriteContext, fields: Fields) -> Document | None:
    return customer_of_email(context.draft, fields["email"])


def _create(context: WriteContext, item: Item, fields: Fields) -> Document:
    """Rule: `zangsho.customer.email-required`."""
    return create_customer(context.draft, {name: fields.get(name) for name in ("email", *_CHANGEABLE, *context.added)})


def _update(context: WriteContext, item: Item, fields: Fields, record: Document) -> Document:
    customer = updated_by_import(context, item, fields, record, (*_CHANGEABLE, *context.added))
    context.draft.put(CUSTOMERS, customer)
    return customer


CUSTOMER_TYPE = RecordType(
    name="customers",
    noun="customer",
    collection=CUSTOMERS,
    shape=CUSTOMER,
    record="#/components/schemas/Customer",
    schema="#/components/schemas/NewCustomer",
    batch="#/components/schemas/CustomerBatch",
    fields="#/components/schemas/NewCustomer",
    taken="zangsho.customer.email-taken",
    find=_find,
    create=_create,
    update=_update,
    complete=with_payments,
)
