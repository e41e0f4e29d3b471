"""The contact that the params of an event identify."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.vendors.esputnik.contact_lookup import Contact, create_contact, find_contact
from mockservers.vendors.esputnik.event import Event
from mockservers.vendors.esputnik.scalars import as_text
from mockservers.vendors.esputnik.state import IDENTIFIER_PARAMS


def bound_contact(draft: Draft, event: Event) -> Contact | None:
    """Return the contact that an event binds to. Version 2 creates one if that is the reading."""
    contact = _matching_contact(draft, event)
    return contact if contact is not None or event.version < 2 else _created_contact(draft, event)


def _matching_contact(draft: Draft, event: Event) -> Contact | None:
    for index, (field, value) in enumerate(_identifiers(draft, event)):
        contact = find_contact(draft, field, value)
        if contact is not None:
            if index and draft.reading("esputnik.identifier.first-match") == "first-present":
                return None
            return contact
    return None


def _created_contact(draft: Draft, event: Event) -> Contact | None:
    values: dict[str, str] = {}
    for field, value in _identifiers(draft, event):
        values.setdefault(field, value)
    if not values.keys() & {"externalCustomerId", "email", "phone"}:
        return None
    if draft.reading("esputnik.contact.must-exist") != "v2-creates-contact":
        return None
    return create_contact(
        draft, values.get("externalCustomerId"), values.get("email"), values.get("phone"), source="Event"
    )


def has_identifier(draft: Draft, event: Event) -> bool:
    """Whether any param of the event identifies a contact, known or unknown."""
    return next(_identifiers(draft, event), None) is not None


def identifiers_as_text(draft: Draft, event: Event) -> str:
    """The identifiers of an event, for a sentence."""
    return ", ".join(f"{field} {value}" for field, value in _identifiers(draft, event)) or "any identifier"


def _identifiers(draft: Draft, event: Event) -> Iterator[tuple[str, str]]:
    """(contact field, value) of each identifier of an event, in the order in which they are tried."""
    by_name: dict[str, list[str]] = {}
    for name in event.values:
        by_name.setdefault(name.lower(), []).append(name)
    for param, field in _identifier_names(draft, event.type_key):
        for name in by_name.get(param.lower(), ()):
            value = identifier_value(draft, event, name)
            if value and not _is_off_the_page(draft, event.type_key, param):
                yield field, value


def _is_off_the_page(draft: Draft, type_key: str, param: str) -> bool:
    """Whether a default name is missing from the page's list, and the reading accepts only that list."""
    rule_id = "esputnik.identifier.external-id"
    if param != draft.value(rule_id, "param") or _own_names(draft, type_key) is not None:
        return False
    return draft.reading(rule_id) == "page-list"


def _identifier_names(draft: Draft, type_key: str) -> Iterator[tuple[str, str]]:
    """(param, contact field): those of the event type, else those of the account, else the default ones."""
    own_names = _own_names(draft, type_key)
    for name in draft.value("esputnik.identifier.names", "names") if own_names is None else own_names:
        yield str(name.get("param", "")), str(name.get("field", ""))


def _own_names(draft: Draft, type_key: str) -> list[dict[str, Any]] | None:
    """The names that the event type or the account sets."""
    own_name = (draft.get("event_types", type_key) or {}).get("identifier")
    if isinstance(own_name, dict):
        return [own_name]
    setting = draft.get("settings", IDENTIFIER_PARAMS)
    return setting["value"] if setting else None


def identifier_value(draft: Draft, event: Event, name: str) -> str:
    """The value of an identifier param as text; empty for a blank one and, on version 2, for the text null."""
    value = as_text(event.values.get(name))
    if not value.strip():
        return ""
    if event.version >= 2 and name.lower() == draft.value("esputnik.identifier.blank", "name").lower():
        return "" if value == draft.value("esputnik.identifier.blank", "nothing") else value
    return value
