"""Which bodies are accepted, and their ignored content: repeated keys and unknown keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.deciding.draft import Draft
from mockservers.core.values.equality import Equality, of_schema
from mockservers.core.values.json_text import pointer, position, tokens_of, value_at
from mockservers.vendors.zangsho.record_types import Fields
from mockservers.vendors.zangsho.requests import WriteRequest

_SCHEMAS = (
    "NewCustomer",
    "OrderFields",
    "NewSubscription",
    "SubscriptionChange",
    "Cancellation",
    "NewSubscriptionEvent",
)


def accepted_fields(draft: Draft, request: WriteRequest) -> dict[str, Any]:
    """Return the fields of the body; none if it is not a JSON object, or has a refused media type or charset."""
    if request.fields is not None and _accepts_media_type(draft, request) and _accepts_charset(draft, request):
        return request.fields
    draft.note("noted", "zangsho.request.unreadable", at="", problem=request.problem)
    return {}


def _accepts_media_type(draft: Draft, request: WriteRequest) -> bool:
    if request.media_type == "application/json" or request.media_type.endswith("+json"):
        return True
    draft.note("noted", "zangsho.request.content-type", given=request.media_type or "nothing")
    return draft.reading("zangsho.request.content-type") == "accept"


def _accepts_charset(draft: Draft, request: WriteRequest) -> bool:
    return not request.other_charset or draft.reading("zangsho.request.charset") == "ignore"


def note_repeated_keys(draft: Draft, request: WriteRequest, name: str = "") -> None:
    """Note the values that a later value of the same key overrides.

    `name` is the envelope's list, empty where the body is the item.
    """
    for place, overridden in request.repeated:
        tokens = tokens_of(place)
        key, last = tokens[-1], value_at(_body(request), place)
        differs = not _equality(draft.contract).contains({key: last}, {key: overridden})
        item = _item_index(tokens, name)
        draft.note("ignored", "zangsho.request.repeated-key", item=item, at=place, key=key, differs=differs)


def note_unknown_keys(
    draft: Draft,
    schema: str,
    body: Fields,
    held_fields: Callable[[int], Fields] = lambda _item: {},
    name: str = "",
) -> None:
    """Note the keys that a schema does not know. One whose value is held anyway loses nothing.

    `held` returns what is held for the item at an index. `name` is the envelope's list, empty where the body is the
    item.
    """
    for at, value in draft.contract.validator(schema).shape.unknown(body):
        item, key = _item_index(at, name), str(at[-1])
        held_value = None if item is None else held_fields(item).get(key)
        differs = value is not None  # the common case: unknown keys are not held
        if held_value is not None or isinstance(value, dict | list):
            differs = not _equality(draft.contract).contains({key: held_value}, {key: value})
        rule_id = "zangsho.request.unknown-key"
        draft.note("ignored", rule_id, item=item, at=pointer(*at), key=key, differs=differs)


@lru_cache(maxsize=16)
def _equality(contract: Contract) -> Equality:
    """Return the equality of fields by their names, with the formats that the contract's schemas give them."""
    properties: dict[str, Equality] = {}
    for schema in _SCHEMAS:
        equality = of_schema(contract.resolve(f"#/components/schemas/{schema}"), contract.resolve)
        for name, field_equality in equality.properties.items():
            if field_equality.form is not None:
                properties.setdefault(name, field_equality)
    return Equality(properties=properties)


def _body(request: WriteRequest) -> Any:
    return request.listed if request.fields is None else request.fields


def _item_index(at: Sequence[str | int], name: str) -> int | None:
    """Return the index of the item that contains a place; None for other places."""
    if not name:
        return 0
    return position(at[1]) if len(at) > 2 and at[0] == name else None
