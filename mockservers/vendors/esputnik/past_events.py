"""Events of the past, in batches: each gets a status, and one that is taken does what it would have done then.

An event is one item, with the outcome of an event that happens now. A status other than ACCEPTED tells of it.
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
from mockservers.vendors.esputnik.event import Event, as_text
from mockservers.vendors.esputnik.event_orders import order_types
from mockservers.vendors.esputnik.events import register, segmented, unacceptable
from mockservers.vendors.esputnik.holdings import draft_on
from mockservers.vendors.esputnik.parsing import (
    content_of,
    known,
    note_repeated_keys,
    note_unknown_beside,
    note_unknown_keys,
    unusable,
)
from mockservers.vendors.esputnik.writers import Writers, Written
from mockservers.vendors.esputnik.zone import account_zone

_RULE = "esputnik.past-events.occurred"


def send_history_events(call: Call, view: View) -> Decision:
    """Events of the past, version 1."""
    return _send(call, view, 1)


def send_history_events_v2(call: Call, view: View) -> Decision:
    """Events of the past, version 2."""
    return _send(call, view, 2)


def _send(call: Call, view: View, version: int) -> Decision:
    draft = draft_on(view)
    refusal = unusable(draft, call, "PastEvents")
    if refusal:
        return refusal
    sent = content_of(draft, call, "PastEvents")["events"]
    keys = [one["keyValue"] for one in call.json["events"]]
    events = [
        Event.of(
            {**known(draft, "PastEvent", one), "keyValue": keys[at]},
            version,
            str(one.get("occurred")),
            at,
            ("events", at),
        )
        for at, one in enumerate(sent)
    ]
    for event in events:
        refusal = unacceptable(draft, call, event)
        if refusal:
            return refusal
    note_repeated_keys(draft, call)
    note_unknown_beside(draft, call, "PastEvents")
    for index, one in enumerate(sent):
        note_unknown_keys(draft, "PastEvent", one, index, ("events", index))
    writers = Writers(draft)
    statuses = [_take(draft, event, one, writers) for event, one in zip(events, sent, strict=True)]
    _note_replaced(draft, writers, events)
    taken = statuses.count(draft.value(_RULE, "taken"))
    results = [{"status": status} for status in statuses]
    value = {"results": results, "successCount": taken, "errorCount": len(statuses) - taken}
    return draft.decision(draft.contract.reply(call.operation, value))


def _take(draft: Draft, event: Event, sent: Mapping[str, Any], writers: Writers) -> str:
    """Register an event, or not; its status."""
    status: str = draft.value(_RULE, _verdict(draft, event, sent.get("occurred")))
    if status == draft.value(_RULE, "taken"):
        register(draft, event, with_order=_with_order(draft, event))
        _remember(draft, event, writers)
    else:
        draft.outcome("refused", _RULE, item=event.item, at=f"{event.place}/occurred", key=status)
    return status


def _remember(draft: Draft, event: Event, writers: Writers) -> None:
    """What an event made of an order: its creation, or a change at a moment."""
    types = [draft.value("esputnik.event-type.order-types", each) for each in ("created", "updated")]
    key = as_text(event.values.get("externalOrderId"))
    order = draft.get("orders", key)
    if event.type_key not in types or order is None:
        return
    place = (event.type_key, key) if event.type_key == types[0] else (event.type_key, key, event.occurred)
    writers.wrote(dumps(place).decode(), Written(event.item, "updated", event.values, order))


def _note_replaced(draft: Draft, writers: Writers, events: list[Event]) -> None:
    """Note of an order that a request makes twice, or changes twice at one moment, what the last event replaced."""
    for written, replaced in writers.results():
        event = events[written.index]
        for name in dict.fromkeys(str(place[0]) for place in replaced):
            at = event.place_of(name)
            draft.note("overwritten", "esputnik.past-events.twice", item=written.index, at=at, key=name)


def _verdict(draft: Draft, event: Event, occurred: Any) -> str:
    if occurred is None:
        return "missing"
    validator = draft.contract.validator("#/components/schemas/Occurred")
    moment = instant(occurred, "iso8601") if validator.valid(occurred) else None
    if moment is None:
        return "malformed"
    return _verdict_on(draft, moment) or ("taken" if segmented(draft, event) else "no_segmentation")


def _verdict_on(draft: Draft, moment: Instant) -> str:
    now = draft.now.astimezone(account_zone(draft)).replace(tzinfo=None)
    if moment > Instant.of(now):
        return "future"
    days_back = draft.value(_RULE, "days_back")
    return "too_deep" if days_back is not None and moment < Instant.of(now - timedelta(days=days_back)) else ""


def _with_order(draft: Draft, event: Event) -> bool:
    """Whether the order of a past event is made; a reading where it is not loses it."""
    if event.type_key not in order_types(draft) or draft.reading("esputnik.past-events.orders") == "orders-made":
        return True
    draft.note("ignored", "esputnik.past-events.orders", item=event.item, at=event.place)
    return False
