"""Fields and values at Zangsho, written down from its pages alone: what is needed, what is right, what is kept.

https://developers.zangsho.com/guides/data-import
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
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
    "orders": ["order_no", "amount", "currency", "status", "payment_method", "billing_cycle", "paid_at", "metadata"],
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
SEEN = {
    "payment_method": ["credit_card", "atm", "cvs", "line_pay"],
    "billing_cycle": ["monthly", "yearly", "one-time"],
    "currency": ["TWD", "USD", "JPY", "HKD", "SGD", "CNY", "KRW", "MYR", "THB", "EUR", "GBP"],
}
"""What the pages show of an order's fields whose lists they do not show to the end."""
AMOUNTS, NUMBERS, OBJECTS = ["amount", "mrr", "amount_change"], ["customer_id"], ["metadata"]
EMAILS = ["email", "customer_email"]
INSTANTS = ["paid_at", "started_at", "current_period_start", "occurred_at", "cancelled_at"]


def cleaned(sent: Record, known: list[str], readings: Mapping[str, str]) -> Record:
    """The fields that are known and say something."""
    trimmed = {
        name: value.strip() if name in EMAILS and isinstance(value, str) else value for name, value in sent.items()
    }
    if (
        trimmed.get("metadata") == [] and readings["item.metadata-list"] == "accept"
    ):  # an empty object, as PHP writes it
        del trimmed["metadata"]
    return {name: value for name, value in trimmed.items() if name in known and value is not None and not blank(value)}


def blank(value: Any) -> bool:
    """Whether a value is a text of nothing but white space."""
    return isinstance(value, str) and not value.strip()


def right(kind: str, name: str, value: Any, readings: Mapping[str, str]) -> bool:
    """Whether a field is of its type and form."""
    if name in AMOUNTS:
        return _is_amount(name, value, readings)
    if name in NUMBERS:
        return isinstance(value, int) and not isinstance(value, bool)
    if name in OBJECTS:
        return isinstance(value, dict)
    if not isinstance(value, str) or (is_half(value) and readings["item.half-character"] == "refuse"):
        return False
    if name in INSTANTS:
        usual = re.fullmatch(r".{10}T..:..:..(\.\d+)?(Z|[+-]..:..)", value)
        lenient = readings["instant.form" if has_zone(value) else "instant.without-zone"] != "refuse"
        return value[:1] == "2" and (lenient or (usual is not None and has_zone(value)))
    return _is_listed(kind, name, value, readings)


def _is_amount(name: str, value: Any, readings: Mapping[str, str]) -> bool:
    exact = number(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
    if exact is None or (readings["amount.number"] == "refuse" and not isinstance(value, str)):
        return False
    if exact < 0 and name != "amount_change" and readings["amount.negative"] == "refuse":
        return False
    return places(exact) <= 2 or readings["amount.places"] != "refuse"


def _is_listed(kind: str, name: str, value: str, readings: Mapping[str, str]) -> bool:
    """Whether a text has its form, and is in the list of its field."""
    if name in EMAILS:
        return "@" in value
    if name == "currency" and not (len(value) == len("TWD") and value.isupper()):
        return False
    if name in SEEN and kind == "orders":
        rule = {"payment_method": "payment-method", "billing_cycle": "billing-cycle"}.get(name, name)
        return value in SEEN[name] or readings[f"order.{rule}"] == "accept"
    return value in LISTS[name] if name in LISTS else True


def is_half(text: str) -> bool:
    """Whether a text has half of a character in it."""
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def has_zone(value: str) -> bool:
    """Whether a time names its zone."""
    return value.endswith("Z") or "+" in value


def places(exact: Decimal) -> int:
    """How many decimal places an amount has."""
    return len(format(exact, "f").partition(".")[2])


def number(value: str | int) -> Decimal | None:
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def instant(value: str, without_zone: str = "utc") -> str:
    """A time as it is kept: in UTC, to the second."""
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone(timedelta(hours=8 if without_zone == "taipei" else 0)))
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def kept(name: str, value: Any, readings: Mapping[str, str]) -> Any:
    """A value as it is kept; one that cannot be kept stays as it is."""
    if not right("", name, value, readings):
        return value
    if name in AMOUNTS:
        exact = Decimal(value)
        digits = 2 if readings["amount.places"] == "round" else max(2, places(exact))
        return format(exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP), "f")
    return instant(value, readings["instant.without-zone"]) if name in INSTANTS else value


def same(name: str, one: Any, other: Any) -> bool:
    """Whether what one value says, as it is kept, the other says, too."""
    if name in OBJECTS and isinstance(one, dict | None):
        said = {key: value for key, value in (one or {}).items() if value is not None}
        return all(
            key in (other or {}) and type(other[key]) is type(value) and other[key] == value
            for key, value in said.items()
        )
    if name in EMAILS and isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    return type(one) is type(other) and bool(one == other)


def says_all(one: Record, other: Record) -> bool:
    """Whether one body says all that another does, as both were sent."""
    said = {name: value for name, value in other.items() if value is not None}
    return all(
        same("metadata" if isinstance(value, dict) else "", value, one.get(name)) for name, value in said.items()
    )


def rounded(sent: Record, said: Record) -> int:
    """How many amounts are kept as another number than the one that was sent."""
    return sum(name in said and Decimal(sent[name]) != Decimal(said[name]) for name in AMOUNTS)
