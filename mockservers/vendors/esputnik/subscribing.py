"""A contact that subscribes through a form of the shop's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.call import Call
from mockservers.core.clock import text
from mockservers.core.decision import Decision
from mockservers.core.draft import Draft
from mockservers.core.rules import rule
from mockservers.core.view import View
from mockservers.vendors.esputnik.contact_writing import known_as, merged, note_passed_over, too_many_channels
from mockservers.vendors.esputnik.event import Event
from mockservers.vendors.esputnik.events import keep
from mockservers.vendors.esputnik.holdings import channel_values, draft_on, same
from mockservers.vendors.esputnik.identifiers import Contact
from mockservers.vendors.esputnik.parsing import note_repeated_keys, note_unknown_keys, unusable
from mockservers.vendors.esputnik.repeats import repeated
from mockservers.vendors.esputnik.segments import in_segments


@rule("esputnik.subscribe.email-status")
def subscribe_contact(call: Call, view: View) -> Decision:
    """Subscribe a contact: a new one is unconfirmed, a known one is updated."""
    draft = draft_on(view)
    refusal = unusable(draft, call, "SubscribeContact")
    if refusal:
        return refusal
    sent: dict[str, Any] = call.json["contact"]
    refusal = too_many_channels(draft, call, sent, "/contact") or repeated(draft, call, "")
    if refusal:
        return refusal
    note_repeated_keys(draft, call)
    held = known_as(draft, sent)
    note_unknown_keys(draft, "SubscribeContact", call.json)
    note_passed_over(draft, sent, held, base=("contact",))
    unconfirmed = draft.value("esputnik.subscribe.email-status", "unconfirmed")
    if held is None:
        new = {"id": draft.next_id("contacts"), "channels": [], "emailStatus": unconfirmed}
        contact = merged(draft, new, sent)
    else:
        contact = merged(draft, held, {**sent, "channels": _new_channels(draft, held, sent)})
    contact = in_segments(draft, contact, call.json.get("groups") or (), ())
    draft.put("contacts", contact)
    draft.fate("kept" if held is None else "updated", item=0)
    _raise_event(draft, call.json, contact, new=held is None)
    status = contact.get("emailStatus") or draft.value("esputnik.subscribe.email-status", "confirmed")
    value = {"id": contact["id"], "emailStatus": status, "new": held is None}
    return draft.decision(draft.contract.reply(call.operation, value))


@rule("esputnik.subscribe.channels-stay")
def _new_channels(draft: Draft, held: Contact, sent: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The channels of types that the contact has none of; those of others are passed over."""
    types = {channel.get("type") for channel in held.get("channels") or ()}
    for index, channel in enumerate(sent["channels"]):
        if channel["type"] in types:
            values = channel_values(held, channel["type"])
            differs = not any(same(channel["value"], value) for value in values)
            at, kind = f"/contact/channels/{index}", channel["type"]
            draft.remark("ignored", "esputnik.subscribe.channels-stay", item=0, at=at, differs=differs, key=kind)
    return [channel for channel in sent["channels"] if channel["type"] not in types]


@rule("esputnik.subscribe.event")
def _raise_event(draft: Draft, body: Mapping[str, Any], contact: Contact, *, new: bool) -> None:
    type_key = draft.value("esputnik.subscribe.event", "new" if new else "known")
    params = [{"name": "formType", "value": body["formType"]}] if body.get("formType") else []
    key_value = next(iter(channel_values(contact, "email", "sms")), None)
    keep(draft, Event(type_key, key_value, params, 1, text(draft.now)), contact["id"])
