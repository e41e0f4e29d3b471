"""Event types that carry no order: unknown ones, and misspelt names of types that carry one."""

from __future__ import annotations

from collections.abc import Collection
from difflib import SequenceMatcher
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.vendors.esputnik.event import Event
from mockservers.vendors.esputnik.scalars import as_text

_ALMOST = "esputnik.event-type.almost-an-order-type"
_OTHER = "esputnik.event-type.order-of-another-type"


def drop_misnamed_order(draft: Draft, event: Event, types: Collection[str]) -> bool:
    """Drop the order in an event whose type carries none. Return whether there was such an order."""
    if event.type_key in types or not as_text(event.values.get("externalOrderId")).strip():
        return False
    likeness, order_type = max((_likeness(event.type_key, name), name) for name in types)
    values: dict[str, Any] = {"type": event.type_key, "meant": order_type}
    if _is_almost(draft, likeness):
        draft.outcome("dropped", _ALMOST, item=event.item, at=event.place, key=event.type_key, **values)
        return True
    if _may_carry_an_order(draft, event, likeness) and draft.reading(_OTHER) == "order-meant":
        draft.outcome("dropped", _OTHER, item=event.item, at=event.place, key=event.type_key, **values)
        return True
    return False


def _is_almost(draft: Draft, likeness: float) -> bool:
    return bool(likeness >= draft.value(_ALMOST, "alike"))


def _may_carry_an_order(draft: Draft, event: Event, likeness: float) -> bool:
    """Whether the order in an event is complete, or its type resembles one that carries orders."""
    validator = draft.contract.validator("#/components/schemas/OrderCreated")
    return likeness >= draft.value(_OTHER, "alike") or validator.valid(event.values)


def _likeness(one: str, other: str) -> float:
    """The likeness of two type names, from 0 to 1 (equal letters and digits)."""
    return SequenceMatcher(None, _letters_and_digits(one), _letters_and_digits(other)).ratio()


def _letters_and_digits(type_key: str) -> str:
    return "".join(letter for letter in type_key.casefold() if letter.isalnum())


def create_type(draft: Draft, event: Event, types: Collection[str]) -> None:
    """Create the type of an event that is not known."""
    if event.type_key in types or draft.get("event_types", event.type_key) is not None:
        return
    draft.put("event_types", {"id": draft.next_id("event_types"), "eventTypeKey": event.type_key})
    rule_id = "esputnik.event-type.unknown-makes-type"
    draft.note("noted", rule_id, item=event.item, at=event.place, key=event.type_key, type=event.type_key)
