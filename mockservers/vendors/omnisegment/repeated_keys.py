"""Repeated keys in an object of the body: the last value counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from mockservers.core.deciding.draft import Draft
from mockservers.core.exchange.call import Call, Json
from mockservers.core.values.equality import of_schema
from mockservers.core.values.json_text import pointer, tokens_of, value_at
from mockservers.vendors.omnisegment.requests import item_at


class RepeatedKey(NamedTuple):
    """A value that a later value of the same key replaced. `differs`: the later one does not contain it."""

    place: str
    item: int | None
    differs: bool


def repeated_keys(draft: Draft, call: Call, schema: str) -> list[RepeatedKey]:
    """Return the values that later values of the same key replaced."""
    repeated: list[RepeatedKey] = []
    for place, lost in call.body.duplicates if isinstance(call.body, Json) else ():
        equality, tokens = of_schema({"$ref": schema}, draft.contract.resolve), tokens_of(place)
        last = value_at(call.json, place)
        differs = not equality.contains(_alone(call.json, tokens, last), _alone(call.json, tokens, lost))
        repeated.append(RepeatedKey(place, item_at(call, place), differs))
    return repeated


def note_repeated_keys(draft: Draft, repeated: Iterable[RepeatedKey], of: int = 0) -> None:
    """Note values that later ones replaced. `of` is the call that sent them, 0 for the call being decided."""
    for place, item, differs in repeated:
        draft.note("overwritten", "omnisegment.request.duplicate-key", item=item, at=place, of=of, differs=differs)


def _alone(body: Any, tokens: Sequence[str], value: Any) -> Any:
    """A body with only one value, at a place."""
    if not tokens:
        return value
    first, *rest = tokens
    inner = _alone(value_at(body, pointer(first)), rest, value)
    return [inner] if isinstance(body, list) else {first: inner}
