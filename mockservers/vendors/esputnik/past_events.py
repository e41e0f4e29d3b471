"""Events of the past, in batches: each gets a status, and one that is taken does what it would have done then.

An event is one item, with the fate of an event that happens now. A status other than ACCEPTED tells of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from mockservers.core.call import Call
from mockservers.core.decision import Decision
from mockservers.core.draft import Draft
from mockservers.core.rules import rule
from mockservers.core.values.instants import Instant, instant
from mockservers.core.view import View
from mockservers.vendors.esputnik.event import Event
from mockservers.vendors.esputnik.event_orders import order_types
from mockservers.vendors.esputnik.events import register, segmented, unacceptable
from mockservers.vendors.esputnik.holdings import draft_on
from mockservers.vendors.esputnik.parsing import note_repeated_keys, note_unknown_beside, note_unknown_keys, unusable
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
    sent = call.json["events"]
    events = [Event.of(one, version, str(one.get("occurred")), at, ("events", at)) for at, one in enumerate(sent)]
    for event in events:
        refusal = unacceptable(draft, call, event)
        if refusal:
            return refusal
    note_repeated_keys(draft, call)
    note_unknown_beside(draft, call, "PastEvents")
    for index, one in enumerate(sent):
        note_unknown_keys(draft, "PastEvent", one, index, ("events", index))
    statuses = [_take(draft, event, one) for event, one in zip(events, sent, strict=True)]
    taken = statuses.count(draft.value(_RULE, "taken"))
    results = [{"status": status} for status in statuses]
    value = {"results": results, "successCount": taken, "errorCount": len(statuses) - taken}
    return draft.decision(draft.contract.reply(call.operation, value))


@rule("esputnik.past-events.occurred")
def _take(draft: Draft, event: Event, sent: Mapping[str, Any]) -> str:
    """Register an event, or not; its status."""
    status: str = draft.value(_RULE, _verdict(draft, event, sent.get("occurred")))
    if status == draft.value(_RULE, "taken"):
        register(draft, event, with_order=_with_order(draft, event))
    else:
        draft.fate("refused", _RULE, item=event.item, at=f"{event.place}/occurred", key=status)
    return status


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


@rule("esputnik.past-events.orders")
def _with_order(draft: Draft, event: Event) -> bool:
    """Whether the order of a past event is made; a reading where it is not loses it."""
    if event.type_key not in order_types(draft) or draft.reading("esputnik.past-events.orders") == "orders-made":
        return True
    draft.remark("ignored", "esputnik.past-events.orders", item=event.item, at=event.place)
    return False
