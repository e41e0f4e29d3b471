"""Past events, in batches: each gets a status, and an accepted one has the effects of a new event.

An event is one item, with the outcome of an event that happens now. A status other than ACCEPTED reports it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.core.values.instants import Instant, instant
from mockservers.core.values.json_text import dumps
from mockservers.vendors.esputnik.document_writes import DocumentWrites, Write
from mockservers.vendors.esputnik.event import Event
from mockservers.vendors.esputnik.event_history import is_kept, record_event
from mockservers.vendors.esputnik.event_orders import order_types
from mockservers.vendors.esputnik.events import refuse_params
from mockservers.vendors.esputnik.ignored_keys import (
    note_repeated_keys,
    note_unknown_beside_list,
    note_unknown_keys,
    without_unknown_keys,
)
from mockservers.vendors.esputnik.requests import read_body
from mockservers.vendors.esputnik.scalars import as_text
from mockservers.vendors.esputnik.state import draft_on
from mockservers.vendors.esputnik.timestamps import account_zone

_RULE = "esputnik.past-events.occurred"


def send_history_events(call: Call, view: View) -> Decision:
    """Send past events, version 1."""
    return _send(call, view, 1)


def send_history_events_v2(call: Call, view: View) -> Decision:
    """Send past events, version 2."""
    return _send(call, view, 2)


def _send(call: Call, view: View, version: int) -> Decision:
    draft = draft_on(view)
    body = read_body(draft, call, "PastEvents")
    if isinstance(body, Decision):
        return body
    sent = body.content["events"]
    # A keyValue is held as it was sent, whatever type the schema gives it.
    keys = [past_event.get("keyValue") for past_event in body.sent["events"]]
    events = [
        Event.of(
            {**without_unknown_keys(draft, "PastEvent", past_event), "keyValue": keys[at]},
            version,
            str(past_event.get("occurred")),
            at,
            ("events", at),
        )
        for at, past_event in enumerate(sent)
    ]
    for event in events:
        refusal = refuse_params(draft, call, event)
        if refusal:
            return refusal
    note_repeated_keys(draft, call)
    note_unknown_beside_list(draft, call, "PastEvents")
    for index, past_event in enumerate(sent):
        note_unknown_keys(draft, "PastEvent", past_event, index, ("events", index))
    writes = DocumentWrites(draft)
    statuses = [_process(draft, event, past_event, writes) for event, past_event in zip(events, sent, strict=True)]
    _note_replaced(draft, writes, events)
    accepted = statuses.count(draft.value(_RULE, "taken"))
    results = [{"status": status} for status in statuses]
    value = {"results": results, "successCount": accepted, "errorCount": len(statuses) - accepted}
    return draft.decision(draft.contract.reply(call.operation, value))


def _process(draft: Draft, event: Event, sent: Mapping[str, Any], writes: DocumentWrites) -> str:
    """Record an event if it is accepted. Return its status."""
    status: str = draft.value(_RULE, _status_name(draft, event, sent.get("occurred")))
    if status == draft.value(_RULE, "taken"):
        record_event(draft, event, with_order=_makes_order(draft, event))
        _add_write(draft, event, writes)
    else:
        draft.outcome("refused", _RULE, item=event.item, at=f"{event.place}/occurred", key=status)
    return status


def _add_write(draft: Draft, event: Event, writes: DocumentWrites) -> None:
    """Remember the write of an event to an order: its creation, or a change at a moment."""
    types = [draft.value("esputnik.event-type.order-types", name) for name in ("created", "updated")]
    key = as_text(event.values.get("externalOrderId"))
    order = draft.get("orders", key)
    if event.type_key not in types or order is None:
        return
    write_key = (event.type_key, key) if event.type_key == types[0] else (event.type_key, key, event.occurred)
    writes.add(dumps(write_key).decode(), Write(event.item, "updated", event.values, order))


def _note_replaced(draft: Draft, writes: DocumentWrites, events: list[Event]) -> None:
    """Note the replaced values if one request creates an order, or changes it at one moment, twice."""
    for write, replaced in writes.results():
        event = events[write.index]
        for name in dict.fromkeys(str(tokens[0]) for tokens in replaced):
            at = event.place_of(name)
            draft.note("overwritten", "esputnik.past-events.twice", item=write.index, at=at, key=name)


def _status_name(draft: Draft, event: Event, occurred: Any) -> str:
    if occurred is None:
        return "missing"
    validator = draft.contract.validator("#/components/schemas/Occurred")
    instant_sent = instant(occurred, "iso8601") if validator.valid(occurred) else None
    if instant_sent is None:
        return "malformed"
    return _time_status(draft, instant_sent) or ("taken" if is_kept(draft, event) else "no_segmentation")


def _time_status(draft: Draft, occurred: Instant) -> str:
    now = draft.now.astimezone(account_zone(draft))
    now = now if occurred.zoned else now.replace(tzinfo=None)
    if occurred > Instant.of(now):
        return "future"
    days_back = draft.value(_RULE, "days_back")
    return "too_deep" if days_back is not None and occurred < Instant.of(now - timedelta(days=days_back)) else ""


def _makes_order(draft: Draft, event: Event) -> bool:
    """Whether the order of a past event is created; under another reading it is lost."""
    if event.type_key not in order_types(draft) or draft.reading("esputnik.past-events.orders") == "orders-made":
        return True
    draft.note("ignored", "esputnik.past-events.orders", item=event.item, at=event.place)
    return False
