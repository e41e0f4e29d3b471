"""Orders: whose they are, what is filled in, and what an import makes of one."""

from __future__ import annotations

from typing import Any

from mockservers.core.deciding.vendor import Document
from mockservers.vendors.zangsho.activity import log
from mockservers.vendors.zangsho.customers import made, of_email
from mockservers.vendors.zangsho.holding import CUSTOMERS, ORDER, ORDERS, fold, new
from mockservers.vendors.zangsho.kinds import Fields, Item, Kind, Work
from mockservers.vendors.zangsho.open_lists import unseen_value
from mockservers.vendors.zangsho.problems import Problem, problem
from mockservers.vendors.zangsho.updating import updated

_NAMING = ("customer_email", "customer_id", "customer_name")
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


def _held(work: Work, fields: Fields) -> Document | None:
    return work.draft.get(ORDERS, fields["order_no"])


def _create(work: Work, item: Item, fields: Fields) -> Document | Problem:
    """Rule: `zangsho.order.required`."""
    unseen = unseen_value(work, fields)
    if unseen:
        return unseen
    customer = _owner(work, item, fields)
    if isinstance(customer, Problem):
        return customer
    draft = work.draft
    own = {name: value for name, value in fields.items() if name not in _NAMING}
    whose = {"customer_email": customer["email"], "customer_name": customer["name"]}
    filled = _defaults(work, item, fields)
    document = new(ORDER, draft.next_id(ORDERS), draft.now, {**filled, **own, **whose})
    draft.put(ORDERS, document)
    return document


def _update(work: Work, item: Item, fields: Fields, held: Document) -> Document | Problem:
    unseen = unseen_value(work, fields)
    if unseen:
        return unseen
    customer = _owner(work, item, fields)
    if isinstance(customer, Problem):
        return customer
    document = updated(work, item, fields, held, _CHANGEABLE, "zangsho.order.update-non-empty")
    document |= {"customer_email": customer["email"], "customer_name": customer["name"]}
    work.draft.put(ORDERS, document)
    return document


def _owner(work: Work, item: Item, fields: Fields) -> Document | Problem:
    """The customer of an order: the one of the email, else the one of the id, else one that the order makes."""
    draft = work.draft
    email, number = fields.get("customer_email"), fields.get("customer_id")
    customer = None if email is None else of_email(draft, email)
    if email is None and draft.reading("zangsho.order.customer-named") == "email":
        return problem(draft.contract, "required", "zangsho.order.customer-named", "customer_email")
    if customer is None and number is not None and not work.alone:
        customer = draft.get(CUSTOMERS, str(int(number)))
    if customer is None:
        if email is None or not (work.alone or draft.reading("zangsho.order.customer-known") == "create-customer"):
            who = number if email is None else email
            return problem(draft.contract, "unknown", "zangsho.order.customer-known", "customer_id", customer=who)
        customer = made(draft, {"email": email, "name": fields.get("customer_name")})
        log(draft, "customer", "created", customer, batch=not work.alone)
        rule_id = "zangsho.order.creates-customer"
        draft.note("noted", rule_id, item=item.index, at=item.at("customer_email"), customer=email)
    _note_names(work, item, fields, customer)
    return customer


def _note_names(work: Work, item: Item, fields: Fields, customer: Document) -> None:
    """What an order says of its customer and nobody keeps."""
    email, number, name = (fields.get(naming) for naming in _NAMING)
    passed_over = []
    if email is not None and fold(email) != fold(customer["email"]):
        passed_over.append("customer_email")
    if number is not None and number != customer["id"]:
        passed_over.append("customer_id")
    for naming in passed_over:
        rule_id = "zangsho.order.email-before-id"
        work.draft.note("ignored", rule_id, item=item.index, at=item.at(naming), key=naming)
    if name is not None and name != customer["name"]:
        rule_id = "zangsho.order.customer-name"
        work.draft.note("ignored", rule_id, item=item.index, at=item.at("customer_name"), held=customer["name"])


def _defaults(work: Work, item: Item, fields: Fields) -> dict[str, Any]:
    """Status and currency where they are not given."""
    rule_id = "zangsho.order.defaults"
    filled = {name: work.draft.value(rule_id, name) for name in ("status", "currency") if name not in fields}
    for name, kept in filled.items():
        work.draft.note("noted", rule_id, item=item.index, at=item.at(), key=name, kept=kept)
    return filled


def _compared(work: Work, held: Document) -> Fields:
    """An order does not show the id of its customer, and can be sent with it."""
    customer = None if held["customer_email"] is None else of_email(work.draft, held["customer_email"])
    return held if customer is None else {**held, "customer_id": customer["id"]}


KIND = Kind(
    name="orders",
    noun="order",
    collection=ORDERS,
    shape=ORDER,
    schema="#/components/schemas/NewOrder",
    batch="#/components/schemas/OrderBatch",
    fields="#/components/schemas/OrderFields",
    taken="zangsho.order.number-taken",
    held=_held,
    create=_create,
    update=_update,
    compared=_compared,
)
