"""An import of contacts, when its time has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Job
from mockservers.core.exchange.decision import Decision, OutcomeKind
from mockservers.core.values.clock import text
from mockservers.core.values.equality import contains
from mockservers.vendors.esputnik.contact_content import Where
from mockservers.vendors.esputnik.contact_writing import merged, note_passed_over, with_fields
from mockservers.vendors.esputnik.event import Event
from mockservers.vendors.esputnik.events import keep
from mockservers.vendors.esputnik.holdings import draft_on, has_channel, in_order_of
from mockservers.vendors.esputnik.identifiers import Contact, find, oldest
from mockservers.vendors.esputnik.imports import dedupe_values
from mockservers.vendors.esputnik.segments import in_segments, note_in_and_out, note_nobody_new, note_of_nobody
from mockservers.vendors.esputnik.writers import Writers, Written

Sent = Mapping[str, Any]
_FIELDS = "esputnik.contacts.contact-fields"
_NOTHING: tuple[Any, ...] = (None, [])


@dataclass(slots=True)
class _Taking:
    """The contacts of an import so far: where each is, which last emptied what the account had, whether one is new."""

    writers: Writers
    where: dict[int, Where] = field(default_factory=dict)
    emptied: dict[tuple[str, str], Where] = field(default_factory=dict)
    new: bool = False
    _sent: dict[str, list[Sent]] = field(default_factory=dict)

    def wrote(self, where: Where, written: Written) -> None:
        key = str(written.after["id"])
        self.writers.wrote(key, written)
        self.where[written.index] = where
        self._sent.setdefault(key, []).append(written.sent)

    def gave(self, draft: Draft, key: str, name: str) -> bool:
        """Whether a contact of this import has said what a field of the account's contact is to be."""
        return any(_field(draft, sent, name) not in _NOTHING for sent in self._sent.get(key, ()))


def import_contacts(job: Job, view: View) -> Decision:
    """Take in the contacts of an import, one after the other."""
    draft = draft_on(view)
    options = job.payload["options"]
    mapping: list[dict[str, Any]] = []
    taking = _Taking(Writers(draft))
    for index, sent, positions in job.payload["contacts"]:
        where = Where(index, ("contacts", index), job.call_id, positions)
        contact = _take(draft, options, where, sent, taking)
        if contact is not None:
            values = dedupe_values(draft, options, sent)
            mapping.append({"dedupeValue": values[0][1], "contactId": contact["id"]})
    _file(draft, taking)
    if mapping:
        note_in_and_out(draft, options, job.call_id)
    elif job.payload["contacts"]:
        note_of_nobody(draft, options, [index for index, _, _ in job.payload["contacts"]], job.call_id)
    if job.payload["contacts"] and not taking.new:
        note_nobody_new(draft, options, job.call_id)
    session = draft.get("imports", job.payload["session"])
    if session is not None:
        status = draft.value("esputnik.contacts.asynchronous", "finished")
        draft.put("imports", {**session, "status": status, "timestamp": text(draft.now), "mapping": mapping})
    return draft.decision(None)


def _file(draft: Draft, taking: _Taking) -> None:
    """File what became of the contacts that were taken: of one that is there twice the last word counts."""
    for written, replaced in taking.writers.results():
        where = taking.where[written.index]
        if not replaced:
            draft.outcome(written.kind, item=where.item, of=where.of, was="pending")
            continue
        at = tuple(where.pointer(*place) for place in replaced)
        key = ", ".join(dict.fromkeys(str(place[0]) for place in replaced))
        rule_id = "esputnik.contacts.twice"
        draft.outcome("overwritten", rule_id, item=where.item, at=at, of=where.of, was="pending", key=key)
    for (contact, name), where in taking.emptied.items():
        if not taking.gave(draft, contact, name):
            draft.note("overwritten", _FIELDS, item=where.item, at=where.pointer(), of=where.of, key=name)


def _take(draft: Draft, options: Sent, where: Where, sent: Sent, taking: _Taking) -> Contact | None:
    """Add or update one contact; None for one that was deleted and stays so."""
    values = dedupe_values(draft, options, sent)
    held = _first(draft, values, "contacts")
    deleted = _first(draft, values, "deleted_contacts") if held is None else None
    if deleted is not None and not options.get("restoreDeleted"):
        at = where.pointer()
        draft.outcome("dropped", "esputnik.contacts.deleted", item=where.item, at=at, of=where.of, was="pending")
        return None
    if deleted is not None:
        draft.delete("deleted_contacts", str(deleted["id"]))
    known = held or deleted
    before = known or {"id": draft.next_id("contacts"), "channels": []}
    note_passed_over(draft, sent, before, where)
    if known is None:
        contact = _added(draft, options, where, before, sent, taking)
    else:
        contact = _updated(draft, options, where, known, sent, taking)
    contact = in_segments(draft, contact, options.get("groupNames") or (), options.get("groupNamesExclude") or ())
    draft.put("contacts", contact)
    kind: OutcomeKind = "updated" if known else "kept"
    taking.wrote(where, Written(where.item, kind, sent, contact))
    taking.new = taking.new or known is None
    if known is None and options.get("eventKeyForNewContacts"):
        key_value = values[0][1]
        keep(draft, Event(options["eventKeyForNewContacts"], key_value, [], 1, text(draft.now)), contact["id"])
    return contact


