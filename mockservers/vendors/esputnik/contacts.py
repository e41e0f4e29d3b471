"""Contacts one by one: added, read, updated, deleted, searched.

A contact that is sent is one item: `kept` where it is new, `updated` where it is known. Reading and deleting send none.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision, Reply
from mockservers.vendors.esputnik.contact_content import Where, content
from mockservers.vendors.esputnik.contact_writing import (
    delete,
    known_as,
    merged,
    note_passed_over,
    too_many_channels,
)
from mockservers.vendors.esputnik.holdings import PHONE_CHANNELS, channel_values, draft_on
from mockservers.vendors.esputnik.identifiers import Contact, age, find
from mockservers.vendors.esputnik.parsing import content_of, note_repeated_keys, refused, unusable
from mockservers.vendors.esputnik.repeats import repeated


def add_contact(call: Call, view: View) -> Decision:
    """Add a contact, or update the one that it is: by external id (a deleted one comes back), email or phone.

    Rule: `esputnik.contact.match`.
    """
    draft = draft_on(view)
    refusal = unusable(draft, call, "Contact") or too_many_channels(draft, call, call.json) or repeated(draft, call, "")
    if refusal:
        return refusal
    body = content_of(draft, call, "Contact")
    held = known_as(draft, body)
    note_repeated_keys(draft, call)
    sent = content(draft, "Contact", body, Where(), held)
    before = held or {"id": draft.next_id("contacts"), "channels": []}
    note_passed_over(draft, sent, before, Where())
    contact = merged(draft, before, sent)
    draft.put("contacts", contact)
    draft.outcome("updated" if held else "kept", item=0)
    return draft.decision(draft.contract.reply(call.operation, {"id": contact["id"]}))


def get_contact(call: Call, view: View) -> Decision:
    """A contact by its id."""
    draft = draft_on(view)
    contact = draft.get("contacts", call.path["id"])
    if contact is None:
        return draft.decision(_unknown(draft, "id", call.path["id"]))
    return draft.decision(draft.contract.reply(call.operation, shown(draft, contact, "Contact")))


def update_contact(call: Call, view: View) -> Decision:
    """Update a contact by its id; a deleted one comes back."""
    draft = draft_on(view)
    number = call.path["id"]
    refusal = unusable(draft, call, "ContactUpdate") or too_many_channels(draft, call, call.json)
    if refusal:
        return refusal
    held = draft.get("contacts", number) or draft.get("deleted_contacts", number)
    if held is None:
        reply = {"field": "id", "id": number}
        return refused(draft, call, "contact-not-found", "esputnik.contact.not-found", reply=reply, id=number)
    refusal = repeated(draft, call, number)
    if refusal:
        return refusal
    body = content_of(draft, call, "ContactUpdate")
    external_id = body.get("externalCustomerId")
    owner = find(draft, "externalCustomerId", external_id) if external_id else None
    if owner is not None and owner["id"] != held["id"]:
        return refused(draft, call, "external-id-taken", "esputnik.contact.external-id-taken", "/externalCustomerId")
    note_repeated_keys(draft, call)
    sent = content(draft, "ContactUpdate", body, Where(), held)
    note_passed_over(draft, sent, held, Where())
    draft.delete("deleted_contacts", number)
    draft.put("contacts", merged(draft, held, sent))
    draft.outcome("updated", item=0)
    return draft.decision(_sentence(draft, call, "updated", "id", number))


def delete_contact(call: Call, view: View) -> Decision:
    """Delete a contact by its id."""
    draft = draft_on(view)
    return _delete(draft, call, "id", call.path["id"], draft.get("contacts", call.path["id"]))


def delete_contact_by_external_id(call: Call, view: View) -> Decision:
    """Delete a contact by its external id."""
    draft = draft_on(view)
    external_id = call.query.get("externalCustomerId", "")
    if not external_id.strip():
        message = draft.contract.message("missing", field="externalCustomerId")
        return draft.decision(draft.contract.refusal("bad-request", message=message))
    return _delete(draft, call, "externalCustomerId", external_id, find(draft, "externalCustomerId", external_id))


def _delete(draft: Draft, call: Call, field: str, value: str, contact: Contact | None) -> Decision:
    if contact is None:
        return draft.decision(_unknown(draft, field, value))
    delete(draft, contact, for_good=call.query.get("erase", "").lower() == "true")
    return draft.decision(_sentence(draft, call, "deleted", field, value))


def search_contacts(call: Call, view: View) -> Decision:
    """Contacts by what the query says, oldest first: all conditions together, but an external id alone."""
    draft = draft_on(view)
    most = draft.value("esputnik.contacts.search", "most")
    start, rows = _number(call, "startindex", 1), _number(call, "maxrows", most)
    wrong = "startindex" if start is None else "maxrows" if rows is None else ""
    if start is None or rows is None:
        message = draft.contract.message("wrong", field=wrong)
        return draft.decision(draft.contract.refusal("bad-request", message=message))
    found = sorted(_matching(draft, call), key=age)
    page = found[start - 1 : start - 1 + min(rows, most)]
    reply = draft.contract.reply(call.operation, [shown(draft, contact, "BaseContact") for contact in page])
    total = (draft.value("esputnik.contacts.search", "header"), str(len(found)))
    return draft.decision(replace(reply, headers=(*reply.headers, total)))


def _number(call: Call, name: str, default: int) -> int | None:
    """A number from 1 of the query; None for what is none."""
    given = call.query.get(name, "")
    if not given:
        return default
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 and int(given) > 0 else None


def _matching(draft: Draft, call: Call) -> list[Contact]:
    asked = {name: value for name, value in call.query.items() if name in _CONDITIONS and value}
    if "externalCustomerId" in asked:
        return draft.find("contacts", "externalCustomerId", asked["externalCustomerId"])
    if "email" in asked:
        candidates = draft.find("contacts", "email", asked["email"].lower())
    elif "sms" in asked:
        candidates = draft.find("contacts", "phone", asked["sms"])
    else:
        candidates = list(draft.each("contacts"))
    return [contact for contact in candidates if all(_has(contact, name, value) for name, value in asked.items())]


_CONDITIONS = {"externalCustomerId": "", "email": "", "sms": "", "firstname": "firstName", "lastname": "lastName"}


def _has(contact: Contact, name: str, value: str) -> bool:
    if name == "email":
        return value.lower() in (each.lower() for each in channel_values(contact, "email"))
    if name == "sms":
        return value in channel_values(contact, *PHONE_CHANNELS)
    return bool(contact.get(_CONDITIONS[name]) == value)


def shown(draft: Draft, contact: Contact, schema: str) -> dict[str, Any]:
    """A contact as the API answers it: the fields of a schema that it has, in the schema's order."""
    fields = draft.contract.resolve(f"openapi.yaml#/components/schemas/{schema}/properties")
    return {name: contact[name] for name in fields if contact.get(name) is not None}


def _unknown(draft: Draft, field: str, value: str) -> Reply:
    return draft.contract.refusal("contact-not-found", field=field, id=value)


def _sentence(draft: Draft, call: Call, message: str, field: str, value: str) -> Reply:
    return draft.contract.reply(call.operation, draft.contract.message(message, field=field, id=value))
