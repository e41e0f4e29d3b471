"""The static segments that a contact is in, and the event of new contacts: what an import says beside its contacts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.values.json_text import pointer
from mockservers.vendors.esputnik.identifiers import Contact


def in_segments(draft: Draft, contact: Contact, into: Iterable[str], out_of: Iterable[str]) -> dict[str, Any]:
    """A contact put into segments and taken out of others."""
    made = dict(contact)
    kind = draft.value("esputnik.contacts.segments", "type")
    groups = {group.get("name"): group for group in contact.get("groups") or ()}
    groups |= {name: {"name": name, "type": kind} for name in into if name not in groups}
    left = set(out_of)
    if groups:
        made["groups"] = [group for name, group in groups.items() if name not in left]
    return made


def note_of_nobody(draft: Draft, options: Mapping[str, Any], items: Sequence[int], of: int = 0) -> None:
    """Note segments of an import that takes no contact. `items` are its contacts, which are lost all the same."""
    for index, name in enumerate(options.get("groupNames") or ()):
        at, rule_id = pointer("groupNames", index), "esputnik.contacts.segments-of-nobody"
        draft.note("ignored", rule_id, items=items, at=at, count=len(items) or 1, of=of, key=name)


def note_in_and_out(draft: Draft, options: Mapping[str, Any], of: int) -> None:
    """Note segments that an import puts contacts into and takes them out of: they are in none of those."""
    out = set(options.get("groupNamesExclude") or ())
    for index, name in enumerate(options.get("groupNames") or ()):
        if name in out:
            at = pointer("groupNames", index)
            draft.note("ignored", "esputnik.contacts.segments-out", at=at, of=of, key=name)


def note_nobody_new(draft: Draft, options: Mapping[str, Any], of: int = 0) -> None:
    """Note the event of an import that takes no new contact."""
    key = options.get("eventKeyForNewContacts")
    if key:
        at = pointer("eventKeyForNewContacts")
        draft.note("noted", "esputnik.contacts.nobody-new", at=at, of=of, key=key)
