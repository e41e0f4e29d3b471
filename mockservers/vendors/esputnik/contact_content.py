"""Read a sent contact: known keys, without nulls and blank identifiers, one value for each channel and field."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.value import Value, field
from mockservers.core.values.equality import contains
from mockservers.core.values.json_text import pointer
from mockservers.vendors.esputnik.ignored_keys import note_unknown_keys, without_unknown_keys

_IDENTIFIERS = ("externalCustomerId", "contactKey")


class ContactPlace(Value):
    """The place of a contact: its item, its place in the body, and its exchange (0 is the call being decided).

    `positions` are the positions in the body of the elements of a list from which some were removed.
    """

    item: int = 0
    base: tuple[str | int, ...] = ()
    of: int = 0
    positions: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def pointer(self, *tokens: str | int) -> str:
        """A place within the contact, as a JSON pointer."""
        if len(tokens) > 1 and isinstance(tokens[1], int) and tokens[0] in self.positions:
            tokens = (tokens[0], self.positions[str(tokens[0])][tokens[1]], *tokens[2:])
        return pointer(*self.base, *tokens)


def read_contact(
    draft: Draft, schema: str, sent: Mapping[str, Any], place: ContactPlace, stored: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the stored part of a contact. Note the rest."""
    note_unknown_keys(draft, schema, sent, place.item, place.base, stored=stored)
    contact: dict[str, Any] = {
        name: value for name, value in without_unknown_keys(draft, schema, sent).items() if value is not None
    }
    _remove_blanks(draft, contact, place)
    if "address" in contact:
        contact["address"] = {name: value for name, value in contact["address"].items() if value is not None}
    for name in _ELEMENT_KEYS:
        if name in contact:
            contact[name] = _last_elements(draft, contact[name], name, place)
    if "fields" in contact:
        contact["fields"] = [custom for custom in contact["fields"] if custom.get("value") is not None]
    return contact


def element_positions(draft: Draft, schema: str, sent: Mapping[str, Any]) -> dict[str, list[int]]:
    """Return the body positions of the elements that `read_contact` keeps, for each list from which it removes some."""
    kept_by_name = {}
    contact = without_unknown_keys(draft, schema, sent)
    for name in _ELEMENT_KEYS:
        elements = contact.get(name) or ()
        kept = _last_positions(name, elements)
        kept = [index for index in kept if name != "fields" or elements[index].get("value") is not None]
        if len(kept) < len(elements):
            kept_by_name[name] = kept
    return kept_by_name


def _are_contained(name: str, elements: Sequence[Mapping[str, Any]]) -> list[bool]:
    """For each element of a list: whether the last element with its key contains it."""
    keys = [_ELEMENT_KEYS[name](element) for element in elements]
    last = dict(zip(keys, elements, strict=True))
    return [
        contains({**last[key], **_same_email(element, last[key])}, element)
        for key, element in zip(keys, elements, strict=True)
    ]


def _last_positions(name: str, elements: Sequence[Mapping[str, Any]]) -> list[int]:
    """The indexes of the elements that are the last with their key."""
    last = {_ELEMENT_KEYS[name](element): index for index, element in enumerate(elements)}
    return sorted(last.values())


def _remove_blanks(draft: Draft, contact: dict[str, Any], place: ContactPlace) -> None:
    """Remove blank identifiers."""
    for name in _IDENTIFIERS:
        if name in contact and not contact[name].strip():
            del contact[name]
            draft.note("noted", "esputnik.contact.blank", item=place.item, at=place.pointer(name), key=name)


def _field_key(custom_field: Mapping[str, Any]) -> Hashable:
    return str(custom_field["id"])


def _channel_key(channel: Mapping[str, Any]) -> Hashable:
    value = channel["value"]
    return channel["type"], value.lower() if channel["type"] == "email" else value


def _same_email(channel: Mapping[str, Any], last: Mapping[str, Any]) -> dict[str, Any]:
    """The value of a channel whose email address differs from the last one's in case only; else nothing."""
    return {"value": channel["value"]} if "type" in channel and _channel_key(channel) == _channel_key(last) else {}


_ELEMENT_KEYS: Mapping[str, Callable[[Mapping[str, Any]], Hashable]] = {"fields": _field_key, "channels": _channel_key}
"""What identifies an element of a list: two elements with one key identify the same channel or field."""


def _last_elements(
    draft: Draft, elements: list[dict[str, Any]], name: str, place: ContactPlace
) -> list[dict[str, Any]]:
    """Return the last element of each key. Note those that a later one overwrites."""
    for index, (element, contained) in enumerate(zip(elements, _are_contained(name, elements), strict=True)):
        if not contained:
            at, key = place.pointer(name, index), str(element.get("id", element.get("type")))
            draft.note("overwritten", "esputnik.contact.twice", item=place.item, at=at, key=key)
    return [elements[index] for index in _last_positions(name, elements)]
