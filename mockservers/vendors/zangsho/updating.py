"""A record that is there, and what an import or a change makes of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mockservers.core.deciding.vendor import Document
from mockservers.vendors.zangsho.holding import COLLECTIONS, moment
from mockservers.vendors.zangsho.kinds import Fields, Item, Work

_EMPTY: tuple[Any, ...] = (None, "", {}, [])


def updated(
    work: Work, item: Item, fields: Fields, held: Document, names: Iterable[str], rule_id: str
) -> dict[str, Any]:
    """The record with the fields of these names that are given and not empty; empty ones are remarked on by a rule."""
    document = dict(held)
    for name in names:
        value = fields.get(name)
        if value not in _EMPTY:
            document[name] = _metadata(work, item, value, held.get(name)) if name == "metadata" else value
        elif name in item.sent and held.get(name) not in _EMPTY:
            sent = item.sent[name]
            differs, done = sent is not None, "was sent empty, and an update leaves it as it is"
            place = item.at(name)
            work.draft.note("ignored", rule_id, item=item.index, at=place, key=name, differs=differs, done=done)
    document["updated_at"] = moment(work.draft.now)
    return document


def imported(work: Work, item: Item, fields: Fields, held: Document, names: Iterable[str]) -> dict[str, Any]:
    """The same for customers and subscriptions, where pages do not say what becomes of empty fields."""
    rule_id = "zangsho.batch.update-non-empty"
    emptied = [name for name in names if fields.get(name) in _EMPTY and held.get(name) not in _EMPTY]
    if not emptied or work.draft.reading(rule_id) == "non-empty":
        return updated(work, item, fields, held, names, rule_id)
    document = updated(work, item, fields, held, [name for name in names if name not in emptied], rule_id)
    for name in emptied:
        document[name] = None
        if name not in item.sent and _was_there(work, held, name):
            done = "was not sent, and an update empties it"
            work.draft.note("overwritten", rule_id, item=item.index, at=item.at(), key=name, done=done)
    return document


def _was_there(work: Work, held: Document, name: str) -> bool:
    """Whether a record had a field before this call: what an earlier item of it said is that item's loss."""
    collection = work.kind.collection
    before = work.draft.view.get(collection, COLLECTIONS[collection].key(held))
    return before is not None and before.get(name) not in _EMPTY


def _metadata(work: Work, item: Item, given: Any, held: Any) -> Any:
    """Other metadata in place of what is held, or added to it."""
    gone = [key for key in held if key not in given] if isinstance(held, dict) else []
    if not gone:
        return given
    if work.draft.reading("zangsho.batch.metadata") == "merge":
        return {**held, **given}
    keys = ", ".join(gone)
    work.draft.note("noted", "zangsho.batch.metadata", item=item.index, at=item.at("metadata"), keys=keys)
    return given
