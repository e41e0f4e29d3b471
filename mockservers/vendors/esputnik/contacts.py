"""Single contacts: add, get, update, delete, search.

A sent contact is one item: `kept` if it is new, `updated` if it is known. Reading and deleting send no items.
"""

from __future__ import annotations

from typing import Any

from mockservers.core.contract.parameters import query_parameter
from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.core.value import replace
from mockservers.vendors.esputnik.channels import PHONE_CHANNELS, channel_values
from mockservers.vendors.esputnik.contact_content import ContactPlace, read_contact
from mockservers.vendors.esputnik.contact_lookup import Contact, creation_order, find_contact, match_contact
from mockservers.vendors.esputnik.contact_refusals import refuse_excess_channels, refuse_repeated
from mockservers.vendors.esputnik.contact_update import merge_contact, note_vendor_fields, remove_contact
from mockservers.vendors.esputnik.ignored_keys import note_repeated_keys
from mockservers.vendors.esputnik.replies import contact_not_found, contact_view, message_reply, refuse
from mockservers.vendors.esputnik.requests import read_body
from mockservers.vendors.esputnik.state import draft_on


def add_contact(call: Call, view: View) -> Decision:
    """Add a contact, or update the known one: found by external id (a deleted one is restored), email or phone.

    Rule: `esputnik.contact.match`.
    """
    draft = draft_on(view)
    body = read_body(draft, call, "Contact")
    if isinstance(body, Decision):
        return body
    refusal = refuse_excess_channels(draft, call, body.sent) or refuse_repeated(draft, call, "")
    if refusal:
        return refusal
    stored = match_contact(draft, body.content)
    note_repeated_keys(draft, call)
    sent = read_contact(draft, "Contact", body.content, ContactPlace(), stored)
    earlier = stored or {"id": draft.next_id("contacts"), "channels": []}
    note_vendor_fields(draft, sent, earlier, ContactPlace())
    contact = merge_contact(draft, earlier, sent)
    draft.put("contacts", contact)
    draft.outcome("updated" if stored else "kept", item=0)
    return draft.decision(draft.contract.reply(call.operation, contact))


def get_contact(call: Call, view: View) -> Decision:
    """Return a contact by its id."""
    draft = draft_on(view)
    contact = draft.get("contacts", call.path["id"])
    if contact is None:
        return draft.decision(contact_not_found(draft, "id", call.path["id"]))
    return draft.decision(draft.contract.reply(call.operation, contact_view(contact)))


def update_contact(call: Call, view: View) -> Decision:
    """Update a contact by its id; a deleted one is restored."""
    draft = draft_on(view)
    contact_id = call.path["id"]
    body = read_body(draft, call, "ContactUpdate")
    if isinstance(body, Decision):
        return body
    refusal = refuse_excess_channels(draft, call, body.sent)
    if refusal:
        return refusal
    stored = draft.get("contacts", contact_id) or draft.get("deleted_contacts", contact_id)
    if stored is None:
        reply = {"field": "id", "id": contact_id}
        return refuse(draft, call, "contact-not-found", "esputnik.contact.not-found", reply=reply, id=contact_id)
    refusal = refuse_repeated(draft, call, contact_id)
    if refusal:
        return refusal
    external_id = body.content.get("externalCustomerId")
    owner = find_contact(draft, "externalCustomerId", external_id) if external_id else None
    if owner is not None and owner["id"] != stored["id"]:
        return refuse(draft, call, "external-id-taken", "esputnik.contact.external-id-taken", "/externalCustomerId")
    note_repeated_keys(draft, call)
    sent = read_contact(draft, "ContactUpdate", body.content, ContactPlace(), stored)
    note_vendor_fields(draft, sent, stored, ContactPlace())
    draft.delete("deleted_contacts", contact_id)
    draft.put("contacts", merge_contact(draft, stored, sent))
    draft.outcome("updated", item=0)
    return draft.decision(message_reply(draft, call, "updated", "id", contact_id))


def delete_contact(call: Call, view: View) -> Decision:
    """Delete a contact by its id."""
    draft = draft_on(view)
    return _delete(draft, call, "id", call.path["id"], draft.get("contacts", call.path["id"]))


def delete_contact_by_external_id(call: Call, view: View) -> Decision:
    """Delete a contact by its external id."""
    draft = draft_on(view)
    external_id = call.query.get("externalCustomerId", "")
    return _delete(
        draft, call, "externalCustomerId", external_id, find_contact(draft, "externalCustomerId", external_id)
    )


def _delete(draft: Draft, call: Call, field: str, value: str, contact: Contact | None) -> Decision:
    if contact is None:
        return draft.decision(contact_not_found(draft, field, value))
    remove_contact(draft, contact, for_good=_query(draft, call, "erase") is True)
    return draft.decision(message_reply(draft, call, "deleted", field, value))


def search_contacts(call: Call, view: View) -> Decision:
    """Return the contacts that meet all conditions of the query, oldest first. An external id counts alone."""
    draft = draft_on(view)
    limit = draft.value("esputnik.contacts.search", "most")
    start, rows = (_query(draft, call, name) for name in ("startindex", "maxrows"))
    rows = limit if rows is None else rows  # more than the maximum, and a reading accepts it
    contacts = sorted(_matching(draft, call), key=creation_order)
    first = max(0, start - 1)
    page = contacts[first : first + max(0, min(rows, limit))]
    reply = draft.contract.reply(call.operation, [contact_view(contact) for contact in page])
    total = (draft.value("esputnik.contacts.search", "header"), str(len(contacts)))
    return draft.decision(replace(reply, headers=(*reply.headers, total)))


def _query(draft: Draft, call: Call, name: str) -> Any:
    """The value of a query parameter, or its default."""
    return query_parameter(draft.contract, call.operation, name).value(call.query.get(name) or None)


def _matching(draft: Draft, call: Call) -> list[Contact]:
    conditions = {name: value for name, value in call.query.items() if name in _CONTACT_FIELDS and value}
    if "externalCustomerId" in conditions:
        return draft.find("contacts", "externalCustomerId", conditions["externalCustomerId"])
    if "email" in conditions:
        candidates = draft.find("contacts", "email", conditions["email"].lower())
    elif "sms" in conditions:
        candidates = draft.find("contacts", "phone", conditions["sms"])
    else:
        candidates = list(draft.each("contacts"))
    return [
        contact for contact in candidates if all(_matches(contact, name, value) for name, value in conditions.items())
    ]


_CONTACT_FIELDS = {"externalCustomerId": "", "email": "", "sms": "", "firstname": "firstName", "lastname": "lastName"}


def _matches(contact: Contact, name: str, value: str) -> bool:
    if name == "email":
        return value.lower() in (email.lower() for email in channel_values(contact, "email"))
    if name == "sms":
        return value in channel_values(contact, *PHONE_CHANNELS)
    return bool(contact.get(_CONTACT_FIELDS[name]) == value)
