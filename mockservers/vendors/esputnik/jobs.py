"""An import of contacts, when its time has come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.call import Job
from mockservers.core.clock import text
from mockservers.core.decision import Decision
from mockservers.core.draft import Draft
from mockservers.core.jsontext import pointer
from mockservers.core.rules import rule
from mockservers.core.view import View
from mockservers.vendors.esputnik.contact_writing import merged, note_passed_over, with_fields
from mockservers.vendors.esputnik.event import Event
from mockservers.vendors.esputnik.events import keep
from mockservers.vendors.esputnik.holdings import channel_values, draft_on, same
from mockservers.vendors.esputnik.identifiers import Contact, find
from mockservers.vendors.esputnik.imports import dedupe_values
from mockservers.vendors.esputnik.segments import in_segments

Sent = Mapping[str, Any]
_FIELDS = "esputnik.contacts.contact-fields"


def import_contacts(job: Job, view: View) -> Decision:
    """Take in the contacts of an import, one after the other."""
    draft = draft_on(view)
    options = job.payload["options"]
    mapping: list[dict[str, Any]] = []
    for index, sent in job.payload["contacts"]:
        contact = _take(draft, job.call_id, options, index, sent)
        if contact is not None:
            values = dedupe_values(draft, options, sent)
            mapping.append({"dedupeValue": values[0][1], "contactId": contact["id"]})
    session = draft.get("imports", job.payload["session"])
    if session is not None:
        status = draft.value("esputnik.contacts.asynchronous", "finished")
        draft.put("imports", {**session, "status": status, "timestamp": text(draft.now), "mapping": mapping})
    return draft.decision(None)


@rule("esputnik.contacts.deleted")
def _take(draft: Draft, of: int, options: Sent, index: int, sent: Sent) -> Contact | None:
    """Add or update one contact; None for one that was deleted and stays so."""
    values = dedupe_values(draft, options, sent)
    held = _first(draft, values, "contacts")
    deleted = _first(draft, values, "deleted_contacts") if held is None else None
    if deleted is not None and not options.get("restoreDeleted"):
        at = pointer("contacts", index)
        draft.fate("dropped", "esputnik.contacts.deleted", item=index, at=at, of=of, was="pending")
        return None
    if deleted is not None:
        draft.delete("deleted_contacts", str(deleted["id"]))
    known = held or deleted
    note_passed_over(draft, sent, known, index, ("contacts", index), of)
    if known is None:
        contact = merged(draft, {"id": draft.next_id("contacts"), "channels": []}, sent)
    else:
        contact = _updated(draft, of, options, index, known, sent)
    contact = in_segments(draft, contact, options.get("groupNames") or (), options.get("groupNamesExclude") or ())
    draft.put("contacts", contact)
    draft.fate("updated" if known else "kept", item=index, of=of, was="pending")
    if known is None and options.get("eventKeyForNewContacts"):
        key_value = values[0][1]
        keep(draft, Event(options["eventKeyForNewContacts"], key_value, [], 1, text(draft.now)), contact["id"])
    return contact


def _first(draft: Draft, values: list[tuple[str, str]], collection: str) -> Contact | None:
    for field, value in values:
        found = draft.first(collection, "field", value) if field == "field" else find(draft, field, value, collection)
        if found is not None:
            return found
    return None


@rule("esputnik.contacts.contact-fields")
def _updated(draft: Draft, of: int, options: Sent, index: int, held: Contact, sent: Sent) -> dict[str, Any]:
    """A known contact after the import: listed fields as they are sent, and null where they are not."""
    every = [name for kind in ("plain", "address", "channels") for name in draft.value(_FIELDS, kind)]
    listed = options.get("contactFields")
    names = every if listed is None else listed
    made: dict[str, Any] = {**held}
    if sent.get("addressBookId") is not None:
        made["addressBookId"] = sent["addressBookId"]
    for name in every:
        was, given = _field(draft, held, name), _field(draft, sent, name)
        if name in names:
            if was not in (None, []) and given in (None, []):
                draft.remark("overwritten", _FIELDS, item=index, at=pointer("contacts", index), of=of, key=name)
            _set(draft, made, name, given)
        elif given not in (None, []):
            differs = not same(given, was)
            at, rule_id = pointer("contacts", index), "esputnik.contacts.not-listed"
            draft.remark("ignored", rule_id, item=index, at=at, of=of, differs=differs, key=name)
    return _with_custom_fields(draft, of, options, index, made, sent)


@rule("esputnik.contacts.not-listed")
def _field(draft: Draft, contact: Sent, name: str) -> Any:
    """What a contact has in a field that contactFields may list."""
    if name in draft.value(_FIELDS, "channels"):
        return channel_values(contact, name)
    if name in draft.value(_FIELDS, "address"):
        return (contact.get("address") or {}).get(name)
    return contact.get(name)


def _set(draft: Draft, contact: dict[str, Any], name: str, value: Any) -> None:
    if name in draft.value(_FIELDS, "channels"):
        others = [channel for channel in contact.get("channels") or () if channel.get("type") != name]
        contact["channels"] = [*others, *({"type": name, "value": each} for each in value)]
    elif name in draft.value(_FIELDS, "address"):
        if value is not None or name in (contact.get("address") or {}):
            contact["address"] = {**(contact.get("address") or {}), name: value}
    elif value is not None or name in contact:
        contact[name] = value


@rule("esputnik.contacts.custom-fields")
def _with_custom_fields(
    draft: Draft, of: int, options: Sent, index: int, made: dict[str, Any], sent: Sent
) -> dict[str, Any]:
    listed = options.get("customFieldsIDs") or ()
    taken: list[dict[str, Any]] = []
    has = {each["id"]: each.get("value") for each in made.get("fields") or ()}
    for place, each in enumerate(sent.get("fields") or ()):
        if each["id"] in listed:
            taken.append(each)
        elif each.get("value") is not None:
            differs = not same(each["value"], has.get(each["id"]))
            at, rule_id = pointer("contacts", index, "fields", place), "esputnik.contacts.custom-fields"
            draft.remark("ignored", rule_id, item=index, at=at, of=of, differs=differs, key=str(each["id"]))
    return {**made, "fields": with_fields(made, taken)} if taken else made
