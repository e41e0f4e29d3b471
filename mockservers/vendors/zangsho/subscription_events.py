"""Subscription events: sent by the integrator, or caused by a change to a subscription."""

from __future__ import annotations

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.vendors.zangsho.activity import log_write
from mockservers.vendors.zangsho.customers import customer_of_email
from mockservers.vendors.zangsho.problems import Problem, problem
from mockservers.vendors.zangsho.record_shapes import SUBSCRIPTION_EVENT, SUBSCRIPTION_EVENTS, new_document
from mockservers.vendors.zangsho.record_types import Fields, Item, RecordType, WriteContext
from mockservers.vendors.zangsho.values import add


def record_event(
    draft: Draft, subscription: Document, event_type: str, before: Document | None, after: Document | None, at: str
) -> None:
    """Store the event of a change to a subscription. `before` or `after` is None if it was or is not active."""
    old_amount, new_amount = before and before["mrr"], after and after["mrr"]
    _store(
        draft,
        {
            "customer_id": subscription["customer_id"],
            "event_type": event_type,
            "old_amount": old_amount,
            "new_amount": new_amount,
            "amount_change": add(new_amount or "0.00", old_amount or "0.00", -1),
            "old_plan": before and before["plan_name"],
            "new_plan": after and after["plan_name"],
            "occurred_at": at,
        },
        log=True,
    )


def _store(draft: Draft, fields: Fields, *, log: bool = False) -> Document:
    event = new_document(SUBSCRIPTION_EVENT, draft.next_id(SUBSCRIPTION_EVENTS), draft.now, fields)
    draft.put(SUBSCRIPTION_EVENTS, event)
    if log:
        log_write(draft, "subscription_event", "created", event)
    return event


def _create(context: WriteContext, item: Item, fields: Fields) -> Document | Problem:
    """Rules: `zangsho.event.required`, `zangsho.event.path`."""
    draft, email = context.draft, fields["customer_email"]
    customer = customer_of_email(draft, email)
    if customer is None:
        return problem(draft.contract, "unknown", "zangsho.event.customer-known", "customer_email", customer=email)
    own = {name: value for name, value in fields.items() if name != "customer_email"}
    return _store(draft, {"customer_id": customer["id"], **own})


def _find(context: WriteContext, fields: Fields) -> Document | None:
    """Return None: events have no key, so two equal ones are two events."""


def _update(context: WriteContext, item: Item, fields: Fields, record: Document) -> Document:
    return record


SUBSCRIPTION_EVENT_TYPE = RecordType(
    name="events",
    noun="subscription_event",
    collection=SUBSCRIPTION_EVENTS,
    shape=SUBSCRIPTION_EVENT,
    record="#/components/schemas/SubscriptionEvent",
    schema="#/components/schemas/NewSubscriptionEvent",
    batch="#/components/schemas/SubscriptionEventBatch",
    fields="#/components/schemas/NewSubscriptionEvent",
    taken="",
    find=_find,
    create=_create,
    update=_update,
)
