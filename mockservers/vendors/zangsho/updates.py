"""Updates of existing records by imports and changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mockservers.core.deciding.vendor import Document
from mockservers.vendors.zangsho.record_shapes import timestamp
from mockservers.vendors.zangsho.record_types import NOT_STORED, Fields, Item, WriteContext

_METADATA = "zangsho.batch.metadata"
_EMPTY: tuple[Any, ...] = (None, "", {}, [])


def updated(
    context: WriteContext, item: Item, fields: Fields, record: Document, names: Iterable[str], rule_id: str
) -> dict[str, Any]:
    """Return the record with the stated fields updated. Fields that were sent empty are noted by a rule."""
    document = dict(record)
    for name in names:
        value = fields.get(name)
        if value not in _EMPTY:
            document[name] = _metadata(context, value, record.get(name)) if name == "metadata" else value
        elif name in item.sent and record.get(name) not in _EMPTY:
            differs, done = item.sent[name] is not None, "was sent empty, and an update leaves it as it is"
            place = item.at(name)
            context.draft.note("ignored", rule_id, item=item.index, at=place, key=name, differs=differs, done=done)
    document["updated_at"] = timestamp(context.draft.now)
    return document


def updated_by_import(
    context: WriteContext, item: Item, fields: Fields, record: Document, names: Iterable[str]
) -> dict[str, Any]:
    """Return a customer or subscription as a batch updates it.

    The pages say only for orders that empty fields change nothing, so for these two it is a reading.
    """
    rule_id = "zangsho.batch.update-non-empty"
    emptied = [name for name in names if fields.get(name) in _EMPTY and record.get(name) not in _EMPTY]
    if not emptied or context.draft.reading(rule_id) == "non-empty":
        return updated(context, item, fields, record, names, rule_id)
    document = updated(context, item, fields, record, [name for name in names if name not in emptied], rule_id)
    document.update(dict.fromkeys(emptied))
    return document


def note_removed(context: WriteContext, items: Sequence[Item], before: Document, after: Document) -> None:
    """Note values that a record lost in a batch although no item of the batch named them.

    `items` are those that updated the record, in their order. The customer fields of an order belong to the customer.
    """
    for name, value in before.items():
        if value in _EMPTY or name in NOT_STORED:
            continue
        if after.get(name) in _EMPTY and not any(name in item.sent for item in items):
            done = "was not sent, and an update empties it"
            rule_id, place = "zangsho.batch.update-non-empty", items[-1].at()
            context.draft.note("overwritten", rule_id, item=items[-1].index, at=place, key=name, done=done)
        elif name == "metadata" and isinstance(value, dict) and isinstance(after.get(name), dict):
            _note_removed_keys(context, items, value, after[name])


def _note_removed_keys(context: WriteContext, items: Sequence[Item], before: Fields, after: Fields) -> None:
    stating = [item for item in items if isinstance(item.stated.get("metadata"), dict) and item.stated["metadata"]]
    lost = [
        keys
        for keys in _removed(before, after)
        if _value_at(before, keys) not in _EMPTY and not any(_has(item.stated["metadata"], keys) for item in stating)
    ]
    if lost:
        item, names = stating[-1], ", ".join(map(".".join, lost))
        context.draft.note("overwritten", _METADATA, item=item.index, at=item.at("metadata"), keys=names)


def _metadata(context: WriteContext, sent: Any, metadata: Any) -> Any:
    """Return the metadata after an update: the new one, or both merged on every level, by a reading."""
    removes = isinstance(metadata, dict) and any(_removed(metadata, sent))
    return _merged(metadata, sent) if removes and context.draft.reading(_METADATA) == "merge" else sent


def _merged(before: Any, after: Any) -> Any:
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return after
    return {**before, **{key: _merged(before.get(key), value) for key, value in after.items()}}


def _removed(before: Fields, after: Fields) -> Iterator[tuple[str, ...]]:
    """The keys of an object, and of the objects in it, that a later version of the same object lacks."""
    for key, value in before.items():
        if key not in after:
            yield (key,)
        elif isinstance(value, dict) and isinstance(after[key], dict):
            yield from ((key, *keys) for keys in _removed(value, after[key]))


def _value_at(value: Any, keys: Iterable[str]) -> Any:
    for key in keys:
        value = value[key]
    return value


def _has(value: Any, keys: Iterable[str]) -> bool:
    for key in keys:
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True
