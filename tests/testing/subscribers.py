"""A subscription for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from mockservers.testing.orders import Customer, Subscription

SUBSCRIPTION = Subscription(
    Customer("000001", "c1@example.com", "+886912000001", "Ann"),
    "Pro",
    Decimal(990),
    "monthly",
    datetime(2025, 11, 1, tzinfo=UTC),
)
