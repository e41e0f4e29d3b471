"""Events as they happen: refused, or registered with a 200 that says nothing more.

An event is one item. Its outcome is its own where it carries no order, and its order's where it does (event_orders).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.core.values.clock import text
from mockservers.core.values.json_text import dumps, tokens_of
from mockservers.vendors.esputnik.comparing import says
from mockservers.vendors.esputnik.event import Event, as_text
from mockservers.vendors.esputnik.event_orders import order_types
from mockservers.vendors.esputnik.event_types import know_type, meant_as_an_order
from mockservers.vendors.esputnik.holdings import draft_on
from mockservers.vendors.esputnik.identifiers import contact_of, identifier, identifies, identity
from mockservers.vendors.esputnik.parsing import (
    content_of,
    known,
    note_repeated_keys,
    note_unknown_keys,
    refused,
    unusable,
)
from mockservers.vendors.esputnik.scalars import is_scalar_but_text, taken


def register_event(call: Call, view: View) -> Decision:
    """An event of version 1."""
    return _register(call, view, 1)


def register_event_v2(call: Call, view: View) -> Decision:
    """An event of version 2."""
    return _register(call, view, 2)


def _register(call: Call, view: View, version: int) -> Decision:
    """Rule: `esputnik.event.empty-answer`."""
    draft = draft_on(view)
    refusal = unusable(draft, call, "Event") or _too_large(draft, call)
    if refusal:
        return refusal
    body = content_of(draft, call, "Event")
    sent = {**known(draft, "Event", body), "keyValue": call.json.get("keyValue")}
    event = Event.of(sent, version, text(draft.now))
    refusal = unacceptable(draft, call, event) or _without_key(draft, call, event) or _invalid(draft, call, event)
    if refusal:
        return refusal
    note_repeated_keys(draft, call)
    note_unknown_keys(draft, "Event", body)
    register(draft, event)
    return draft.decision(draft.contract.success(call.operation))


# -- refusing ---------------------------------------------------------------------------------------------------------


def _too_large(draft: Draft, call: Call) -> Decision | None:
    size, most = len(dumps(call.json)), draft.value("esputnik.event.size", "bytes")
    if size <= most:
        return None
    return refused(draft, call, "event-too-large", "esputnik.event.size", reply={"bytes": most}, size=size)


def unacceptable(draft: Draft, call: Call, event: Event) -> Decision | None:
    """The refusal of an event that is well-formed by itself, and not in its params."""
    return _named_twice(draft, call, event) or _raw(draft, call, event) or _of_another_type(draft, call, event)


def _of_another_type(draft: Draft, call: Call, event: Event) -> Decision | None:
    """The refusal of values that are numbers, true or false, where that is the reading."""
    places = tuple(event.place_of(name) for name, value in event.values.items() if is_scalar_but_text(value))
    if not places or taken(draft, at=places, converted=False):
        return None
    message = draft.contract.message("wrong", field=".".join(tokens_of(places[0])))
    return refused(draft, call, "bad-request", "esputnik.request.scalars", places[0], reply={"message": message})


def _named_twice(draft: Draft, call: Call, event: Event) -> Decision | None:
    seen: set[str] = set()
    for param in event.params:
        name = param["name"]
        if name in seen:
            at = event.place_of(name)
            return refused(draft, call, "event-param-twice", "esputnik.event.unique-names", at, param=name)
        seen.add(name)
    return None


def _raw(draft: Draft, call: Call, event: Event) -> Decision | None:
    """The refusal of raw values, where that is the reading: items of an order always, others on version 1."""
    items = draft.value("esputnik.event.raw-values", "items") if event.type_key in order_types(draft) else ""
    for name, value in event.values.items():
        if isinstance(value, dict | list) and (event.version < 2 or name == items):
            if draft.reading("esputnik.event.raw-values") == "accept":
                return None
            return refused(
                draft, call, "event-raw-value", "esputnik.event.raw-values", event.place_of(name), param=name
            )
    return None


def _without_key(draft: Draft, call: Call, event: Event) -> Decision | None:
    if event.has_key or event.type_key in order_types(draft) or identifies(draft, event):
        return None
    return refused(draft, call, "event-key-missing", "esputnik.event.key-or-identifier", event.place)


def _invalid(draft: Draft, call: Call, event: Event) -> Decision | None:
    asked = (draft.get("event_types", event.type_key) or {}).get("validation")
    if not isinstance(asked, list):
        return None
    for each in asked:
        if isinstance(each, dict) and each.get("required") and each.get("name") not in event.values:
            reply, at, rule_id = {"params": asked}, event.place_of(""), "esputnik.event-type.validation"
            return refused(draft, call, "event-params", rule_id, at, reply=reply, param=each.get("name"))
    return None


# -- registering ------------------------------------------------------------------------------------------------------


def segmented(draft: Draft, event: Event) -> bool:
    """Whether events of the type are kept at all: they are unless the account has switched it off."""
    return (draft.get("event_types", event.type_key) or {}).get("segmentation") is not False


def register(draft: Draft, event: Event, *, with_order: bool = True) -> None:
    """Keep an event and do what its type does. Files the event's outcome."""
    if not segmented(draft, event):
        rule_id = "esputnik.event-type.segmentation"
        draft.outcome("dropped", rule_id, item=event.item, at=event.place, key=event.type_key, type=event.type_key)
        return
    first = _first_with_its_key(draft, event)
    if first is not None and draft.reading("esputnik.event.repeated") == "dropped":
        differs = not says(draft, {each["name"]: each["value"] for each in first["params"]}, event.values)
        draft.outcome("skipped", "esputnik.event.repeated", item=event.item, at=event.place, differs=differs)
        return
    contact = contact_of(draft, event)
    carry = order_types(draft).get(event.type_key) if with_order else None
    if carry:
        if not carry(draft, event, contact):
            return
    elif not meant_as_an_order(draft, event, order_types(draft)):
        if contact is None and draft.reading("esputnik.event.unbound") == "dropped":
            given = identity(draft, event)
            draft.outcome("dropped", "esputnik.event.unbound", item=event.item, at=event.place, key=given, given=given)
            return
        draft.outcome("kept", item=event.item)
    know_type(draft, event, order_types(draft))
    number = keep(draft, event, None if contact is None else contact["id"])
    key = _unique_key(draft, event)
    if first is None and key:
        draft.put("event_keys", {"key": key, "event": number})


