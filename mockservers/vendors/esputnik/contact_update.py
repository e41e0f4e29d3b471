"""Updates and deletions of a contact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.values.equality import contains, equal
from mockservers.vendors.esputnik.channels import updated_channels
from mockservers.vendors.esputnik.contact_content import ContactPlace
from mockservers.vendors.esputnik.contact_lookup import Contact
from mockservers.vendors.esputnik.object_update import updated

_NOT_PLAIN = frozenset({"channels", "fields", "address", "id"})
"""Fields that are merged by type, by id or part by part, and the id, which only the vendor sets."""


def merge_contact(draft: Draft, stored: Contact, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Merge sent content into a contact: channels by type, custom fields by id, objects part by part."""
    contact = {**stored, **plain_fields(draft, sent)}
    if sent.get("channels"):
        types = {channel["type"] for channel in sent["channels"]}
        others = [channel for channel in stored.get("channels") or () if channel.get("type") not in types]
        contact["channels"] = [*others, *updated_channels(stored, sent["channels"])]
    if sent.get("fields"):
        contact["fields"] = merge_fields(stored, sent["fields"])
    if sent.get("address"):
        contact["address"] = updated(stored.get("address"), sent["address"])
    return contact


def plain_fields(draft: Draft, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sent fields that replace the stored ones, without those that only the vendor sets."""
    answered = draft.value("esputnik.contact.merge", "answered")
    return {name: value for name, value in sent.items() if name not in _NOT_PLAIN and name not in answered}


def merge_fields(contact: Contact, sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a contact's custom fields, updated by the sent ones."""
    values = {custom.get("id"): custom.get("value") for custom in contact.get("fields") or ()}
    values |= {custom["id"]: updated(values.get(custom["id"]), custom.get("value")) for custom in sent}
    return [{"id": field_id, "value": value} for field_id, value in values.items()]


def note_vendor_fields(draft: Draft, sent: Mapping[str, Any], stored: Contact, place: ContactPlace) -> None:
    """Note sent fields that only the vendor sets: the segments of the contact, and its id."""
    for name in draft.value("esputnik.contact.merge", "answered"):
        differs = not contains(stored.get(name), sent.get(name))
        if sent.get(name):
            at = place.pointer(name)
            draft.note(
                "ignored", "esputnik.contact.merge", item=place.item, at=at, of=place.of, key=name, differs=differs
            )
    contact_id = sent.get("id")
    if contact_id is not None and not equal(contact_id, stored.get("id")):
        at = place.pointer("id")
        draft.note("ignored", "esputnik.contact.own-id", item=place.item, at=at, of=place.of, key=str(contact_id))


def remove_contact(draft: Draft, contact: Contact, *, for_good: bool) -> None:
    """Delete a contact. Unless it is deleted for good, it can be restored.

    Rule: `esputnik.contact.delete`.
    """
    draft.delete("contacts", str(contact["id"]))
    if not for_good:
        draft.put("deleted_contacts", contact)