def _added(draft: Draft, options: Sent, where: Where, new: Contact, sent: Sent, taking: _Taking) -> dict[str, Any]:
    """A new contact: all that is sent, or what identifies it and what the import lists."""
    lists = options.get("contactFields") is not None or bool(sent.get("fields"))
    if not lists or draft.reading("esputnik.contacts.new") == "all":
        return merged(draft, new, sent)
    identifying = {name: sent[name] for name in ("channels", "externalCustomerId") if name in sent}
    return _updated(draft, options, where, merged(draft, new, identifying), sent, taking)


def _first(draft: Draft, values: list[tuple[str, str]], collection: str) -> Contact | None:
    for name, value in values:
        look = oldest if name == "field" else find
        found = look(draft, name, value, collection)
        if found is not None:
            return found
    return None


def _updated(draft: Draft, options: Sent, where: Where, held: Contact, sent: Sent, taking: _Taking) -> dict[str, Any]:
    """A known contact after the import: listed fields as they are sent, and null where they are not."""
    every = [name for kind in ("plain", "address", "channels") for name in draft.value(_FIELDS, kind)]
    listed = options.get("contactFields")
    names = every if listed is None else listed
    key = str(held["id"])
    made: dict[str, Any] = {**held}
    if sent.get("addressBookId") is not None:
        made["addressBookId"] = sent["addressBookId"]
    for name in every:
        was, given = _field(draft, held, name), _field(draft, sent, name)
        if name in names:
            if given in _NOTHING and (was not in _NOTHING or (key, name) in taking.emptied):
                taking.emptied[key, name] = where
            _set(draft, made, name, given)
        elif given not in _NOTHING:
            _note_not_listed(draft, where, sent, name, was)
    _set_other_channels(draft, where, made, sent, all_of_them=listed is None)
    made["channels"] = in_order_of(sent["channels"], made.get("channels") or ())
    return _with_custom_fields(draft, options, where, made, sent)


def _field(draft: Draft, contact: Sent, name: str) -> Any:
    """What a contact has in a field that contactFields may list: for a type of channels, all of that type."""
    if name in draft.value(_FIELDS, "channels"):
        return [channel for channel in contact.get("channels") or () if channel.get("type") == name]
    if name in draft.value(_FIELDS, "address"):
        return (contact.get("address") or {}).get(name)
    return contact.get(name)


def _note_not_listed(draft: Draft, where: Where, sent: Sent, name: str, was: Any) -> None:
    """Note what is sent in a field that keeps what it had."""
    rule_id = "esputnik.contacts.not-listed"
    if not isinstance(was, list):
        within = ("address", name) if name in draft.value(_FIELDS, "address") else (name,)
        differs = not contains(was, _field(draft, sent, name))
        at = where.pointer(*within)
        draft.note("ignored", rule_id, item=where.item, at=at, of=where.of, differs=differs, key=name)
        return
    for index, channel in enumerate(sent["channels"]):
        if channel["type"] == name:
            differs = not any(has_channel(one, channel) for one in was)
            at = where.pointer("channels", index)
            draft.note("ignored", rule_id, item=where.item, at=at, of=where.of, differs=differs, key=name)


def _set_other_channels(draft: Draft, where: Where, made: dict[str, Any], sent: Sent, *, all_of_them: bool) -> None:
    """Channels of types that contactFields cannot list: those that are sent are taken where it lists nothing."""
    can_be_listed = draft.value(_FIELDS, "channels")
    for kind in dict.fromkeys(channel["type"] for channel in sent["channels"]):
        if kind in can_be_listed:
            continue
        own = [channel for channel in made.get("channels") or () if channel.get("type") == kind]
        if all_of_them:
            given = [channel for channel in sent["channels"] if channel["type"] == kind]
            made["channels"] = [*(one for one in made.get("channels") or () if one not in own), *given]
        else:
            _note_not_listed(draft, where, sent, kind, own)


def _set(draft: Draft, contact: dict[str, Any], name: str, value: Any) -> None:
    if name in draft.value(_FIELDS, "channels"):
        others = [channel for channel in contact.get("channels") or () if channel.get("type") != name]
        contact["channels"] = [*others, *value]
    elif name in draft.value(_FIELDS, "address"):
        if value is not None or name in (contact.get("address") or {}):
            contact["address"] = {**(contact.get("address") or {}), name: value}
    elif value is not None or name in contact:
        contact[name] = value


def _with_custom_fields(draft: Draft, options: Sent, where: Where, made: dict[str, Any], sent: Sent) -> dict[str, Any]:
    listed = options.get("customFieldsIDs") or ()
    taken: list[dict[str, Any]] = []
    has = {each["id"]: each.get("value") for each in made.get("fields") or ()}
    for place, each in enumerate(sent.get("fields") or ()):
        if each["id"] in listed:
            taken.append(each)
        else:
            differs = not contains(has.get(each["id"]), each["value"])
            at, rule_id, key = where.pointer("fields", place), "esputnik.contacts.custom-fields", str(each["id"])
            draft.note("ignored", rule_id, item=where.item, at=at, of=where.of, differs=differs, key=key)
    return {**made, "fields": with_fields(made, taken)} if taken else made
