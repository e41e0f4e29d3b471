"""The documents of a Zangsho merchant, with the fields of the vendor's answers, in its order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

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
ACTIVITY_ENTRY: dict[str, Any] = {
    "id": None,
    "action": None,
    "subject_type": None,
    "subject_id": None,
    "batch": False,
    "created_at": None,
}
"""An entry of the Activity Log. No operation of the vendor reads the log, so no page documents an entry."""


@lru_cache(maxsize=16)
def timestamp(now: datetime) -> str:
    """Return a moment as the vendor writes it, in whole seconds."""
    return text(now.replace(microsecond=0))


def new_document(shape: Mapping[str, Any], serial: int, now: datetime, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document of a shape, with the fields that the vendor adds."""
    added_at = timestamp(now)
    if "updated_at" in shape:
        return {**shape, "id": serial, "created_at": added_at, "updated_at": added_at, **fields}
    return {**shape, "id": serial, "created_at": added_at, **fields}
