"""A contact that subscribes through a form of the shop's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.core.values.clock import text
from mockservers.vendors.esputnik.contact_content import Where, content, positions
from mockservers.vendors.esputnik.contact_writing import known_as, merged, note_passed_over, too_many_channels
from mockservers.vendors.esputnik.event import Event
from mockservers.vendors.esputnik.events import keep
from mockservers.vendors.esputnik.holdings import channel_values, draft_on, has_channel, in_order_of
from mockservers.vendors.esputnik.identifiers import Contact
from mockservers.vendors.esputnik.parsing import content_of, note_repeated_keys, note_unknown_keys, unusable
from mockservers.vendors.esputnik.repeats import repeated
from mockservers.vendors.esputnik.segments import in_segments

_WHERE = Where(base=("contact",))


def subscribe_contact(call: Call, view: View) -> Decision:
    """Subscribe a contact: a new one is unconfirmed, a known one is updated."""
    draft = draft_on(view)
    refusal = unusable(draft, call, "SubscribeContact")
    if refusal:
        return refusal
    body = content_of(draft, call, "SubscribeContact")
    sent: dict[str, Any] = body["contact"]
    refusal = too_many_channels(draft, call, sent, "/contact") or repeated(draft, call, "")
    if refusal:
        return refusal
    note_repeated_keys(draft, call)
    held = known_as(draft, sent)
    note_unknown_keys(draft, "SubscribeContact", {**body, "contact": {}})
    sent = content(draft, "Contact", sent, _WHERE, held)
    unconfirmed = draft.value("esputnik.subscribe.email-status", "unconfirmed")
    before = held or {"id": draft.next_id("contacts"), "channels": [], "emailStatus": unconfirmed}
    note_passed_over(draft, sent, before, _WHERE)
    if held is None:
        contact = merged(draft, before, sent)
    else:
        where = replace(_WHERE, positions=positions(draft, "Contact", body["contact"]))
        contact = merged(draft, held, {**sent, "channels": _new_channels(draft, held, sent, where)})
        contact["channels"] = in_order_of(sent["channels"], contact.get("channels") or ())
    contact = in_segments(draft, contact, body.get("groups") or (), ())
    contact = _subscribed(contact, body.get("subscriptions") or ())
    draft.put("contacts", contact)
    draft.outcome("kept" if held is None else "updated", item=0)
    _raise_event(draft, body, contact, new=held is None)
    status = contact.get("emailStatus") or draft.value("esputnik.subscribe.email-status", "confirmed")
    value = {"id": contact["id"], "emailStatus": status, "new": held is None}
    return draft.decision(draft.contract.reply(call.operation, value))


def _subscribed(contact: Contact, to: Iterable[str]) -> dict[str, Any]:
    """A contact with categories of messages that it subscribes to beside those that it has.

    Rule: `esputnik.subscribe.subscriptions`.
    """
    both = list(dict.fromkeys((*(contact.get("subscriptions") or ()), *to)))
    return {**contact, "subscriptions": both} if both else dict(contact)


def _new_channels(draft: Draft, held: Contact, sent: Mapping[str, Any], where: Where) -> list[dict[str, Any]]:
    """The channels of types that the contact has none of; those of others are passed over."""
    own = held.get("channels") or ()
    types = {channel.get("type") for channel in own}
    for index, channel in enumerate(sent["channels"]):
        if channel["type"] in types:
            differs = not any(has_channel(one, channel) for one in own)
            at, kind = where.pointer("channels", index), channel["type"]
            draft.note("ignored", "esputnik.subscribe.channels-stay", item=0, at=at, differs=differs, key=kind)
    return [channel for channel in sent["channels"] if channel["type"] not in types]


def _raise_event(draft: Draft, body: Mapping[str, Any], contact: Contact, *, new: bool) -> None:
    type_key = draft.value("esputnik.subscribe.event", "new" if new else "known")
    params = [{"name": "formType", "value": body["formType"]}] if body.get("formType") else []
    key_value = next(iter(channel_values(contact, "email", "sms")), None)
    keep(draft, Event(type_key, key_value, params, 1, text(draft.now)), contact["id"])
