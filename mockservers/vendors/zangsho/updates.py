"""An existing record, as an import or a change leaves it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mockservers.core.deciding.vendor import Document
from mockservers.vendors.zangsho.record_shapes import timestamp
from mockservers.vendors.zangsho.record_types import Fields, Item, WriteContext
from mockservers.vendors.zangsho.state import COLLECTIONS

_EMPTY: tuple[Any, ...] = (None, "", {}, [])


def updated(
    context: WriteContext, item: Item, fields: Fields, record: Document, names: Iterable[str], rule_id: str
) -> dict[str, Any]:
    """Return the record with those of some fields that are stated. Those that were sent empty are noted by a rule."""
    document = dict(record)
    for name in names:
        value = fields.get(name)
        if value not in _EMPTY:
            document[name] = _metadata(context, item, value, record.get(name)) if name == "metadata" else value
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

    The pages say for orders alone that empty fields change nothing, so for these two it is a reading.
    """
    rule_id = "zangsho.batch.update-non-empty"
    emptied = [name for name in names if fields.get(name) in _EMPTY and record.get(name) not in _EMPTY]
    if not emptied or context.draft.reading(rule_id) == "non-empty":
        return updated(context, item, fields, record, names, rule_id)
    document = updated(context, item, fields, record, [name for name in names if name not in emptied], rule_id)
    for name in emptied:
        document[name] = None
        if name not in item.sent and _was_held_before(context, record, name):
            done = "was not sent, and an update empties it"
            context.draft.note("overwritten", rule_id, item=item.index, at=item.at(), key=name, done=done)
    return document


def _was_held_before(context: WriteContext, record: Document, name: str) -> bool:
    """Return whether a record had a field before this call. What an earlier item of it set is that item's loss."""
    collection = context.record_type.collection
    before = context.draft.view.get(collection, COLLECTIONS[collection].key(record))
    return before is not None and before.get(name) not in _EMPTY


def _metadata(context: WriteContext, item: Item, sent: Any, metadata: Any) -> Any:
    """Return the metadata after an update: the new one, or both merged, by a reading."""
    removed = [key for key in metadata if key not in sent] if isinstance(metadata, dict) else []
    if not removed:
        return sent
    if context.draft.reading("zangsho.batch.metadata") == "merge":
        return {**metadata, **sent}
    keys = ", ".join(removed)
    context.draft.note("noted", "zangsho.batch.metadata", item=item.index, at=item.at("metadata"), keys=keys)
    return sent
