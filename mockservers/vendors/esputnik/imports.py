"""Contacts in bulk: invalid ones are named in the answer, the others wait for the import.

A contact is one item: `refused` if the answer names it, otherwise `pending` until the import resolves it (see jobs).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call, Job
from mockservers.core.exchange.decision import Decision
from mockservers.core.values.clock import duration, text
from mockservers.core.values.json_text import pointer
from mockservers.vendors.esputnik.channels import channel_values, excess_channels
from mockservers.vendors.esputnik.contact_content import ContactPlace, element_positions, read_contact
from mockservers.vendors.esputnik.ignored_keys import note_repeated_keys, note_unknown_beside_list
from mockservers.vendors.esputnik.requests import read_body
from mockservers.vendors.esputnik.scalars import Converted, accept_other_types, as_text, convert_scalars, pointers_of
from mockservers.vendors.esputnik.segments import note_unraised_event, note_unused_segments
from mockservers.vendors.esputnik.state import custom_field_key, draft_on
from mockservers.vendors.esputnik.violations import refuse_item, vendor_message

_RULE = "esputnik.contacts.asynchronous"
_FAILED = "esputnik.contacts.failed"


class DedupeValue(NamedTuple):
    """A value that identifies a contact: the index of contacts that has it, its key there, and the value as text."""

    by: str
    key: str
    value: str


PendingContact = tuple[int, dict[str, Any], dict[str, list[int]]]
"""A contact's index, its content, and the positions of that content (see contact_content)."""


def update_contacts(call: Call, view: View) -> Decision:
    """Start an import of contacts."""
    draft = draft_on(view)
    body = read_body(draft, call, "ContactsBulkUpdate")
    if isinstance(body, Decision):
        return body
    note_repeated_keys(draft, call)
    note_unknown_beside_list(draft, call, "ContactsBulkUpdate")
    options = body.content
    failed: list[Any] = []
    pending: list[PendingContact] = []
    for index, contact in enumerate(options["contacts"]):
        converted = convert_scalars(draft.contract, "Contact", contact)
        error = _refusal_message(draft, options, index, contact, converted)
        if error is None:
            sent = read_contact(draft, "Contact", converted.value, ContactPlace(index, ("contacts", index)))
            pending.append((index, sent, element_positions(draft, "Contact", converted.value)))
            draft.outcome("pending", item=index)
        else:
            failed.append({**contact, "error": error} if isinstance(contact, dict) else {"error": error})
    if not pending:
        note_unused_segments(draft, options, range(len(options["contacts"])))
        note_unraised_event(draft, options)
    session = str(draft.next_id("imports"))
    _schedule_import(draft, call, options, session, pending)
    value: dict[str, Any] = {"failedContacts": failed[0] if len(failed) == 1 else failed} if failed else {}
    value |= {"asyncSessionId": session, "id": draft.value(_RULE, "id")}
    return draft.decision(draft.contract.reply(call.operation, value))


def _schedule_import(
    draft: Draft, call: Call, content: Mapping[str, Any], session: str, pending: list[PendingContact]
) -> None:
    options = {name: value for name, value in content.items() if name != "contacts"}
    status = draft.value(_RULE, "started")
    draft.put("imports", {"sessionId": session, "status": status, "timestamp": text(draft.now), "mapping": []})
    due = draft.now + duration(draft.value(_RULE, "delay"))
    contacts = list(map(list, pending))
    draft.schedule(Job("import", due, call.id, {"session": session, "options": options, "contacts": contacts}))


def _refusal_message(
    draft: Draft, options: Mapping[str, Any], index: int, contact: Any, converted: Converted
) -> str | None:
    """The vendor's message for an invalid contact; None for one that waits for the import."""
    validator = draft.contract.validator("#/components/schemas/Contact")
    places = pointers_of(converted, "contacts", index)
    if not validator.valid(contact) and not (
        validator.valid(converted.value) and accept_other_types(draft, item=index, at=places)
    ):
        violation = validator.violations(contact)[0]
        refuse_item(draft, _FAILED, ("contacts", index), violation)
        return vendor_message(draft, violation)
    contact = converted.value
    excess = excess_channels(draft, contact)
    if excess is not None:
        at = pointer("contacts", index, "channels")
        limit = draft.value("esputnik.contact.two-channels", "most")
        problem = f"has more than {limit} of the type {excess[0]}"
        draft.outcome("refused", _FAILED, item=index, at=at, key="channels", field="channels", problem=problem)
        return draft.contract.message("wrong", field="channels")
    if dedupe_values(draft, options, contact):
        return None
    key = str(options["dedupeOn"])
    at, problem = pointer("contacts", index), "is missing, by which dedupeOn finds contacts"
    draft.outcome("refused", _FAILED, item=index, at=at, key=key, field=key, problem=problem)
    return draft.contract.message("missing", field=key)


def dedupe_values(draft: Draft, options: Mapping[str, Any], contact: Mapping[str, Any]) -> list[DedupeValue]:
    """The identifiers of a contact: its external id, or else the field in dedupeOn. Blank texts do not count."""
    external_id = contact.get("externalCustomerId")
    if external_id and external_id.strip():
        return [DedupeValue("externalCustomerId", external_id, external_id)]
    dedupe_on = options["dedupeOn"]
    if dedupe_on == "id":
        contact_id = contact.get("id")
        return [] if contact_id is None else [DedupeValue("id", str(contact_id), str(contact_id))]
    if dedupe_on == "fieldId":
        values = {custom["id"]: as_text(custom.get("value")) for custom in contact.get("fields") or ()}
        field_id, value = options.get("fieldId"), values.get(options.get("fieldId"), "")
        return [DedupeValue("field", custom_field_key(field_id, value), value)] if value.strip() else []
    types = _dedupe_channels(draft, options)
    return [DedupeValue(_INDEXES[kind], value, value) for kind in types for value in channel_values(contact, kind)]


_INDEXES = {"email": "email", "sms": "phone", "mobilepush": "pushToken", "webpush": "pushToken"}
"""The index of contacts that has the channels of each type that dedupeOn can name."""


def _dedupe_channels(draft: Draft, options: Mapping[str, Any]) -> list[str]:
    types: list[str] = draft.value("esputnik.contacts.dedupe", "channels").get(options["dedupeOn"], [])
    return types


def channels_found_by(draft: Draft, options: Mapping[str, Any], by: str) -> list[str]:
    """The types of channels by which dedupeOn finds a contact in an index; none in that of another field."""
    return [kind for kind in _dedupe_channels(draft, options) if _INDEXES[kind] == by]


def import_status(call: Call, view: View) -> Decision:
    """Return the status of an import.

    Rule: `esputnik.contacts.session`.
    """
    draft = draft_on(view)
    session = draft.get("imports", call.path["sessionId"])
    if session is None:
        return draft.decision(draft.contract.refusal("import-not-found", id=call.path["sessionId"]))
    return draft.decision(draft.contract.reply(call.operation, session))
