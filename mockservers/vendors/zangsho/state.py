"""The collections of a Zangsho merchant: customers, orders, subscriptions, their events, and the Activity Log.

The `reason` of a cancelled subscription is stored and never answered. Idempotency keys are internal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from mockservers.core.deciding.document_keys import keys_of
from mockservers.core.deciding.vendor import Collection, Complete, Document, by, on
from mockservers.core.deciding.view import View
from mockservers.vendors.zangsho.payments import with_payments
from mockservers.vendors.zangsho.record_shapes import (
    ACTIVITY,
    ACTIVITY_ENTRY,
    CUSTOMER,
    CUSTOMERS,
    IDEMPOTENCY,
    ORDER,
    ORDERS,
    SUBSCRIPTION,
    SUBSCRIPTION_EVENT,
    SUBSCRIPTION_EVENTS,
    SUBSCRIPTIONS,
    new_document,
)
from mockservers.vendors.zangsho.values import fold


def _completed(shape: Mapping[str, Any], *required: str, **defaults: Any) -> Complete:
    """Return a function that completes seeds. They may lack the fields that the vendor adds, but not indexed ones."""

    def complete(document: dict[str, Any], serial: int, now: datetime) -> dict[str, Any]:
        missing = [name for name in required if name not in document]
        if missing:
            raise KeyError(missing[0])
        return new_document(shape, serial, now, {**defaults, **document})

    return complete


def _on_email(name: str) -> Callable[[Document], Iterable[str]]:
    def values(document: Document) -> Iterable[str]:
        email = document.get(name)
        return () if email is None else (fold(email),)

    return values


def _customer_with_payments(customer: dict[str, Any], view: View) -> dict[str, Any]:
    return dict(with_payments(view, customer))


_SCHEMAS = "#/components/schemas/"
COLLECTIONS: Mapping[str, Collection] = {
    CUSTOMERS: Collection(
        key=by("id"),
        indexes={"email": _on_email("email"), "external_id": on("external_id")},
        complete=_completed(CUSTOMER, "email"),
        render=_customer_with_payments,
        keys=keys_of(f"{_SCHEMAS}NewCustomer", f"{_SCHEMAS}Customer", added=CUSTOMER),
        schemas=(f"{_SCHEMAS}NewCustomer", f"{_SCHEMAS}Customer"),
    ),
    ORDERS: Collection(
        key=by("order_no"),
        indexes={"customer_email": _on_email("customer_email")},
        complete=_completed(ORDER, "order_no", "amount", currency="TWD", status="pending"),
        keys=keys_of(f"{_SCHEMAS}OrderFields", f"{_SCHEMAS}Order", added=ORDER),
        schemas=(f"{_SCHEMAS}OrderFields", f"{_SCHEMAS}Order"),
    ),
    SUBSCRIPTIONS: Collection(
        key=by("id"),
        indexes={"customer_id": on("customer_id")},
        complete=_completed(SUBSCRIPTION, "customer_id", "mrr"),
        keys=keys_of(f"{_SCHEMAS}NewSubscription", f"{_SCHEMAS}Subscription", added=(*SUBSCRIPTION, "reason")),
        schemas=(f"{_SCHEMAS}NewSubscription", f"{_SCHEMAS}Subscription"),
    ),
    SUBSCRIPTION_EVENTS: Collection(
        key=by("id"),
        complete=_completed(SUBSCRIPTION_EVENT, "customer_id"),
        keys=keys_of(f"{_SCHEMAS}NewSubscriptionEvent", f"{_SCHEMAS}SubscriptionEvent", added=SUBSCRIPTION_EVENT),
        schemas=(f"{_SCHEMAS}NewSubscriptionEvent", f"{_SCHEMAS}SubscriptionEvent"),
    ),
    ACTIVITY: Collection(key=by("id"), complete=_completed(ACTIVITY_ENTRY), keys=keys_of(added=ACTIVITY_ENTRY)),
    IDEMPOTENCY: Collection(key=by("key"), internal=True),
}
