"""Subscriptions: one of each customer, imported or created by itself."""

from __future__ import annotations

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.vendors.zangsho.holding import CUSTOMERS, SUBSCRIPTION, SUBSCRIPTIONS, new
from mockservers.vendors.zangsho.kinds import Fields, Item, Kind, Work
from mockservers.vendors.zangsho.problems import Problem, problem
from mockservers.vendors.zangsho.subscription_events import record
from mockservers.vendors.zangsho.updating import imported

CANCELLED = "cancelled"
CHANGEABLE = ("plan_name", "mrr", "billing_cycle", "current_period_start")


def _held(work: Work, fields: Fields) -> Document | None:
    """The customer's subscription, one that is not cancelled before others."""
    found = work.draft.find(SUBSCRIPTIONS, "customer_id", str(int(fields["customer_id"])))
    running = next((subscription for subscription in found if subscription["status"] != CANCELLED), None)
    if running is not None or not found:
        return running
    return None if work.draft.reading("zangsho.subscription.one-per-customer") == "one-active" else found[0]


def _create(work: Work, item: Item, fields: Fields) -> Document | Problem:
    """Rule: `zangsho.subscription.required`."""
    draft = work.draft
    customer = draft.get(CUSTOMERS, str(int(fields["customer_id"])))
    if customer is None:
        rule_id, number = "zangsho.subscription.customer-known", fields["customer_id"]
        return problem(draft.contract, "unknown", rule_id, "customer_id", customer=number)
    document = new(SUBSCRIPTION, draft.next_id(SUBSCRIPTIONS), draft.now, {**fields, "customer_id": customer["id"]})
    draft.put(SUBSCRIPTIONS, document)
    if work.alone:
        _created_event(draft, document)
    return document


def _created_event(draft: Draft, created: Document) -> None:
    """Rule: `zangsho.subscription.created-event`."""
    record(draft, created, "created", None, created, created["started_at"])


def _update(work: Work, item: Item, fields: Fields, held: Document) -> Document:
    document = imported(work, item, fields, held, (*CHANGEABLE, "started_at"))
    work.draft.put(SUBSCRIPTIONS, document)
    return document


KIND = Kind(
    name="subscriptions",
    noun="subscription",
    collection=SUBSCRIPTIONS,
    shape=SUBSCRIPTION,
    schema="#/components/schemas/NewSubscription",
    batch="#/components/schemas/SubscriptionBatch",
    fields="#/components/schemas/NewSubscription",
    taken="zangsho.subscription.one-per-customer",
    held=_held,
    create=_create,
    update=_update,
)
