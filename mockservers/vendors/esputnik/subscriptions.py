"""Subscribe a contact from the shop's own form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.core.value import replace
from mockservers.core.values.clock import text
from mockservers.vendors.esputnik.channels import channel_contains, channel_values, in_sent_order
from mockservers.vendors.esputnik.contact_content import ContactPlace, element_positions, read_contact
from mockservers.vendors.esputnik.contact_lookup import Contact, match_contact
from mockservers.vendors.esputnik.contact_refusals import refuse_excess_channels, refuse_repeated
from mockservers.vendors.esputnik.contact_update import merge_contact, note_vendor_fields
from mockservers.vendors.esputnik.event import Event
from mockservers.vendors.esputnik.event_history import store_event
from mockservers.vendors.esputnik.ignored_keys import note_repeated_keys, note_unknown_keys
from mockservers.vendors.esputnik.requests import read_body
from mockservers.vendors.esputnik.segments import with_segments
from mockservers.vendors.esputnik.state import draft_on

_PLACE = ContactPlace(base=("contact",))


def subscribe_contact(call: Call, view: View) -> Decision:
    """Subscribe a contact: a new one is unconfirmed, a known one is updated."""
    draft = draft_on(view)
    body = read_body(draft, call, "SubscribeContact")
    if isinstance(body, Decision):
        return body
    form = body.content
    sent: dict[str, Any] = form["contact"]
    refusal = refuse_excess_channels(draft, call, sent, "/contact") or refuse_repeated(draft, call, "")
    if refusal:
        return refusal
    note_repeated_keys(draft, call)
    stored = match_contact(draft, sent)
    note_unknown_keys(draft, "SubscribeContact", {**form, "contact": {}})
    sent = read_contact(draft, "Contact", sent, _PLACE, stored)
    unconfirmed = draft.value("esputnik.subscribe.email-status", "unconfirmed")
    earlier = stored or {"id": draft.next_id("contacts"), "channels": [], "emailStatus": unconfirmed}
    note_vendor_fields(draft, sent, earlier, _PLACE)
    if stored is None:
        contact = merge_contact(draft, earlier, sent)
    else:
        place = replace(_PLACE, positions=element_positions(draft, "Contact", form["contact"]))
        contact = merge_contact(draft, stored, {**sent, "channels": _new_channels(draft, stored, sent, place)})
        contact["channels"] = in_sent_order(sent.get("channels") or (), contact.get("channels") or ())
    contact = with_segments(draft, contact, form.get("groups") or (), ())
    contact = _with_subscriptions(contact, form.get("subscriptions") or ())
    draft.put("contacts", contact)
    draft.outcome("kept" if stored is None else "updated", item=0)
    _store_subscription_event(draft, form, contact, new=stored is None)
    status = contact.get("emailStatus") or draft.value("esputnik.subscribe.email-status", "confirmed")
    value = {**contact, "emailStatus": status, "new": stored is None}
    return draft.decision(draft.contract.reply(call.operation, value))


def _with_subscriptions(contact: Contact, added: Iterable[str]) -> dict[str, Any]:
    """Add message categories to those that a contact subscribes to.

    Rule: `esputnik.subscribe.subscriptions`.
    """
    subscriptions = list(dict.fromkeys((*(contact.get("subscriptions") or ()), *added)))
    return {**contact, "subscriptions": subscriptions} if subscriptions else dict(contact)


def _new_channels(draft: Draft, contact: Contact, sent: Mapping[str, Any], place: ContactPlace) -> list[dict[str, Any]]:
    """The sent channels of types that the contact lacks; the others are ignored, and noted."""
    stored_channels = contact.get("channels") or ()
    types = {channel.get("type") for channel in stored_channels}
    for index, channel in enumerate(sent.get("channels") or ()):
        if channel["type"] in types:
            differs = not any(channel_contains(stored, channel) for stored in stored_channels)
            at, channel_type = place.pointer("channels", index), channel["type"]
            draft.note("ignored", "esputnik.subscribe.channels-stay", item=0, at=at, differs=differs, key=channel_type)
    return [channel for channel in sent.get("channels") or () if channel["type"] not in types]


def _store_subscription_event(draft: Draft, form: Mapping[str, Any], contact: Contact, *, new: bool) -> None:
    type_key = draft.value("esputnik.subscribe.event", "new" if new else "known")
    params = [{"name": "formType", "value": form["formType"]}] if form.get("formType") else []
    key_value = next(iter(channel_values(contact, "email", "sms")), None)
    store_event(draft, Event(type_key, key_value, params, 1, text(draft.now)), contact["id"])
