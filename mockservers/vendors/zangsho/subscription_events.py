"""Subscription events: sent by the integrator, or made by what happens to a subscription."""

from __future__ import annotations

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.vendors.zangsho.activity import log
from mockservers.vendors.zangsho.customers import of_email
from mockservers.vendors.zangsho.holding import SUBSCRIPTION_EVENT, SUBSCRIPTION_EVENTS, new
from mockservers.vendors.zangsho.kinds import Fields, Item, Kind, Work
from mockservers.vendors.zangsho.problems import Problem, problem
from mockservers.vendors.zangsho.values import added


def record(
    draft: Draft, subscription: Document, event_type: str, before: Document | None, after: Document | None, at: str
) -> None:
    """An event that a subscription makes: from what it was to what it is, None where it was or is nothing."""
    old, new_amount = before and before["mrr"], after and after["mrr"]
    document = new(
        SUBSCRIPTION_EVENT,
        draft.next_id(SUBSCRIPTION_EVENTS),
        draft.now,
        {
            "customer_id": subscription["customer_id"],
            "event_type": event_type,
            "old_amount": old,
            "new_amount": new_amount,
            "amount_change": added(new_amount or "0.00", old or "0.00", -1),
            "old_plan": before and before["plan_name"],
            "new_plan": after and after["plan_name"],
            "occurred_at": at,
        },
    )
    draft.put(SUBSCRIPTION_EVENTS, document)
    log(draft, "subscription_event", "created", document)


def _create(work: Work, item: Item, fields: Fields) -> Document | Problem:
    """Rules: `zangsho.event.required`, `zangsho.event.path`."""
    draft, email = work.draft, fields["customer_email"]
    customer = of_email(draft, email)
    if customer is None:
        return problem(draft.contract, "unknown", "zangsho.event.customer-known", "customer_email", customer=email)
    own = {name: value for name, value in fields.items() if name != "customer_email"}
    document = new(
        SUBSCRIPTION_EVENT, draft.next_id(SUBSCRIPTION_EVENTS), draft.now, {"customer_id": customer["id"], **own}
    )
    draft.put(SUBSCRIPTION_EVENTS, document)
    return document


def _held(work: Work, fields: Fields) -> Document | None:
    """Nothing: no two events are the same one."""


def _update(work: Work, item: Item, fields: Fields, held: Document) -> Document:
    return held


KIND = Kind(
    name="events",
    noun="subscription_event",
    collection=SUBSCRIPTION_EVENTS,
    shape=SUBSCRIPTION_EVENT,
    schema="#/components/schemas/NewSubscriptionEvent",
    batch="#/components/schemas/SubscriptionEventBatch",
    fields="#/components/schemas/NewSubscriptionEvent",
    taken="",
    held=_held,
    create=_create,
    update=_update,
)
