"""What changed between two moments of a store, document by document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mockservers.core.deciding.vendor import Collection
from mockservers.core.deciding.view import View
from mockservers.core.state.snapshot import StoreSnapshot
from mockservers.core.state.spool import Lines, identity
from mockservers.core.values.json_text import reloads

Document = dict[str, Any]
Changes = dict[str, list[dict[str, Any]]]


def changes(
    before: StoreSnapshot, after: StoreSnapshot, collections: Mapping[str, Collection], view: View
) -> dict[str, Changes]:
    """{collection: {"added", "removed", "changed"}} of the collections that are shown, as they are shown."""
    return {
        name: _shown(
            _of_lines(before, after, name, about) if about.content else _of_documents(before, after, name), about, view
        )
        for name, about in collections.items()
        if not about.internal
    }


Pair = tuple[Document | None, Document | None]


def _shown(pairs: Iterator[Pair], about: Collection, view: View) -> Changes:
    def show(document: Document) -> Document:
        return about.render(document, view) if about.render else document

    found: Changes = {"added": [], "removed": [], "changed": []}
    for was, now in pairs:
        if was is not None and now is not None:
            found["changed"].append({"before": show(was), "after": show(now)})
        elif now is not None:
            found["added"].append(show(now))
        elif was is not None:
            found["removed"].append(show(was))
    return found


def _of_documents(before: StoreSnapshot, after: StoreSnapshot, name: str) -> Iterator[Pair]:
    was, now = before.documents.get(name, {}), after.documents.get(name, {})
    for key in {**was, **now}:
        old, new = was.get(key), now.get(key)
        if old != new:
            yield (reloads(old) if old else None), (reloads(new) if new else None)


def _of_lines(before: StoreSnapshot, after: StoreSnapshot, name: str, about: Collection) -> Iterator[Pair]:
    """Lines are compared by the hashes of their contents; only those that differ are read."""
    was, now = before.lines.get(name) or Lines(), after.lines.get(name) or Lines()
    old, new = dict(was.contents()), dict(now.contents())
    differing = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
    if not differing:
        return
    read_old, read_new = (_read(lines, differing, about.key) for lines in (was, now))
    for key in {**read_old, **read_new}:
        yield read_old.get(key), read_new.get(key)


def _read(lines: Lines, wanted: set[int], key: Callable[[Document], str]) -> dict[int, Document]:
    found: dict[int, Document] = {}
    for document in lines.documents():
        number = identity(key(document))
        if number in wanted:
            found[number] = document
    return found