def _first_with_its_key(draft: Draft, event: Event) -> Mapping[str, Any] | None:
    """The first event of the same type with the same key."""
    key = _unique_key(draft, event)
    if not key:
        return None
    known = draft.get("event_keys", key)
    if known is not None:
        return draft.get("events", str(known["event"]))
    return None


def _unique_key(draft: Draft, event: Event) -> str:
    """What makes an event unique: its type with its order's id where it carries one, with its keyValue otherwise."""
    order = as_text(event.values.get("externalOrderId")) if event.type_key in order_types(draft) else ""
    key = order or str(_key_value(draft, event) or "")
    return f"{event.type_key}={key}" if key.strip() else ""


def keep(draft: Draft, event: Event, contact_id: Any) -> int:
    """Hold an event in the history, one more even where the same was sent before. Returns its number."""
    number = draft.next_id("events")
    draft.put(
        "events",
        {
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
    """What makes the event unique: its keyValue, or else the order that it carries, or else who it identifies."""
    if event.has_key:
        return event.key_value
    order = as_text(event.values.get("externalOrderId"))
    if order and event.type_key in order_types(draft):
        return order
    by_name = {name.lower(): name for name in event.values}
    for name in draft.value("esputnik.identifier.key-value", "fallbacks"):
        value = identifier(draft, event, by_name.get(name.lower(), name))
        if value:
            return value
    return None
