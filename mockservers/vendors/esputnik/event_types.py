"""Types of events that carry no order: those that the account did not know, and those that were meant to carry one."""

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
    """Whether an order is in an event whose type carries none. It is lost then, which is filed."""
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
    """Whether the order in an event is a whole one, or its type is near to one that carries orders."""
    return likeness >= draft.value(_OTHER, "alike") or draft.contract.validator(
        "#/components/schemas/OrderCreated"
    ).valid(event.values)


def _likeness(one: str, other: str) -> float:
    """How alike two types are, from 0 to 1: the same letters and digits are 1."""
    return SequenceMatcher(None, _letters_and_digits(one), _letters_and_digits(other)).ratio()


def _letters_and_digits(type_key: str) -> str:
    return "".join(letter for letter in type_key.casefold() if letter.isalnum())


def create_type(draft: Draft, event: Event, types: Collection[str]) -> None:
    """Make a type of events of one that is not known."""
    if event.type_key in types or draft.get("event_types", event.type_key) is not None:
        return
    draft.put("event_types", {"id": draft.next_id("event_types"), "eventTypeKey": event.type_key})
    rule_id = "esputnik.event-type.unknown-makes-type"
    draft.note("noted", rule_id, item=event.item, at=event.place, key=event.type_key, type=event.type_key)
