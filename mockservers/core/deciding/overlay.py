"""Effects as an overlay on the held state, not yet applied: a batch sees its earlier items, a job its call."""

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
    """Holdings with effects on top. `below` is neither changed nor copied."""

    def __init__(self, below: Holdings, collections: Mapping[str, Collection]) -> None:
        self._below = below
        self._collections = collections
        self._laid: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        self._indexed: dict[str, dict[str, dict[str, dict[str, None]]]] = {}
        self._serials: dict[str, int] = {}
        self._lines: dict[str, Lines] = {}
        self._received: dict[str, Digest | None] = {}

    # -- reading ------------------------------------------------------------------------------------------------

    def get(self, collection: str, key: str) -> Any:
        """Return the document under a key, or None, after the effects. The caller must not change it."""
        laid = self._laid.get(collection)
        if laid and key in laid:
            return laid[key]
        return self._below.get(collection, key)

    def holds_any(self, collection: str, keys: AnyCollection[str]) -> bool:
        """Whether there is a document under one of several keys, after the effects."""
        if self._laid.get(collection):
            return any(self.get(collection, key) is not None for key in keys)
        return self._below.holds_any(collection, keys)

    def find(self, collection: str, index: str, value: str) -> list[Any]:
        """Return the documents under a value of a declared index, after the effects, oldest first."""
        below = self._below.find(collection, index, value)
        laid = self._laid.get(collection)
        if not laid:
            return list(below)
        collection_type = self._collections[collection]
        documents = {key: laid.get(key, document) for document in below for key in (collection_type.key(document),)}
        documents.update((key, laid[key]) for key in self._laid_index(collection, index).get(value, ()))
        return [
            document
            for key, document in documents.items()
            if document and (key not in laid or value in collection_type.indexes[index](document))
        ]

    def each(self, collection: str) -> Iterator[Any]:
        """Yield all documents, oldest first."""
        laid = self._laid.get(collection)
        if not laid:
            return iter(self._below.each(collection))
        key_of = self._collections[collection].key
        held = {key_of(document): document for document in self._below.each(collection)}
        return (document for document in {**held, **laid}.values() if document is not None)

    def count(self, collection: str) -> int:
        """Return the number of documents."""
        return sum(1 for _ in self.each(collection)) if self._laid.get(collection) else self._below.count(collection)

    def serial(self, collection: str) -> int:
        """Return the last serial number."""
        last = self._serials.get(collection)
        return self._below.serial(collection) if last is None else last

    def lines(self, collection: str) -> Lines:
        """Return a spooled collection."""
        return self._lines.get(collection) or self._below.lines(collection)

    def received(self, upload: str) -> Digest | None:
        """Return the digest of an upload that is not yet ingested."""
        return self._received[upload] if upload in self._received else self._below.received(upload)

    # -- adding effects
    # -------------------------------------------------------------------------------------------------

    def lay(self, effect: Effect) -> None:
        """Add one more effect. Jobs and webhooks do not change the state."""
        if type(effect) is Put:  # the most common effect, and a `match` costs more than the rest
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
        """Add a stored document to each index that is already built."""
        for index, keys_by_value in self._indexed.get(collection, {}).items():
            self._index(keys_by_value, collection, index, key, document)

    def _laid_index(self, collection: str, index: str) -> dict[str, dict[str, None]]:
        """Return the keys of stored documents by the values of an index, which is built on first use."""
        indexes = self._indexed.setdefault(collection, {})
        keys_by_value = indexes.get(index)
        if keys_by_value is None:
            keys_by_value = indexes[index] = {}
            for key, document in self._laid[collection].items():
                if document is not None:
                    self._index(keys_by_value, collection, index, key, document)
        return keys_by_value

    def _index(
        self, keys_by_value: dict[str, dict[str, None]], collection: str, index: str, key: str, document: Document
    ) -> None:
        for value in self._collections[collection].indexes[index](document):
            keys_by_value.setdefault(value, {})[key] = None
