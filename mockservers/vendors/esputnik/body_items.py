"""The items in a request body: their number, and the item that contains a place."""

from __future__ import annotations

from mockservers.core.exchange.call import Call, Json
from mockservers.core.values.json_text import position, tokens_of

LISTS = {
    "ordersBulkInsert": "orders",
    "sendHistoryEvents": "events",
    "sendHistoryEventsV2": "events",
    "contactsBulkUpdate": "contacts",
}
"""The key of the list of items in the body of an operation. The body of any other operation is one item."""


def item_count(call: Call) -> int:
    """The number of items in a body: the elements of its list, or 1. An unreadable body is one item."""
    if not isinstance(call.body, Json):
        return 1
    value, name = call.body.value, LISTS.get(call.operation, "")
    items = value.get(name) if isinstance(value, dict) else None
    return len(items) or 1 if isinstance(items, list) else 1


def item_at(call: Call, place: str) -> int | None:
    """The index of the item that contains a place of the body; None for a place outside the list."""
    list_key = LISTS.get(call.operation)
    if list_key is None:
        return 0
    tokens = tokens_of(place)
    return position(tokens[1]) if len(tokens) > 1 and tokens[0] == list_key else None
