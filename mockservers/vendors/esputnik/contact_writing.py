"""What a contact becomes when it is sent again, deleted, or brought back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.core.values.equality import contains, equal
from mockservers.vendors.esputnik.contact_content import Where
from mockservers.vendors.esputnik.holdings import PHONE_CHANNELS, channel_values
from mockservers.vendors.esputnik.identifiers import Contact, find
from mockservers.vendors.esputnik.parsing import refused

_PARTS = ("channels", "fields", "address")


def crowded(draft: Draft, sent: Mapping[str, Any]) -> tuple[str, int] | None:
    """(type, how many) of the first type of which a contact has too many channels."""
    counts = Counter(channel["type"] for channel in sent.get("channels") or ())
    most = draft.value("esputnik.contact.two-channels", "most")
    return next(((kind, count) for kind, count in counts.items() if count > most), None)


def too_many_channels(draft: Draft, call: Call, sent: Mapping[str, Any], at: str = "") -> Decision | None:
    """The refusal of a contact that has too many channels of one type."""
    found = crowded(draft, sent)
    if found is None:
        return None
    kind, given = found
    reply = {"most": draft.value("esputnik.contact.two-channels", "most"), "type": kind}
    rule_id = "esputnik.contact.two-channels"
    return refused(draft, call, "channels-limit", rule_id, f"{at}/channels", reply=reply, type=kind, given=given)


def known_as(draft: Draft, sent: Mapping[str, Any]) -> Contact | None:
    """The contact that one that is sent is: by external id, a deleted one too; else by email; else by phone.

    Rule: `esputnik.contact.restore`.
    """
    external_id = sent.get("externalCustomerId")
    if external_id and external_id.strip():
        held = find(draft, "externalCustomerId", external_id)
        if held is None:
            held = find(draft, "externalCustomerId", external_id, "deleted_contacts")
            if held is not None:
                draft.delete("deleted_contacts", str(held["id"]))
        if held is not None:
            return held
    for field, types in (("email", ("email",)), ("phone", PHONE_CHANNELS)):
        for value in channel_values(sent, *types):
            held = find(draft, field, value)
            if held is not None:
                return held
    return None


def merged(draft: Draft, held: Contact, sent: Mapping[str, Any]) -> dict[str, Any]:
    """A contact with content laid over it: channels by type, custom fields by id, the address part by part."""
    fields = draft.contract.resolve("openapi.yaml#/components/schemas/ContactUpdate/properties")
    plain = {name: value for name, value in sent.items() if name in fields and name not in _PARTS}
    made = {**held, **plain, "id": held["id"]}
    if sent.get("channels"):
        types = {channel["type"] for channel in sent["channels"]}
        others = [channel for channel in held.get("channels") or () if channel.get("type") not in types]
        made["channels"] = [*others, *sent["channels"]]
    if sent.get("fields"):
        made["fields"] = with_fields(held, sent["fields"])
    if sent.get("address"):
        made["address"] = {**(held.get("address") or {}), **sent["address"]}
    return made


def with_fields(held: Contact, sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A contact's custom fields with those that are sent in place of its own."""
    values = {each.get("id"): each.get("value") for each in (*(held.get("fields") or ()), *sent)}
    return [{"id": number, "value": value} for number, value in values.items()]


def note_passed_over(draft: Draft, sent: Mapping[str, Any], own: Contact, where: Where) -> None:
    """Note what a contact says and the vendor alone decides: the segments that it is in, and its id."""
    for name in draft.value("esputnik.contact.merge", "answered"):
        differs = not contains(own.get(name), sent.get(name))
        if sent.get(name):
            at = where.pointer(name)
            draft.note(
                "ignored", "esputnik.contact.merge", item=where.item, at=at, of=where.of, key=name, differs=differs
            )
    number = sent.get("id")
    if number is not None and not equal(number, own.get("id")):
        at = where.pointer("id")
        draft.note("ignored", "esputnik.contact.own-id", item=where.item, at=at, of=where.of, key=str(number))


def delete(draft: Draft, contact: Contact, *, for_good: bool) -> None:
    """Delete a contact. Unless for good it can be brought back.

    Rule: `esputnik.contact.delete`.
    """
    draft.delete("contacts", str(contact["id"]))
    if not for_good:
        draft.put("deleted_contacts", contact)
