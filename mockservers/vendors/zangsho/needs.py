"""The requirements of Zangsho's code on the contract's schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TEXT = {"type": "string"}
_TEXT_OR_NULL = {"type": ["string", "null"]}
_AMOUNT = {"type": ["string", "number"]}
_AMOUNT_OR_NULL = {"type": ["string", "number", "null"]}
_ON_CONFLICT = {"type": ["string", "null"], "enum": ["skip", "update", None]}
_NUMBER = {"type": "integer"}
_CLOSED = {"closed": True}
_SCHEMAS = "#/components/schemas/"
_BATCHES = {
    "CustomerBatch": "customers",
    "OrderBatch": "orders",
    "SubscriptionBatch": "subscriptions",
    "SubscriptionEventBatch": "events",
}

_FROM_ONE = {"type": "integer", "minimum": 1, "default": True}

NEEDS: Mapping[str, Mapping[str, Any]] = {
    "#/components/parameters/Page/schema": _FROM_ONE,
    "#/components/parameters/PerPage/schema": _FROM_ONE,
    **{f"#/components/parameters/{name}/schema": _TEXT for name in ("StartDate", "EndDate")},
    f"{_SCHEMAS}NewCustomer": {**_CLOSED, "required": ["email"], "properties": {"email": _TEXT}},
    f"{_SCHEMAS}OrderFields": {
        **_CLOSED,
        "required": ["order_no", "amount"],
        "properties": {
            "order_no": _TEXT,
            "amount": _AMOUNT,
            "customer_email": _TEXT_OR_NULL,
            "customer_id": {"type": ["integer", "null"]},
            "customer_name": _TEXT_OR_NULL,
            "currency": _TEXT_OR_NULL,
            "status": {},
            "paid_at": _TEXT_OR_NULL,
            "refunded_at": _TEXT_OR_NULL,
            "failed_at": _TEXT_OR_NULL,
        },
    },
    f"{_SCHEMAS}NewSubscription": {
        **_CLOSED,
        "required": ["customer_id", "mrr", "started_at"],
        "properties": {"customer_id": _NUMBER, "mrr": _AMOUNT, "started_at": _TEXT, "current_period_start": _TEXT},
    },
    f"{_SCHEMAS}SubscriptionChange": {
        **_CLOSED,
        "properties": {"mrr": _AMOUNT_OR_NULL, "current_period_start": _TEXT_OR_NULL},
    },
    f"{_SCHEMAS}Cancellation": {**_CLOSED, "properties": {"cancelled_at": _TEXT_OR_NULL, "reason": {}}},
    f"{_SCHEMAS}NewSubscriptionEvent": {
        **_CLOSED,
        "required": ["customer_email", "event_type", "amount_change", "occurred_at"],
        "properties": {
            "customer_email": _TEXT,
            "amount_change": _AMOUNT,
            "occurred_at": _TEXT,
            "old_amount": _AMOUNT_OR_NULL,
            "new_amount": _AMOUNT_OR_NULL,
        },
    },
    **{
        f"{_SCHEMAS}{batch}": {
            **_CLOSED,
            "type": "object",
            "envelope": [],
            "required": [name],
            "properties": {name: {"type": "array", "items": {"type": "object"}}, "on_conflict": _ON_CONFLICT},
        }
        for batch, name in _BATCHES.items()
    },
}
