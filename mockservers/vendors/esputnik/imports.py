"""Contacts in bulk: those that cannot be taken are named at once, the others wait for the import.

A contact is one item: `refused` where the answer names it, otherwise `pending` until the import says (see jobs).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call, Job
from mockservers.core.exchange.decision import Decision
from mockservers.core.values.clock import duration, text
from mockservers.core.values.json_text import pointer
from mockservers.vendors.esputnik.contact_content import Where, content, positions
from mockservers.vendors.esputnik.contact_writing import crowded
from mockservers.vendors.esputnik.holdings import channel_values, draft_on
from mockservers.vendors.esputnik.parsing import (
    content_of,
    note_repeated_keys,
    note_unknown_beside,
    text_of,
    unusable,
    what_of,
)
from mockservers.vendors.esputnik.scalars import Typed, places_of, taken, typed
from mockservers.vendors.esputnik.segments import note_nobody_new, note_of_nobody

_RULE = "esputnik.contacts.asynchronous"
Waiting = tuple[int, dict[str, Any], dict[str, list[int]]]
"""A contact's index, what it says, and the positions of what it says (see contact_content)."""


def update_contacts(call: Call, view: View) -> Decision:
    """Begin an import of contacts."""
    draft = draft_on(view)
    refusal = unusable(draft, call, "ContactsBulkUpdate")
    if refusal:
        return refusal
    note_repeated_keys(draft, call)
    note_unknown_beside(draft, call, "ContactsBulkUpdate")
    body = content_of(draft, call, "ContactsBulkUpdate")
    failed: list[Any] = []
    waiting: list[Waiting] = []
    for index, contact in enumerate(body["contacts"]):
        of_types = typed(draft.contract, "Contact", contact)
        error = _failing(draft, body, index, contact, of_types)
        if error is None:
            sent = content(draft, "Contact", of_types.value, Where(index, ("contacts", index)))
            waiting.append((index, sent, positions(draft, "Contact", of_types.value)))
            draft.outcome("pending", item=index)
        else:
            failed.append({**contact, "error": error} if isinstance(contact, dict) else {"error": error})
    if not waiting:
        note_of_nobody(draft, body, range(len(body["contacts"])))
        note_nobody_new(draft, body)
    session = str(draft.next_id("imports"))
    _begin(draft, call, body, session, waiting)
    value: dict[str, Any] = {"failedContacts": failed[0] if len(failed) == 1 else failed} if failed else {}
    value |= {"asyncSessionId": session, "id": draft.value(_RULE, "id")}
    return draft.decision(draft.contract.reply(call.operation, value))


def _begin(draft: Draft, call: Call, body: Mapping[str, Any], session: str, waiting: list[Waiting]) -> None:
    options = {name: value for name, value in body.items() if name != "contacts"}
    status = draft.value(_RULE, "started")
    draft.put("imports", {"sessionId": session, "status": status, "timestamp": text(draft.now), "mapping": []})
    due = draft.now + duration(draft.value(_RULE, "delay"))
    contacts = list(map(list, waiting))
    draft.schedule(Job("import", due, call.id, {"session": session, "options": options, "contacts": contacts}))


def _failing(draft: Draft, body: Mapping[str, Any], index: int, contact: Any, of_types: Typed) -> str | None:
    """Why a contact cannot be taken, in the vendor's words; None for one that waits for the import."""
    validator = draft.contract.validator("#/components/schemas/Contact")
    places = places_of(of_types, "contacts", index)
    if not validator.valid(contact) and not (validator.valid(of_types.value) and taken(draft, item=index, at=places)):
        violation = validator.violations(contact)[0]
        at = pointer("contacts", index, *violation.at)
        draft.outcome("refused", "esputnik.contacts.failed", item=index, at=at, key=what_of(violation, "the contact"))
        return text_of(draft, violation)
    contact = of_types.value
    found = crowded(draft, contact)
    if found is not None:
        at = pointer("contacts", index, "channels")
        most = draft.value("esputnik.contact.two-channels", "most")
        problem = f"channels has more than {most} of the type {found[0]}"
        draft.outcome("refused", "esputnik.contacts.failed", item=index, at=at, key=problem)
        return draft.contract.message("wrong", field="channels")
    if dedupe_values(draft, body, contact):
        return None
    key = str(body["dedupeOn"])
    at, problem = pointer("contacts", index), f"{key}, which dedupeOn asks for, is missing"
    draft.outcome("refused", "esputnik.contacts.failed", item=index, at=at, key=problem)
    return draft.contract.message("missing", field=key)


def dedupe_values(draft: Draft, options: Mapping[str, Any], contact: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(field, value) that a contact is known by: its external id, or else what dedupeOn names."""
    external_id = contact.get("externalCustomerId")
    if external_id and external_id.strip():
        return [("externalCustomerId", external_id)]
    on = options["dedupeOn"]
    if on == "id":
        return [("id", str(contact["id"]))] if contact.get("id") is not None else []
    if on == "fieldId":
        number = options.get("fieldId")
        fields = (each for each in contact.get("fields") or () if each["id"] == number)
        return [("field", f"{number}={each.get('value')}") for each in fields if each.get("value") is not None]
    types = draft.value("esputnik.contacts.dedupe", "channels").get(on, ())
    fields_of = {"email": "email", "sms": "phone", "mobilepush": "pushToken", "webpush": "pushToken"}
    return [(fields_of[kind], value) for kind in types for value in channel_values(contact, kind)]


def import_status(call: Call, view: View) -> Decision:
    """How far an import is.

    Rule: `esputnik.contacts.session`.
    """
    draft = draft_on(view)
    session = draft.get("imports", call.path["sessionId"])
    if session is None:
        return draft.decision(draft.contract.refusal("import-not-found", id=call.path["sessionId"]))
    value = {name: session[name] for name in ("status", "timestamp", "mapping")}
    return draft.decision(draft.contract.reply(call.operation, value))
