"""What a merchant holds at Zangsho: customers, orders, subscriptions, their events, and the Activity Log.

Documents have the fields that the vendor answers with, in its order. `reason` of a cancelled subscription is held, and
never answered. Keys of idempotent calls are internal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from mockservers.core.deciding.vendor import Collection, Complete, Document, by, on
from mockservers.core.values.clock import text

CUSTOMERS, ORDERS, SUBSCRIPTIONS = "customers", "orders", "subscriptions"
SUBSCRIPTION_EVENTS, ACTIVITY, IDEMPOTENCY = "subscription_events", "activity", "idempotency_keys"
SOURCE = "api"

CUSTOMER: dict[str, Any] = {
    "id": None,
    "email": None,
    "name": None,
    "phone": None,
    "external_id": None,
    "metadata": None,
    "ltv": "0.00",
    "order_count": 0,
    "first_payment_at": None,
    "last_payment_at": None,
    "created_at": None,
    "updated_at": None,
}
ORDER: dict[str, Any] = {
    "id": None,
    "order_no": None,
    "amount": None,
    "currency": None,
    "status": None,
    "payment_method": None,
    "source": SOURCE,
    "billing_cycle": None,
    "paid_at": None,
    "refunded_at": None,
    "failed_at": None,
    "metadata": None,
    "customer_email": None,
    "customer_name": None,
    "created_at": None,
    "updated_at": None,
}
SUBSCRIPTION: dict[str, Any] = {
    "id": None,
    "customer_id": None,
    "status": "active",
    "plan_name": None,
    "mrr": None,
    "billing_cycle": None,
    "source": SOURCE,
    "started_at": None,
    "current_period_start": None,
    "cancelled_at": None,
    "created_at": None,
    "updated_at": None,
}
SUBSCRIPTION_EVENT: dict[str, Any] = {
    "id": None,
    "customer_id": None,
    "event_type": None,
    "source": SOURCE,
    "old_amount": None,
    "new_amount": None,
    "amount_change": None,
    "old_plan": None,
    "new_plan": None,
    "occurred_at": None,
    "created_at": None,
}


def fold(email: object) -> str:
    """An email as it is looked up."""
    return str(email).strip().casefold()


@lru_cache(maxsize=16)
def moment(now: datetime) -> str:
    """A moment as the vendor writes it, in whole seconds."""
    return text(now.replace(microsecond=0))


def new(shape: Mapping[str, Any], serial: int, now: datetime, fields: Mapping[str, Any]) -> dict[str, Any]:
    """A document of a shape: what is given, and what the vendor adds."""
    at = moment(now)
    times = {name: at for name in ("created_at", "updated_at") if name in shape}
    return {**shape, "id": serial, **times, **fields}


def shown(document: Document, shape: Mapping[str, Any]) -> dict[str, Any]:
    """A document as it is answered: the fields of its shape and no others."""
    return {name: document.get(name) for name in shape}


def _completed(shape: Mapping[str, Any], *needed: str, **defaults: Any) -> Complete:
    """Seeds may leave out what the vendor adds, and nothing that it is found by."""

    def complete(document: dict[str, Any], serial: int, now: datetime) -> dict[str, Any]:
        missing = [name for name in needed if name not in document]
        if missing:
            raise KeyError(missing[0])
        return new(shape, serial, now, {**defaults, **document})

    return complete


def _on_email(name: str) -> Callable[[Document], Iterable[str]]:
    def values(document: Document) -> Iterable[str]:
        email = document.get(name)
        return () if email is None else (fold(email),)

    return values


COLLECTIONS: Mapping[str, Collection] = {
    CUSTOMERS: Collection(
        key=by("id"),
        indexes={"email": _on_email("email"), "external_id": on("external_id")},
        complete=_completed(CUSTOMER, "email"),
    ),
    ORDERS: Collection(
        key=by("order_no"),
        indexes={"customer_email": _on_email("customer_email")},
        complete=_completed(ORDER, "order_no", "amount", currency="TWD", status="pending"),
    ),
    SUBSCRIPTIONS: Collection(
        key=by("id"),
        indexes={"customer_id": on("customer_id")},
        complete=_completed(SUBSCRIPTION, "customer_id", "mrr"),
    ),
    SUBSCRIPTION_EVENTS: Collection(key=by("id"), complete=_completed(SUBSCRIPTION_EVENT, "customer_id")),
    ACTIVITY: Collection(key=by("id"), complete=_completed({"id": None, "created_at": None})),
    IDEMPOTENCY: Collection(key=by("key"), internal=True),
}
