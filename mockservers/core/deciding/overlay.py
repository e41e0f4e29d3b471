"""Effects laid over what is held, without happening: what a batch sees of its earlier items, and a job of its call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection as AnyCollection
from collections.abc import Iterator, Mapping
from typing import Any

from mockservers.core.deciding.vendor import Collection
from mockservers.core.deciding.view import Holdings
from mockservers.core.exchange.decision import Delete, Effect, Forget, Ingest, Put, Receive, Serial
from mockservers.core.state.file_digest import Digest
from mockservers.core.state.spooled_lines import Lines

Document = Mapping[str, Any]


class Overlay:
    """Holdings with effects over them. `below` stays as it is, and is not copied."""

    def __init__(self, below: Holdings, collections: Mapping[str, Collection]) -> None:
        self._below = below
        self._collections = collections
        self._laid: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        self._indexed: dict[str, dict[str, dict[str, dict[str, None]]]] = {}
        self._serials: dict[str, int] = {}
        self._lines: dict[str, Lines] = {}
        self._received: dict[str, Digest | None] = {}

    # -- looking ------------------------------------------------------------------------------------------------

    def get(self, collection: str, key: str) -> Any:
        """The document under a key, or None, as the effects leave it. Not to be changed in place."""
        laid = self._laid.get(collection)
        if laid and key in laid:
            return laid[key]
        return self._below.get(collection, key)

    def holds_any(self, collection: str, keys: AnyCollection[str]) -> bool:
        """Whether there is a document under one of several keys, as the effects leave them."""
        if self._laid.get(collection):
            return any(self.get(collection, key) is not None for key in keys)
        return self._below.holds_any(collection, keys)

    def find(self, collection: str, index: str, value: str) -> list[Any]:
        """The documents under a value of a declared index, as the effects leave them, oldest first."""
        held = self._below.find(collection, index, value)
        laid = self._laid.get(collection)
        if not laid:
            return list(held)
        about = self._collections[collection]
        found = {key: laid.get(key, document) for document in held for key in (about.key(document),)}
        found.update((key, laid[key]) for key in self._laid_index(collection, index).get(value, ()))
        return [
            document
            for key, document in found.items()
            if document and (key not in laid or value in about.indexes[index](document))
        ]

    def each(self, collection: str) -> Iterator[Any]:
        """All documents, oldest first."""
        laid = self._laid.get(collection)
        if not laid:
            return iter(self._below.each(collection))
        key_of = self._collections[collection].key
        held = {key_of(document): document for document in self._below.each(collection)}
        return (document for document in {**held, **laid}.values() if document is not None)

    def count(self, collection: str) -> int:
        """How many documents there are."""
        return sum(1 for _ in self.each(collection)) if self._laid.get(collection) else self._below.count(collection)

    def serial(self, collection: str) -> int:
        """The last number given out."""
        last = self._serials.get(collection)
        return self._below.serial(collection) if last is None else last

    def lines(self, collection: str) -> Lines:
        """A spooled collection."""
        return self._lines.get(collection) or self._below.lines(collection)

    def received(self, upload: str) -> Digest | None:
        """The digest of an upload that waits."""
        return self._received[upload] if upload in self._received else self._below.received(upload)

    # -- laying -------------------------------------------------------------------------------------------------

    def lay(self, effect: Effect) -> None:
        """Lay one more effect over the rest. Jobs and webhooks change nothing that is held."""
        if type(effect) is Put:  # most of them are, and matching by class costs more than laying
            self._laid[effect.collection][effect.key] = effect.document
            self._reindex(effect.collection, effect.key, effect.document)
            return
        match effect:
            case Delete(collection, key):
                self._laid[collection][key] = None
            case Serial(collection, last):
                self._serials[collection] = last
            case Receive(upload, digest):
                self._received[upload] = digest
            case Ingest(collection):
                waiting = self.received(effect.upload)
                if waiting is not None:
                    self._lines[collection] = effect.into(self.lines(collection), waiting)
            case Forget(upload):
                self._received[upload] = None
            case _:
                pass

    def _reindex(self, collection: str, key: str, document: Document) -> None:
        """Find what was put by each index that was asked for before."""
        for index, found in self._indexed.get(collection, {}).items():
            self._index(found, collection, index, key, document)

    def _laid_index(self, collection: str, index: str) -> dict[str, dict[str, None]]:
        """Keys of what was put, by the values of an index: made when first asked for, so that no batch is searched."""
        made = self._indexed.setdefault(collection, {})
        found = made.get(index)
        if found is None:
            found = made[index] = {}
            for key, document in self._laid[collection].items():
                if document is not None:
                    self._index(found, collection, index, key, document)
        return found

    def _index(
        self, found: dict[str, dict[str, None]], collection: str, index: str, key: str, document: Document
    ) -> None:
        for value in self._collections[collection].indexes[index](document):
            found.setdefault(value, {})[key] = None
