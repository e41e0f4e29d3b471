"""What a contact that is sent says: known keys, nothing that is null or blank, one value for each place.

Null says nothing, at every level. So do identifiers that are blank.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.values.equality import contains
from mockservers.core.values.json_text import pointer
from mockservers.vendors.esputnik.ignored_keys import note_unknown_keys, without_unknown_keys

_IDENTIFIERS = ("externalCustomerId", "contactKey")


@dataclass(frozen=True, slots=True)
class ContactPlace:
    """Where a contact is: its item, its place in the body, and the exchange of it, 0 for the call being decided.

    `positions` are those that the elements of its lists had in the body, where some of them were taken out since.
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
    """What a contact says that can be held. Files notes on the rest."""
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
        contact["fields"] = [each for each in contact["fields"] if each.get("value") is not None]
    return contact


def element_positions(draft: Draft, schema: str, sent: Mapping[str, Any]) -> dict[str, list[int]]:
    """The positions of what `content` leaves in a contact's lists, for lists of which it takes something out."""
    kept_by_name = {}
    contact = without_unknown_keys(draft, schema, sent)
    for name in _ELEMENT_KEYS:
        elements = contact.get(name) or ()
        kept = _last_positions(name, elements)
        kept = [index for index in kept if name != "fields" or elements[index].get("value") is not None]
        if len(kept) < len(elements):
            kept_by_name[name] = kept
    return kept_by_name


def _repeats_nothing_else(name: str, elements: Sequence[Mapping[str, Any]]) -> list[bool]:
    """Of each element of a list whether it counts: no later one says otherwise of the same thing."""
    keys = [_ELEMENT_KEYS[name](each) for each in elements]
    last = dict(zip(keys, elements, strict=True))
    return [
        contains({**last[key], **_same_email(each, last[key])}, each) for key, each in zip(keys, elements, strict=True)
    ]


def _last_positions(name: str, elements: Sequence[Mapping[str, Any]]) -> list[int]:
    """The indexes of the elements that are the last of their place."""
    last = {_ELEMENT_KEYS[name](each): index for index, each in enumerate(elements)}
    return sorted(last.values())


def _remove_blanks(draft: Draft, contact: dict[str, Any], place: ContactPlace) -> None:
    """Take out identifiers that are blank."""
    for name in _IDENTIFIERS:
        if name in contact and not contact[name].strip():
            del contact[name]
            draft.note("noted", "esputnik.contact.blank", item=place.item, at=place.pointer(name), key=name)


def _field_key(custom_field: Mapping[str, Any]) -> Hashable:
    return str(custom_field["id"])


def _channel_key(channel: Mapping[str, Any]) -> Hashable:
    value = channel["value"]
    return channel["type"], value.lower() if channel["type"] == "email" else value


def _same_email(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """The value of a channel that is another's in another case, as an email address may be."""
    return {"value": one["value"]} if "type" in one and _channel_key(one) == _channel_key(other) else {}


_ELEMENT_KEYS: Mapping[str, Callable[[Mapping[str, Any]], Hashable]] = {"fields": _field_key, "channels": _channel_key}
"""What two elements of a list have in common that say something of the same thing."""


def _last_elements(
    draft: Draft, elements: list[dict[str, Any]], name: str, place: ContactPlace
) -> list[dict[str, Any]]:
    """The last element of each place; those of which a later one says otherwise are overwritten."""
    for index, (each, counts) in enumerate(zip(elements, _repeats_nothing_else(name, elements), strict=True)):
        if not counts:
            at, key = place.pointer(name, index), str(each.get("id", each.get("type")))
            draft.note("overwritten", "esputnik.contact.twice", item=place.item, at=at, key=key)
    return [elements[index] for index in _last_positions(name, elements)]
