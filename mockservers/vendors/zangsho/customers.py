"""Customers: whom an email stands for, and what an import makes of one."""

from __future__ import annotations

from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.vendors.zangsho.holding import CUSTOMER, CUSTOMERS, fold, new
from mockservers.vendors.zangsho.kinds import Fields, Item, Kind, Work
from mockservers.vendors.zangsho.payments import with_payments
from mockservers.vendors.zangsho.updating import imported

_CHANGEABLE = ("name", "phone", "external_id", "metadata")


def of_email(draft: Draft, email: str) -> Document | None:
    """The customer of an email."""
    alike = draft.find(CUSTOMERS, "email", fold(email))
    exact = next((customer for customer in alike if customer["email"] == email), None)
    if exact is not None or not alike:
        return exact
    return None if draft.reading("zangsho.item.email-match") == "exact" else alike[0]


def naming(draft: Draft, document: Document) -> dict[str, Any]:
    """What names the customer of a record: its id, email and name, wherever they are held."""
    number, email = document.get("customer_id"), document.get("customer_email")
    if number is not None:
        customer = draft.get(CUSTOMERS, str(number))
    else:
        customer = None if email is None else of_email(draft, email)
    if customer is None:
        return {}
    return {"customer_id": customer["id"], "customer_email": customer["email"], "customer_name": customer["name"]}


def made(draft: Draft, fields: dict[str, Any]) -> dict[str, Any]:
    """A new customer, laid."""
    document = new(CUSTOMER, draft.next_id(CUSTOMERS), draft.now, fields)
    draft.put(CUSTOMERS, document)
    return document


def _held(work: Work, fields: Fields) -> Document | None:
    return of_email(work.draft, fields["email"])


def _create(work: Work, item: Item, fields: Fields) -> Document:
    """Rule: `zangsho.customer.email-required`."""
    return made(work.draft, {name: fields.get(name) for name in ("email", *_CHANGEABLE)})


def _update(work: Work, item: Item, fields: Fields, held: Document) -> Document:
    document = imported(work, item, fields, held, _CHANGEABLE)
    work.draft.put(CUSTOMERS, document)
    return document


KIND = Kind(
    name="customers",
    noun="customer",
    collection=CUSTOMERS,
    shape=CUSTOMER,
    schema="#/components/schemas/NewCustomer",
    batch="#/components/schemas/CustomerBatch",
    fields="#/components/schemas/NewCustomer",
    taken="zangsho.customer.email-taken",
    held=_held,
    create=_create,
    update=_update,
    whole=with_payments,
)
