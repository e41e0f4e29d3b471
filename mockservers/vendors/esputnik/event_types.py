"""Types of events that carry no order: those that the account did not know, and those that were meant to carry one."""

from __future__ import annotations

from collections.abc import Collection
from difflib import SequenceMatcher
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.vendors.esputnik.event import Event, as_text

_ALIKE = "esputnik.event-type.almost-an-order-type"
_OTHER = "esputnik.event-type.order-of-another-type"


def meant_as_an_order(draft: Draft, event: Event, types: Collection[str]) -> bool:
    """Whether an order is in an event whose type carries none. It is lost then, which is filed."""
    if event.type_key in types or not as_text(event.values.get("externalOrderId")).strip():
        return False
    alike, meant = max((_likeness(event.type_key, name), name) for name in types)
    values: dict[str, Any] = {"type": event.type_key, "meant": meant}
    if _is_almost(draft, alike):
        draft.outcome("dropped", _ALIKE, item=event.item, at=event.place, key=event.type_key, **values)
        return True
    if _may_be_meant(draft, event, alike) and draft.reading(_OTHER) == "order-meant":
        draft.outcome("dropped", _OTHER, item=event.item, at=event.place, key=event.type_key, **values)
        return True
    return False


def _is_almost(draft: Draft, alike: float) -> bool:
    return bool(alike >= draft.value(_ALIKE, "alike"))


def _may_be_meant(draft: Draft, event: Event, alike: float) -> bool:
    """Whether the order in an event is a whole one, or its type is near to one that carries orders."""
    return alike >= draft.value(_OTHER, "alike") or draft.contract.validator("#/components/schemas/OrderCreated").valid(
        event.values
    )


def _likeness(one: str, other: str) -> float:
    """How alike two types are, from 0 to 1: the same letters and digits are 1."""
    return SequenceMatcher(None, _plain(one), _plain(other)).ratio()


def _plain(type_key: str) -> str:
    return "".join(letter for letter in type_key.casefold() if letter.isalnum())


def know_type(draft: Draft, event: Event, types: Collection[str]) -> None:
    """Make a type of events of one that is not known."""
    if event.type_key in types or draft.get("event_types", event.type_key) is not None:
        return
    draft.put("event_types", {"id": draft.next_id("event_types"), "eventTypeKey": event.type_key})
    rule_id = "esputnik.event-type.unknown-makes-type"
    draft.note("noted", rule_id, item=event.item, at=event.place, key=event.type_key, type=event.type_key)
