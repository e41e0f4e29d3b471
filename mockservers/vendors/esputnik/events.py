"""Events as they happen: refused, or registered with an empty 200."""

from __future__ import annotations

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.core.values.clock import text
from mockservers.core.values.json_text import dumps, tokens_of
from mockservers.vendors.esputnik.event import Event
from mockservers.vendors.esputnik.event_history import record_event
from mockservers.vendors.esputnik.event_orders import order_types
from mockservers.vendors.esputnik.identifiers import has_identifier
from mockservers.vendors.esputnik.ignored_keys import note_repeated_keys, note_unknown_keys, without_unknown_keys
from mockservers.vendors.esputnik.replies import refuse
from mockservers.vendors.esputnik.requests import read_body
from mockservers.vendors.esputnik.scalars import accept_other_types, is_non_text_scalar
from mockservers.vendors.esputnik.state import draft_on


def register_event(call: Call, view: View) -> Decision:
    """Register an event, version 1."""
    return _register(call, view, 1)


def register_event_v2(call: Call, view: View) -> Decision:
    """Register an event, version 2."""
    return _register(call, view, 2)


def _register(call: Call, view: View, version: int) -> Decision:
    """Register one event; the answer is empty.

    Rule: `esputnik.event.empty-answer`.
    """
    draft = draft_on(view)
    body = read_body(draft, call, "Event")
    if isinstance(body, Decision):
        return body
    refusal = _refuse_large_body(draft, call)
    if refusal:
        return refusal
    # A keyValue is held as it was sent, whatever type the schema gives it.
    sent = {**without_unknown_keys(draft, "Event", body.content), "keyValue": body.sent.get("keyValue")}
    event = Event.of(sent, version, text(draft.now))
    refusal = (
        refuse_params(draft, call, event)
        or _refuse_missing_key(draft, call, event)
        or _refuse_missing_params(draft, call, event)
    )
    if refusal:
        return refusal
    note_repeated_keys(draft, call)
    note_unknown_keys(draft, "Event", body.content)
    record_event(draft, event)
    return draft.decision(draft.contract.success(call.operation))


# -- refusing ----------------------------------------------------------------------------------------------------


def _refuse_large_body(draft: Draft, call: Call) -> Decision | None:
    size, limit = len(dumps(call.json)), draft.value("esputnik.event.size", "bytes")
    if size <= limit:
        return None
    return refuse(draft, call, "event-too-large", "esputnik.event.size", reply={"bytes": limit}, size=size)


def refuse_params(draft: Draft, call: Call, event: Event) -> Decision | None:
    """Refuse a well-formed event for its params."""
    return (
        _refuse_repeated_names(draft, call, event)
        or _refuse_raw_values(draft, call, event)
        or _refuse_other_types(draft, call, event)
    )


def _refuse_other_types(draft: Draft, call: Call, event: Event) -> Decision | None:
    """Refuse values that are numbers, true or false, if that is the reading."""
    places = tuple(event.place_of(name) for name, value in event.values.items() if is_non_text_scalar(value))
    if not places or accept_other_types(draft, at=places, converted=False):
        return None
    message = draft.contract.message("wrong", field=".".join(tokens_of(places[0])))
    return refuse(draft, call, "bad-request", "esputnik.request.scalars", places[0], reply={"message": message})


def _refuse_repeated_names(draft: Draft, call: Call, event: Event) -> Decision | None:
    names: set[str] = set()
    for param in event.params:
        name = param["name"]
        if name in names:
            at = event.place_of(name)
            return refuse(draft, call, "event-param-twice", "esputnik.event.unique-names", at, param=name)
        names.add(name)
    return None


def _refuse_raw_values(draft: Draft, call: Call, event: Event) -> Decision | None:
    """Refuse raw lists and objects if that is the reading: an order's items always, others on version 1."""
    items_param = draft.value("esputnik.event.raw-values", "items") if event.type_key in order_types(draft) else ""
    for name, value in event.values.items():
        if isinstance(value, dict | list) and (event.version < 2 or name == items_param):
            if draft.reading("esputnik.event.raw-values") == "accept":
                return None
            return refuse(draft, call, "event-raw-value", "esputnik.event.raw-values", event.place_of(name), param=name)
    return None


def _refuse_missing_key(draft: Draft, call: Call, event: Event) -> Decision | None:
    if event.has_key or event.type_key in order_types(draft) or has_identifier(draft, event):
        return None
    return refuse(draft, call, "event-key-missing", "esputnik.event.key-or-identifier", event.place)


def _refuse_missing_params(draft: Draft, call: Call, event: Event) -> Decision | None:
    params = (draft.get("event_types", event.type_key) or {}).get("validation")
    if not isinstance(params, list):
        return None
    for param in params:
        if isinstance(param, dict) and param.get("required") and param.get("name") not in event.values:
            reply, at, rule_id = {"params": params}, event.place_of(""), "esputnik.event-type.validation"
            return refuse(draft, call, "event-params", rule_id, at, reply=reply, param=param.get("name"))
    return None
