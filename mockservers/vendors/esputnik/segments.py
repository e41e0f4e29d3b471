"""The static segments of a contact, and the options of an import that have no effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.values.json_text import pointer
from mockservers.vendors.esputnik.contact_lookup import Contact


def with_segments(draft: Draft, contact: Contact, join: Iterable[str], leave: Iterable[str]) -> dict[str, Any]:
    """Add a contact to segments, and remove it from others."""
    updated = dict(contact)
    segment_type = draft.value("esputnik.contacts.segments", "type")
    groups = {group.get("name"): group for group in contact.get("groups") or ()}
    groups |= {name: {"name": name, "type": segment_type} for name in join if name not in groups}
    excluded = set(leave)
    if groups:
        updated["groups"] = [group for name, group in groups.items() if name not in excluded]
    return updated


def note_unused_segments(draft: Draft, options: Mapping[str, Any], items: Sequence[int], of: int = 0) -> None:
    """Note segments of an import that accepts no contact. `items` are its contacts, which are lost too."""
    for index, name in enumerate(options.get("groupNames") or ()):
        at, rule_id = pointer("groupNames", index), "esputnik.contacts.segments-of-nobody"
        draft.note("ignored", rule_id, items=items, at=at, count=len(items) or 1, of=of, key=name)


def note_excluded_segments(draft: Draft, options: Mapping[str, Any], of: int) -> None:
    """Note segments that an import both adds contacts to and removes them from: removing wins."""
    excluded = set(options.get("groupNamesExclude") or ())
    for index, name in enumerate(options.get("groupNames") or ()):
        if name in excluded:
            at = pointer("groupNames", index)
            draft.note("ignored", "esputnik.contacts.segments-out", at=at, of=of, key=name)


def note_unraised_event(draft: Draft, options: Mapping[str, Any], of: int = 0) -> None:
    """Note the event for new contacts of an import that creates none."""
    key = options.get("eventKeyForNewContacts")
    if key:
        at = pointer("eventKeyForNewContacts")
        draft.note("noted", "esputnik.contacts.nobody-new", at=at, of=of, key=key)
