"""Subscriptions: one for each customer, imported or created singly."""

from __future__ import annotations

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.vendors.zangsho.problems import Problem, problem
from mockservers.vendors.zangsho.record_shapes import CUSTOMERS, SUBSCRIPTION, SUBSCRIPTIONS, new_document
from mockservers.vendors.zangsho.record_types import Fields, Item, RecordType, WriteContext
from mockservers.vendors.zangsho.subscription_events import record_event
from mockservers.vendors.zangsho.updates import updated_by_import

CANCELLED = "cancelled"
CHANGEABLE = ("plan_name", "mrr", "billing_cycle", "current_period_start")


def _find(context: WriteContext, fields: Fields) -> Document | None:
    """Return the customer's subscription, preferably one that is not cancelled."""
    subscriptions = context.draft.find(SUBSCRIPTIONS, "customer_id", str(int(fields["customer_id"])))
    active = next((subscription for subscription in subscriptions if subscription["status"] != CANCELLED), None)
    if active is not None or not subscriptions:
        return active
    return None if context.draft.reading("zangsho.subscription.one-per-customer") == "one-active" else subscriptions[0]


def _create(context: WriteContext, item: Item, fields: Fields) -> Document | Problem:
    """Rule: `zangsho.subscription.required`."""
    draft, number = context.draft, fields["customer_id"]
    customer = draft.get(CUSTOMERS, str(int(number)))  # JSON Schema takes 101.0 for an integer, too
    if customer is None:
        return problem(draft.contract, "unknown", "zangsho.subscription.customer-known", "customer_id", customer=number)
    own = {**fields, "customer_id": customer["id"]}
    subscription = new_document(SUBSCRIPTION, draft.next_id(SUBSCRIPTIONS), draft.now, own)
    draft.put(SUBSCRIPTIONS, subscription)
    if context.is_single:
        _record_creation(draft, subscription)
    return subscription


def _record_creation(draft: Draft, subscription: Document) -> None:
    """Rule: `zangsho.subscription.created-event`."""
    record_event(draft, subscription, "created", None, subscription, subscription["started_at"])


def _update(context: WriteContext, item: Item, fields: Fields, record: Document) -> Document:
    subscription = updated_by_import(context, item, fields, record, (*CHANGEABLE, "started_at", *context.added))
    context.draft.put(SUBSCRIPTIONS, subscription)
    return subscription


SUBSCRIPTION_TYPE = RecordType(
    name="subscriptions",
    noun="subscription",
    collection=SUBSCRIPTIONS,
    shape=SUBSCRIPTION,
    record="#/components/schemas/Subscription",
    schema="#/components/schemas/NewSubscription",
    batch="#/components/schemas/SubscriptionBatch",
    fields="#/components/schemas/NewSubscription",
    taken="zangsho.subscription.one-per-customer",
    find=_find,
    create=_create,
    update=_update,
)
