"""Contacts by their identifiers: find one, or create one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.vendors.esputnik.channels import PHONE_CHANNELS, channel_values

Contact = Mapping[str, Any]
_INDEXED = frozenset({"externalCustomerId", "phone", "pushToken", "contactKey"})


def find_contact(draft: Draft, field: str, value: str, collection: str = "contacts") -> Contact | None:
    """The contact that has a value in a field; email addresses compare without their case.

    Rule: `esputnik.identifier.case`.
    """
    if field == "id":
        return draft.get(collection, value)
    if field == "email":
        return oldest_contact(draft, field, value.lower(), collection)
    return oldest_contact(draft, field, value, collection) if field in _INDEXED else None


def oldest_contact(draft: Draft, index: str, value: str, collection: str = "contacts") -> Contact | None:
    """Return the contact that was created first among those that share a value."""
    contacts = draft.find(collection, index, value)
    return min(contacts, key=creation_order) if contacts else None


def creation_order(contact: Contact) -> int:
    """The sort key that puts contacts in the order of their creation."""
    number = contact["id"]
    return number if isinstance(number, int) else 0


def match_contact(draft: Draft, sent: Mapping[str, Any]) -> Contact | None:
    """Find the contact that was sent: by external id (a deleted one is restored), else by email, else by phone.

    Rule: `esputnik.contact.restore`.
    """
    external_id = sent.get("externalCustomerId")
    if external_id and external_id.strip():
        contact = find_contact(draft, "externalCustomerId", external_id)
        if contact is None:
            contact = find_contact(draft, "externalCustomerId", external_id, "deleted_contacts")
            if contact is not None:
                draft.delete("deleted_contacts", str(contact["id"]))
        if contact is not None:
            return contact
    for field, types in (("email", ("email",)), ("phone", PHONE_CHANNELS)):
        for value in channel_values(sent, *types):
            contact = find_contact(draft, field, value)
            if contact is not None:
                return contact
    return None


def create_contact(
    draft: Draft, external_id: str | None, email: str | None, phone: str | None, **values_sent: Any
) -> Contact:
    """Create a contact from an identifier and what was sent with it; null values are left out."""
    values = {name: value for name, value in values_sent.items() if value is not None}
    channels = [{"type": name, "value": value} for name, value in (("email", email), ("sms", phone)) if value]
    contact: dict[str, Any] = {**values, "channels": channels, "id": draft.next_id("contacts")}
    if external_id:
        contact["externalCustomerId"] = external_id
    draft.put("contacts", contact)
    return contact
