"""Fields and values at Zangsho, written down from its pages alone: what is needed, what is right, what is kept.

https://developers.zangsho.com/guides/data-import
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

Record = dict[str, Any]

REQUIRED = {
    "customers": ["email"],
    "orders": ["order_no", "amount"],
    "subscriptions": ["customer_id", "mrr", "billing_cycle", "started_at", "current_period_start"],
    "events": ["customer_email", "event_type", "amount_change", "occurred_at"],
}
FIELDS = {
    "customers": ["email", "name", "phone", "external_id", "metadata"],
    "orders": ["order_no", "amount", "currency", "status", "billing_cycle", "paid_at", "metadata"],
    "subscriptions": ["customer_id", "plan_name", "mrr", "billing_cycle", "started_at", "current_period_start"],
    "events": ["event_type", "amount_change", "occurred_at", "new_plan"],
}
CUSTOMER_OF_AN_ORDER = ["customer_email", "customer_id", "customer_name"]
KEY = {"customers": "email", "orders": "order_no", "subscriptions": "customer_id", "events": "customer_email"}
REASON = {"customers": "duplicate_email", "orders": "duplicate_order_no", "subscriptions": "duplicate_subscription"}
NOUN = {"customers": "customer", "orders": "order", "subscriptions": "subscription", "events": "subscription_event"}
LISTS = {
    "status": ["pending", "paid", "failed", "refunded", "cancelled"],
    "event_type": ["created", "upgrade", "downgrade", "cancel", "reactivated"],
    "billing_cycle": ["monthly", "quarterly", "semi-annual", "yearly"],
}
AMOUNTS, NUMBERS, OBJECTS = ["amount", "mrr", "amount_change"], ["customer_id"], ["metadata"]
EMAILS = ["email", "customer_email"]
INSTANTS = ["paid_at", "started_at", "current_period_start", "occurred_at", "cancelled_at"]


def cleaned(sent: Record, known: list[str]) -> Record:
    """The fields that are known and say something."""
    trimmed = {
        name: value.strip() if name in EMAILS and isinstance(value, str) else value for name, value in sent.items()
    }
    if trimmed.get("metadata") == []:  # an empty object, as PHP writes it
        del trimmed["metadata"]
    return {name: value for name, value in trimmed.items() if name in known and value is not None and not blank(value)}


def blank(value: Any) -> bool:
    """Whether a value is a text of nothing but white space."""
    return isinstance(value, str) and not value.strip()


def right(kind: str, name: str, value: Any) -> bool:  # noqa: PLR0911 - a table, said in words
    """Whether a field is of its type and form."""
    if name in AMOUNTS:
        return isinstance(value, str | int) and not isinstance(value, bool) and number(value) is not None
    if name in NUMBERS:
        return isinstance(value, int) and not isinstance(value, bool)
    if name in OBJECTS:
        return isinstance(value, dict)
    if not isinstance(value, str):
        return False
    if name in EMAILS:
        return "@" in value
    if name in INSTANTS:
        return value[:1] == "2"
    if name == "currency":
        return len(value) == len("TWD") and value.isupper()
    return value in LISTS[name] if name in LISTS and (name, kind) != ("billing_cycle", "orders") else True


def number(value: str | int) -> Decimal | None:
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def instant(value: str) -> str:
    return datetime.fromisoformat(value).astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def kept(name: str, value: Any) -> Any:
    """A value as it is kept; one that cannot be kept stays as it is."""
    if name in AMOUNTS and right("", name, value):
        return format(Decimal(value).quantize(Decimal("0.01")), "f")
    return instant(value) if name in INSTANTS and right("", name, value) else value


def same(name: str, one: Any, other: Any) -> bool:
    """Whether what one value says, as it is kept, the other says, too."""
    if name in OBJECTS:
        said = {key: value for key, value in (one or {}).items() if value is not None}
        return all(
            key in (other or {}) and type(other[key]) is type(value) and other[key] == value
            for key, value in said.items()
        )
    if name in EMAILS and isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    return type(one) is type(other) and bool(one == other)
