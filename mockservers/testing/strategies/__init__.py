"""Hypothesis strategies for orders, and `requests` for calls of a vendor's operations."""

from mockservers.testing.requests_from_contracts import requests
from mockservers.testing.strategies.changes import EDITS, edit_of, edited, exchanged, later, refunded_in_part, returned
from mockservers.testing.strategies.lines import lines
from mockservers.testing.strategies.orders import WAYS, books, histories, history_of, orders
from mockservers.testing.strategies.pools import (
    CURRENCIES,
    DAYS,
    KNOWN_BY,
    NAMES,
    OFFSETS,
    SIZES,
    addresses,
    amounts,
    customers,
    known_by,
    moments,
)
from mockservers.testing.strategies.subscriptions import TURNS, subscriptions, turned

__all__ = [
    "CURRENCIES",
    "DAYS",
    "EDITS",
    "KNOWN_BY",
    "NAMES",
    "OFFSETS",
    "SIZES",
    "TURNS",
    "WAYS",
    "addresses",
    "amounts",
    "books",
    "customers",
    "edit_of",
    "edited",
    "exchanged",
    "histories",
    "history_of",
    "known_by",
    "later",
    "lines",
    "moments",
    "orders",
    "refunded_in_part",
    "requests",
    "returned",
    "subscriptions",
    "turned",
]
