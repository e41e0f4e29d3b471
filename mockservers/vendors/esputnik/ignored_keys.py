"""Keys of a body that the vendor ignores: unknown ones, and the earlier values of repeated ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.contract.validation import Shape
from mockservers.core.deciding.draft import Draft
from mockservers.core.exchange.call import Call, Json
from mockservers.core.values.json_text import pointer, tokens_of, value_at
from mockservers.vendors.esputnik.body_items import LISTS, item_at
from mockservers.vendors.esputnik.comparison import contains_content, contains_ignored, effective_name


def note_repeated_keys(draft: Draft, call: Call) -> None:
    """Note each repeated key in an object of the body."""
    for at, lost in call.body.duplicates if isinstance(call.body, Json) else ():
        note_repeated_key(draft, at, call.json, (at, lost), item_at(call, at))


def note_repeated_key(draft: Draft, place: str, value: Any, repeated: tuple[str, Any], item: int | None) -> None:
    """Note a repeated key in a JSON text: `repeated` is (place in its value, the earlier value)."""
    at, lost = repeated
    *parents, key = tokens_of(at)
    parent = value_at(value, pointer(*parents))
    parent = parent if isinstance(parent, dict) else {}
    name = effective_name(key, parent)
    differs = not contains_content(draft, {name: parent.get(key)}, {name: lost})
    draft.note("ignored", "esputnik.request.repeated-key", item=item, at=place, differs=differs, key=key)


def note_unknown_keys(
    draft: Draft,
    schema: str,
    value: Mapping[str, Any],
    item: int | None = 0,
    base: tuple[str | int, ...] = (),
    *,
    rule_id: str = "esputnik.request.unknown-key",
    stored: Mapping[str, Any] | None = None,
) -> None:
    """Note each key of a value that its schema does not know. A value that is `stored` already is no loss."""
    for at, unknown in draft.contract.validator(f"#/components/schemas/{schema}").unknown(value):
        known = stored if stored and len(at) == 1 else {}
        differs = not contains_ignored(draft, known, str(at[-1]), unknown)
        draft.note("ignored", rule_id, item=item, at=pointer(*base, *at), differs=differs, key=str(at[-1]))


def note_unknown_beside_list(draft: Draft, call: Call, schema: str) -> None:
    """Note each unknown key outside the list of a body."""
    list_key = LISTS[call.operation]
    note_unknown_keys(draft, schema, {key: value for key, value in call.json.items() if key != list_key}, None)


def without_unknown_keys(draft: Draft, schema: str, value: Any) -> Any:
    """A value without the keys that its schema does not know, at any level."""
    return _without_unknown_keys(draft.contract.validator(f"#/components/schemas/{schema}").shape, value)


def _without_unknown_keys(shape: Shape, value: Any) -> Any:
    if isinstance(value, dict) and not shape.free:
        inner = shape.properties
        return {key: _without_unknown_keys(inner[key], item) for key, item in value.items() if key in inner}
    if isinstance(value, list) and shape.items is not None:
        return [_without_unknown_keys(shape.items, item) for item in value]
    return value
