"""Whose an event is: the contact that its params identify."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.vendors.esputnik.event import Event, as_text
from mockservers.vendors.esputnik.holdings import IDENTIFIER_PARAMS

Contact = Mapping[str, Any]


def contact_of(draft: Draft, event: Event) -> Contact | None:
    """The contact that an event binds to; on version 2 one that is made for it, where that is the reading."""
    found = _found(draft, event)
    return found if found is not None or event.version < 2 else _made(draft, event)


def _found(draft: Draft, event: Event) -> Contact | None:
    for index, (field, value) in enumerate(_given(draft, event)):
        contact = find(draft, field, value)
        if contact is not None:
            if index and draft.reading("esputnik.identifier.first-match") == "first-present":
                return None
            return contact
    return None


def _made(draft: Draft, event: Event) -> Contact | None:
    given: dict[str, str] = {}
    for field, value in _given(draft, event):
        given.setdefault(field, value)
    if not given.keys() & {"externalCustomerId", "email", "phone"}:
        return None
    if draft.reading("esputnik.contact.must-exist") != "v2-creates-contact":
        return None
    return make(draft, given.get("externalCustomerId"), given.get("email"), given.get("phone"), source="Event")


def identifies(draft: Draft, event: Event) -> bool:
    """Whether any param of the event identifies a contact, be it there or not."""
    return next(_given(draft, event), None) is not None


def identity(draft: Draft, event: Event) -> str:
    """Whom the event identifies, in words."""
    return ", ".join(f"{field} {value}" for field, value in _given(draft, event)) or "any identifier"


def _given(draft: Draft, event: Event) -> Iterator[tuple[str, str]]:
    """(field of a contact, value) of each identifier that the event has, in the order in which they are tried."""
    by_name: dict[str, list[str]] = {}
    for name in event.values:
        by_name.setdefault(name.lower(), []).append(name)
    for param, field in _names(draft, event.type_key):
        for name in by_name.get(param.lower(), ()):
            value = identifier(draft, event, name)
            if value and not _is_not_on_the_page(draft, event.type_key, param):
                yield field, value


def _is_not_on_the_page(draft: Draft, type_key: str, param: str) -> bool:
    """Whether a default name is one that the page's list lacks, where the reading is that list alone."""
    rule_id = "esputnik.identifier.external-id"
    if param != draft.value(rule_id, "param") or _own_names(draft, type_key) is not None:
        return False
    return draft.reading(rule_id) == "page-list"


def _names(draft: Draft, type_key: str) -> Iterator[tuple[str, str]]:
    """(param, field of a contact): the event type's own, or else the account's, or else the default ones."""
    own = _own_names(draft, type_key)
    for each in draft.value("esputnik.identifier.names", "names") if own is None else own:
        yield str(each.get("param", "")), str(each.get("field", ""))


def _own_names(draft: Draft, type_key: str) -> list[dict[str, Any]] | None:
    """What an event type or the account has set."""
    own = (draft.get("event_types", type_key) or {}).get("identifier")
    if isinstance(own, dict):
        return [own]
    setting = draft.get("settings", IDENTIFIER_PARAMS)
    return setting["value"] if setting else None


def identifier(draft: Draft, event: Event, name: str) -> str:
    """The value of an identifier param as text; empty for one that is blank or, on version 2, says null."""
    value = as_text(event.values.get(name))
    if not value.strip():
        return ""
    if event.version >= 2 and name.lower() == draft.value("esputnik.identifier.blank", "name").lower():
        return "" if value == draft.value("esputnik.identifier.blank", "nothing") else value
    return value


def find(draft: Draft, field: str, value: str, collection: str = "contacts") -> Contact | None:
    """The contact that has a value in a field; email addresses compare without their case.

    Rule: `esputnik.identifier.case`.
    """
    if field == "id":
        return draft.get(collection, value)
    if field == "email":
        return oldest(draft, field, value.lower(), collection)
    return oldest(draft, field, value, collection) if field in _INDEXED else None


_INDEXED = frozenset({"externalCustomerId", "phone", "pushToken", "contactKey"})


def oldest(draft: Draft, index: str, value: str, collection: str = "contacts") -> Contact | None:
    """Of the contacts that share a value the one that was there first, whichever came by the value first."""
    found = draft.find(collection, index, value)
    return min(found, key=age) if found else None


def age(contact: Contact) -> int:
    """By which contacts are put in the order in which they came to be there."""
    number = contact["id"]
    return number if isinstance(number, int) else 0


def make(draft: Draft, external_id: str | None, email: str | None, phone: str | None, **more: Any) -> Contact:
    """A new contact with what is known of it."""
    known = {name: value for name, value in more.items() if value is not None}
    channels = [{"type": kind, "value": value} for kind, value in (("email", email), ("sms", phone)) if value]
    contact: dict[str, Any] = {**known, "channels": channels, "id": draft.next_id("contacts")}
    if external_id:
        contact["externalCustomerId"] = external_id
    draft.put("contacts", contact)
    return contact
