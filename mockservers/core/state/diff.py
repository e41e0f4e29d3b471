"""The changes between two snapshots of a store, document by document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

from mockservers.core.deciding.vendor import Collection
from mockservers.core.deciding.view import View
from mockservers.core.state.file_digest import identity
from mockservers.core.state.snapshot import StoreSnapshot
from mockservers.core.state.spooled_lines import Lines
from mockservers.core.values.packed_json import unpack

Document = dict[str, Any]
Changes = dict[str, list[dict[str, Any]]]


Kind = Literal["added", "removed", "changed"]
Key = TypeVar("Key", str, int)


def changes(
    before: StoreSnapshot, after: StoreSnapshot, collections: Mapping[str, Collection], view: View
) -> dict[str, Changes]:
    """Return {collection: {"added", "removed", "changed"}} for the collections that the state shows."""
    return {
        name: found_changes
        for name, (_, found_changes) in first_changes(before, after, collections, view, None).items()
    }


def first_changes(
    before: StoreSnapshot, after: StoreSnapshot, collections: Mapping[str, Collection], view: View, most: int | None
) -> dict[str, tuple[dict[Kind, int], Changes]]:
    """Return the same with the count of each kind, and at most `most` documents of each."""
    return {
        name: _of_lines(before, after, name, collection, view, most)
        if collection.content
        else _of_documents(before, after, name, collection, view, most)
        for name, collection in collections.items()
        if not collection.internal
    }


def _of_documents(
    before: StoreSnapshot, after: StoreSnapshot, name: str, collection: Collection, view: View, most: int | None
) -> tuple[dict[Kind, int], Changes]:
    was, now = before.documents.get(name, {}), after.documents.get(name, {})
    differing = _differing(was, now)
    shown = {kind: keys[:most] for kind, keys in differing.items()}
    old = {key: unpack(was[key]) for kind in ("removed", "changed") for key in shown[kind]}
    new = {key: unpack(now[key]) for kind in ("added", "changed") for key in shown[kind]}
    return _counts(differing), _shown(shown, old, new, collection, view)


def _of_lines(
    before: StoreSnapshot, after: StoreSnapshot, name: str, collection: Collection, view: View, most: int | None
) -> tuple[dict[Kind, int], Changes]:
    """Compare lines by the digests of their contents, and read only the returned ones."""
    was, now = before.lines.get(name) or Lines(), after.lines.get(name) or Lines()
    differing = _differing_lines(was, now)
    added = _read(now, differing["added"], collection.key, most)
    removed = _read(was, differing["removed"], collection.key, most)
    changed = _read(now, differing["changed"], collection.key, most)
    before_changed = _read(was, list(changed), collection.key, None)
    shown: dict[Kind, list[int]] = {"added": list(added), "removed": list(removed), "changed": list(changed)}
    return _counts(differing), _shown(shown, removed | before_changed, added | changed, collection, view)


def _differing_lines(was: Lines, now: Lines) -> dict[Kind, list[int]]:
    """Compare lines by identity, unless one side is empty."""
    if not was or not now:
        return {"added": list(now.identities()), "removed": list(was.identities()), "changed": []}
    return _differing(dict(was.contents()), dict(now.contents()))


def _differing(was: Mapping[Key, object], now: Mapping[Key, object]) -> dict[Kind, list[Key]]:
    keys_by_kind: dict[Kind, list[Key]] = {"added": [], "removed": [], "changed": []}
    for key in {**was, **now}:
        if key not in was:
            keys_by_kind["added"].append(key)
        elif key not in now:
            keys_by_kind["removed"].append(key)
        elif was[key] != now[key]:
            keys_by_kind["changed"].append(key)
    return keys_by_kind


def _counts(differing: Mapping[Kind, Sequence[object]]) -> dict[Kind, int]:
    return {kind: len(keys) for kind, keys in differing.items()}


def _shown(
    keys: Mapping[Kind, Sequence[Key]],
    old: Mapping[Key, Document],
    new: Mapping[Key, Document],
    collection: Collection,
    view: View,
) -> Changes:
    def show(document: Document) -> Document:
        return collection.render(document, view) if collection.render else document

    return {
        "added": [show(new[key]) for key in keys["added"]],
        "removed": [show(old[key]) for key in keys["removed"]],
        "changed": [{"before": show(old[key]), "after": show(new[key])} for key in keys["changed"]],
    }


def _read(lines: Lines, wanted: Sequence[int], key: Callable[[Document], str], most: int | None) -> dict[int, Document]:
    """Return the first `most` of the wanted lines, in their order, without reading more lines than needed."""
    numbers, enough = set(wanted), len(wanted) if most is None else min(most, len(wanted))
    documents: dict[int, Document] = {}
    for document in lines.documents() if enough else ():
        number = identity(key(document))
        if number in numbers:
            documents[number] = document
            if len(documents) == enough:
                break
    return documents
