"""What changed between two moments of a store, document by document."""

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
    """{collection: {"added", "removed", "changed"}} of the collections that are shown, as they are shown."""
    return {name: found for name, (_, found) in first_changes(before, after, collections, view, None).items()}


def first_changes(
    before: StoreSnapshot, after: StoreSnapshot, collections: Mapping[str, Collection], view: View, most: int | None
) -> dict[str, tuple[dict[Kind, int], Changes]]:
    """The same with how many they are of each kind, and no more than `most` of each."""
    return {
        name: _of_lines(before, after, name, about, view, most)
        if about.content
        else _of_documents(before, after, name, about, view, most)
        for name, about in collections.items()
        if not about.internal
    }


def _of_documents(
    before: StoreSnapshot, after: StoreSnapshot, name: str, about: Collection, view: View, most: int | None
) -> tuple[dict[Kind, int], Changes]:
    was, now = before.documents.get(name, {}), after.documents.get(name, {})
    differing = _differing(was, now)
    shown = {kind: keys[:most] for kind, keys in differing.items()}
    old = {key: unpack(was[key]) for kind in ("removed", "changed") for key in shown[kind]}
    new = {key: unpack(now[key]) for kind in ("added", "changed") for key in shown[kind]}
    return _counts(differing), _shown(shown, old, new, about, view)


def _of_lines(
    before: StoreSnapshot, after: StoreSnapshot, name: str, about: Collection, view: View, most: int | None
) -> tuple[dict[Kind, int], Changes]:
    """Lines are compared by the hashes of their contents; only those that are shown are read."""
    was, now = before.lines.get(name) or Lines(), after.lines.get(name) or Lines()
    differing = _differing_lines(was, now)
    added = _read(now, differing["added"], about.key, most)
    removed = _read(was, differing["removed"], about.key, most)
    changed = _read(now, differing["changed"], about.key, most)
    before_changed = _read(was, list(changed), about.key, None)
    shown: dict[Kind, list[int]] = {"added": list(added), "removed": list(removed), "changed": list(changed)}
    return _counts(differing), _shown(shown, removed | before_changed, added | changed, about, view)


def _differing_lines(was: Lines, now: Lines) -> dict[Kind, list[int]]:
    """By identity. A day that was empty before costs no comparison."""
    if not was or not now:
        return {"added": list(now.identities()), "removed": list(was.identities()), "changed": []}
    return _differing(dict(was.contents()), dict(now.contents()))


def _differing(was: Mapping[Key, object], now: Mapping[Key, object]) -> dict[Kind, list[Key]]:
    found: dict[Kind, list[Key]] = {"added": [], "removed": [], "changed": []}
    for key in {**was, **now}:
        if key not in was:
            found["added"].append(key)
        elif key not in now:
            found["removed"].append(key)
        elif was[key] != now[key]:
            found["changed"].append(key)
    return found


def _counts(differing: Mapping[Kind, Sequence[object]]) -> dict[Kind, int]:
    return {kind: len(keys) for kind, keys in differing.items()}


def _shown(
    keys: Mapping[Kind, Sequence[Key]],
    old: Mapping[Key, Document],
    new: Mapping[Key, Document],
    about: Collection,
    view: View,
) -> Changes:
    def show(document: Document) -> Document:
        return about.render(document, view) if about.render else document

    return {
        "added": [show(new[key]) for key in keys["added"]],
        "removed": [show(old[key]) for key in keys["removed"]],
        "changed": [{"before": show(old[key]), "after": show(new[key])} for key in keys["changed"]],
    }


def _read(lines: Lines, wanted: Sequence[int], key: Callable[[Document], str], most: int | None) -> dict[int, Document]:
    """The wanted lines in their order, the first `most` of them. No more lines are read than it takes."""
    numbers, enough = set(wanted), len(wanted) if most is None else min(most, len(wanted))
    found: dict[int, Document] = {}
    for document in lines.documents() if enough else ():
        number = identity(key(document))
        if number in numbers:
            found[number] = document
            if len(found) == enough:
                break
    return found
