"""Plain items: items of a batch that are sent exactly as they are stored.

Of a plain item every field is known, no text is blank, amounts and instants are written as the vendor writes them, and
each value that the pages list in part is one that they list. One schema recognises a whole batch of such items, so none
is converted or searched for deviations. All others take the slow path (record_types.py, stored_values.py), which
explains errors. A property test compares the decisions of both paths.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.contract.validation import Validator, at_place
from mockservers.core.values.surrogates import has_surrogate
from mockservers.vendors.zangsho.record_types import Fields, Item, RecordType, WriteContext
from mockservers.vendors.zangsho.stored_values import PLAIN_UTC
from mockservers.vendors.zangsho.values import FieldFormats

_STATED = {"type": ["string", "number", "boolean", "object", "array"], "pattern": r"[^\s\x1c-\x1f\x85]"}
"""A value that is not null and, if a text, not blank: it has a character that is not white space in Python."""


def plain_fields(context: WriteContext, envelope: Fields, sent: list[Any]) -> list[dict[str, Any]] | None:
    """Return the items of a batch, if the whole batch is valid and all its items are plain once nulls are left out."""
    record_type = context.record_type
    schema = _plain_batch(context.draft.contract, record_type)
    if has_surrogate(sent):
        return None
    if schema.valid({**envelope, record_type.name: sent}):
        return sent
    stated = _without_nulls(sent)
    return stated if stated and schema.valid({**envelope, record_type.name: stated}) else None


def plain_items(record_type: RecordType, sent: Sequence[Any], fields: Sequence[dict[str, Any]]) -> list[Item]:
    """Return plain items, from the sent objects and their fields without nulls."""
    pairs, place = enumerate(zip(sent, fields, strict=True)), f"/{record_type.name}"
    return [Item(index, place, item, stated, stated, is_plain=True) for index, (item, stated) in pairs]


def _without_nulls(sent: Sequence[Any]) -> list[dict[str, Any]] | None:
    """Return items without their nulls; None if the list is empty, or an item is not an object."""
    try:
        if not any(None in item.values() for item in sent):
            return None
        return [{name: value for name, value in item.items() if value is not None} for item in sent]
    except AttributeError:
        return None


@lru_cache(maxsize=64)
def _plain_batch(contract: Contract, record_type: RecordType) -> Validator:
    """Return the schema of a valid batch of plain items."""
    formats = FieldFormats.of(contract, record_type.fields)
    properties = {name: _plain_field(contract, record_type, formats, name) for name in formats.names}
    items = {"items": {"properties": properties, "additionalProperties": False}}
    schema = {"allOf": [at_place(record_type.batch), {"properties": {record_type.name: items}}]}
    return Validator(contract.with_components(schema), file="openapi.yaml")


def _plain_field(contract: Contract, record_type: RecordType, formats: FieldFormats, name: str) -> Mapping[str, Any]:
    """Return the schema of a field's value as it is stored."""
    if name in record_type.partly_listed:
        return {"enum": contract.value(record_type.partly_listed[name], "seen")}
    if name in formats.amounts:
        places = contract.value("zangsho.amount.places", "places")
        return {"type": "string", "pattern": rf"^[0-9]+\.[0-9]{{{places}}}$" if places else "^(?:0|[1-9][0-9]*)$"}
    if name in formats.instants:
        return {"type": "string", "pattern": f"^{PLAIN_UTC}$"}
    return _STATED  # of an email, too: a valid one has no white space around it
