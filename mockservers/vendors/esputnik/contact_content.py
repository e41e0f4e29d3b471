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
from mockservers.vendors.esputnik.parsing import known, note_unknown_keys

_IDENTIFIERS = ("externalCustomerId", "contactKey")


@dataclass(frozen=True, slots=True)
class Where:
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


def content(
    draft: Draft, schema: str, sent: Mapping[str, Any], where: Where, held: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What a contact says that can be held. Files notes on the rest."""
    note_unknown_keys(draft, schema, sent, where.item, where.base, held=held)
    made: dict[str, Any] = {name: value for name, value in known(draft, schema, sent).items() if value is not None}
    _without_blanks(draft, made, where)
    if "address" in made:
        made["address"] = {name: value for name, value in made["address"].items() if value is not None}
    for name in _PLACES:
        if name in made:
            made[name] = _one_for_each(draft, made[name], name, where)
    if "fields" in made:
        made["fields"] = [each for each in made["fields"] if each.get("value") is not None]
    return made


def positions(draft: Draft, schema: str, sent: Mapping[str, Any]) -> dict[str, list[int]]:
    """The positions of what `content` leaves in a contact's lists, for lists of which it takes something out."""
    found = {}
    counted = known(draft, schema, sent)
    for name in _PLACES:
        elements = counted.get(name) or ()
        left = _last_of_each(name, elements)
        left = [index for index in left if name != "fields" or elements[index].get("value") is not None]
        if len(left) < len(elements):
            found[name] = left
    return found


def _that_count(name: str, elements: Sequence[Mapping[str, Any]]) -> list[bool]:
    """Of each element of a list whether it counts: no later one says otherwise of the same thing."""
    places = [_PLACES[name](each) for each in elements]
    last = dict(zip(places, elements, strict=True))
    return [
        contains({**last[place], **_alike(each, last[place])}, each)
        for place, each in zip(places, elements, strict=True)
    ]


def _last_of_each(name: str, elements: Sequence[Mapping[str, Any]]) -> list[int]:
    """The indexes of the elements that are the last of their place."""
    last = {_PLACES[name](each): index for index, each in enumerate(elements)}
    return sorted(last.values())


def _without_blanks(draft: Draft, contact: dict[str, Any], where: Where) -> None:
    """Take out identifiers that are blank."""
    for name in _IDENTIFIERS:
        if name in contact and not contact[name].strip():
            del contact[name]
            draft.note("noted", "esputnik.contact.blank", item=where.item, at=where.pointer(name), key=name)


def _number(custom_field: Mapping[str, Any]) -> Hashable:
    return str(custom_field["id"])


def _channel(channel: Mapping[str, Any]) -> Hashable:
    value = channel["value"]
    return channel["type"], value.lower() if channel["type"] == "email" else value


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """The value of a channel that is another's in another case, as an email address may be."""
    return {"value": one["value"]} if "type" in one and _channel(one) == _channel(other) else {}


_PLACES: Mapping[str, Callable[[Mapping[str, Any]], Hashable]] = {"fields": _number, "channels": _channel}
"""What two elements of a list have in common that say something of the same thing."""


def _one_for_each(draft: Draft, elements: list[dict[str, Any]], name: str, where: Where) -> list[dict[str, Any]]:
    """The last element of each place; those of which a later one says otherwise are overwritten."""
    for index, (each, counts) in enumerate(zip(elements, _that_count(name, elements), strict=True)):
        if not counts:
            at, key = where.pointer(name, index), str(each.get("id", each.get("type")))
            draft.note("overwritten", "esputnik.contact.twice", item=where.item, at=at, key=key)
    return [elements[index] for index in _last_of_each(name, elements)]
