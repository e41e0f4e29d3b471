"""The event history: record an event, apply the effects of its type, and file its outcome.

An event is one item. Its outcome is its order's if it carries one (event_orders), else its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.vendors.esputnik.comparison import contains_content
from mockservers.vendors.esputnik.event import Event
from mockservers.vendors.esputnik.event_orders import order_types
from mockservers.vendors.esputnik.event_types import create_type, drop_misnamed_order
from mockservers.vendors.esputnik.identifiers import bound_contact, identifier_value, identifiers_as_text
from mockservers.vendors.esputnik.scalars import as_text


def is_kept(draft: Draft, event: Event) -> bool:
    """Whether events of the type are kept, which an account can switch off."""
    return (draft.get("event_types", event.type_key) or {}).get("segmentation") is not False


def record_event(draft: Draft, event: Event, *, with_order: bool = True) -> None:
    """Store an event, apply the effects of its type, and file its outcome."""
    if not is_kept(draft, event):
        rule_id = "esputnik.event-type.segmentation"
        draft.outcome("dropped", rule_id, item=event.item, at=event.place, key=event.type_key, type=event.type_key)
        return
    first = _first_with_key(draft, event)
    if first is not None and draft.reading("esputnik.event.repeated") == "dropped":
        first_values = {param["name"]: param["value"] for param in first["params"]}
        fields = event.fields if event.has_key else {**event.fields, "keyValue": None}
        has_all = contains_content(draft, first_values, event.values) and contains_content(draft, first, fields)
        draft.outcome("skipped", "esputnik.event.repeated", item=event.item, at=event.place, differs=not has_all)
        return
    contact = bound_contact(draft, event)
    handle_order = order_types(draft).get(event.type_key) if with_order else None
    if handle_order:
        if not handle_order(draft, event, contact):
            return
    elif not drop_misnamed_order(draft, event, order_types(draft)):
        if contact is None and draft.reading("esputnik.event.unbound") == "dropped":
            identifiers = identifiers_as_text(draft, event)
            rule_id, place = "esputnik.event.unbound", event.place
            draft.outcome("dropped", rule_id, item=event.item, at=place, key=identifiers, given=identifiers)
            return
        draft.outcome("kept", item=event.item)
    create_type(draft, event, order_types(draft))
    number = store_event(draft, event, None if contact is None else contact["id"])
    key = _unique_key(draft, event)
    if first is None and key:
        draft.put("event_keys", {"key": key, "event": number})


def _first_with_key(draft: Draft, event: Event) -> Mapping[str, Any] | None:
    """The first event of the same type with the same key."""
    key = _unique_key(draft, event)
    if not key:
        return None
    event_key = draft.get("event_keys", key)
    if event_key is not None:
        return draft.get("events", str(event_key["event"]))
    return None


def _unique_key(draft: Draft, event: Event) -> str:
    """The key of an event: its type and its order's id if it carries one, else its type and keyValue."""
    order = as_text(event.values.get("externalOrderId")) if event.type_key in order_types(draft) else ""
    key = order or str(_key_value(draft, event) or "")
    return f"{event.type_key}={key}" if key.strip() else ""


def store_event(draft: Draft, event: Event, contact_id: Any) -> int:
    """Add an event to the history, even if it was sent before. Return its number."""
    number = draft.next_id("events")
    draft.put(
        "events",
        {
            **event.fields,
            "id": number,
            "eventTypeKey": event.type_key,
            "keyValue": _key_value(draft, event),
            "params": event.params,
            "occurred": event.occurred,
            "contactId": contact_id,
        },
    )
    return number


def _key_value(draft: Draft, event: Event) -> Any:
    """The keyValue of an event: the one sent, else its order's id, else an identifier."""
    if event.has_key:
        return event.key_value
    order = as_text(event.values.get("externalOrderId"))
    if order and event.type_key in order_types(draft):
        return order
    by_name = {name.lower(): name for name in event.values}
    for name in draft.value("esputnik.identifier.key-value", "fallbacks"):
        value = identifier_value(draft, event, by_name.get(name.lower(), name))
        if value:
            return value
    return None
