"""The import of contacts, run when it is due."""

from __future__ import annotations

from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Job
from mockservers.core.exchange.decision import Decision, OutcomeKind
from mockservers.core.values.clock import text
from mockservers.vendors.esputnik.contact_content import ContactPlace
from mockservers.vendors.esputnik.contact_lookup import Contact, find_contact, oldest_contact
from mockservers.vendors.esputnik.contact_update import note_vendor_fields
from mockservers.vendors.esputnik.document_writes import DocumentWrites, Write
from mockservers.vendors.esputnik.event import Event
from mockservers.vendors.esputnik.event_history import store_event
from mockservers.vendors.esputnik.import_update import (
    FIELDS_RULE,
    ImportProgress,
    Sent,
    new_from_import,
    update_from_import,
)
from mockservers.vendors.esputnik.imports import DedupeValue, channels_found_by, dedupe_values
from mockservers.vendors.esputnik.segments import (
    note_excluded_segments,
    note_unraised_event,
    note_unused_segments,
    with_segments,
)
from mockservers.vendors.esputnik.state import draft_on


def import_contacts(job: Job, view: View) -> Decision:
    """Import the contacts, one after the other."""
    draft = draft_on(view)
    options = job.payload["options"]
    mapping: list[dict[str, Any]] = []
    progress = ImportProgress(DocumentWrites(draft))
    for index, sent, positions in job.payload["contacts"]:
        place = ContactPlace(index, ("contacts", index), job.call_id, positions)
        contact = _import_contact(draft, options, place, sent, progress)
        if contact is not None:
            dedupe = dedupe_values(draft, options, sent)
            mapping.append({"dedupeValue": dedupe[0].value, "contactId": contact["id"]})
    _file_outcomes(draft, progress)
    if mapping:
        note_excluded_segments(draft, options, job.call_id)
    elif job.payload["contacts"]:
        note_unused_segments(draft, options, [index for index, _, _ in job.payload["contacts"]], job.call_id)
    if job.payload["contacts"] and not progress.has_new_contact:
        note_unraised_event(draft, options, job.call_id)
    session = draft.get("imports", job.payload["session"])
    if session is not None:
        status = draft.value("esputnik.contacts.asynchronous", "finished")
        draft.put("imports", {**session, "status": status, "timestamp": text(draft.now), "mapping": mapping})
    return draft.decision(None)


def _file_outcomes(draft: Draft, progress: ImportProgress) -> None:
    """File the outcomes of the imported contacts. Values that a later item replaced are overwritten."""
    for write, replaced in progress.writes.results():
        place = progress.places[write.index]
        if not replaced:
            draft.outcome(write.kind, item=place.item, of=place.of, was="pending")
            continue
        at = tuple(place.pointer(*tokens) for tokens in replaced)
        key = ", ".join(dict.fromkeys(str(tokens[0]) for tokens in replaced))
        rule_id = "esputnik.contacts.twice"
        draft.outcome("overwritten", rule_id, item=place.item, at=at, of=place.of, was="pending", key=key)
    for (contact_key, name), place in progress.emptied.items():
        if not progress.sent_value(draft, contact_key, name):
            draft.note("overwritten", FIELDS_RULE, item=place.item, at=place.pointer(), of=place.of, key=name)
    for (contact_key, part), (place, channel) in progress.emptied_parts.items():
        if not progress.sent_part(contact_key, part, channel):
            draft.note("overwritten", FIELDS_RULE, item=place.item, at=place.pointer(), of=place.of, key=part)


def _import_contact(
    draft: Draft, options: Sent, place: ContactPlace, sent: Sent, progress: ImportProgress
) -> Contact | None:
    """Add or update one contact; None for one that stays deleted."""
    dedupe = dedupe_values(draft, options, sent)
    stored, by = _first_match(draft, dedupe, "contacts")
    deleted, by = _first_match(draft, dedupe, "deleted_contacts") if stored is None else (None, by)
    if deleted is not None and not options.get("restoreDeleted"):
        at = place.pointer()
        draft.outcome("dropped", "esputnik.contacts.deleted", item=place.item, at=at, of=place.of, was="pending")
        return None
    if deleted is not None:
        draft.delete("deleted_contacts", str(deleted["id"]))
    known_contact = stored or deleted
    earlier = known_contact or {"id": draft.next_id("contacts"), "channels": []}
    note_vendor_fields(draft, sent, earlier, place)
    if known_contact is None:
        contact = new_from_import(draft, options, place, earlier, sent, progress)
    else:
        found_by = channels_found_by(draft, options, by)
        contact = update_from_import(draft, options, place, known_contact, sent, progress, found_by)
    contact = with_segments(draft, contact, options.get("groupNames") or (), options.get("groupNamesExclude") or ())
    draft.put("contacts", contact)
    kind: OutcomeKind = "updated" if known_contact else "kept"
    progress.add(place, Write(place.item, kind, sent, contact))
    progress.has_new_contact = progress.has_new_contact or known_contact is None
    if known_contact is None and options.get("eventKeyForNewContacts"):
        key_value = dedupe[0].value
        store_event(draft, Event(options["eventKeyForNewContacts"], key_value, [], 1, text(draft.now)), contact["id"])
    return contact


def _first_match(draft: Draft, values: list[DedupeValue], collection: str) -> tuple[Contact | None, str]:
    """The first contact that one of these values finds, and by which index."""
    for by, key, _ in values:
        look_up = oldest_contact if by == "field" else find_contact
        contact = look_up(draft, by, key, collection)
        if contact is not None:
            return contact, by
    return None, ""
