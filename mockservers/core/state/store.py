"""The state of one tenant: documents as JSON bytes in dicts, lines in the spool.

Documents are parsed on demand: fifty thousand parsed orders make the garbage collector pause for a fifth of a second,
bytes do not.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection as AnyCollection
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.deciding.vendor import Collection
from mockservers.core.deciding.view import View
from mockservers.core.errors import UnknownName, UsageError
from mockservers.core.exchange.decision import Delete, Effect, Emit, Forget, Ingest, Put, Receive, Schedule, Serial
from mockservers.core.state.file_digest import Digest
from mockservers.core.state.snapshot import Keys, StoreSnapshot
from mockservers.core.state.spool import Spooled
from mockservers.core.state.spooled_lines import Lines
from mockservers.core.values.json_text import dumps
from mockservers.core.values.packed_json import pack, unpack


class Store:
    """Holdings of one tenant. Not thread-safe: callers hold the tenant's lock."""

    def __init__(
        self, collections: Mapping[str, Collection], spool: Path | None = None, contract: Contract | None = None
    ) -> None:
        self._collections = collections
        self._contract: Any = contract  # for digests of lines; a store without lines needs none
        self.spool = spool
        self._documents: dict[str, dict[str, bytes]] = {}
        self._indexes: dict[tuple[str, str], dict[str, Keys]] = {}
        self._serials: dict[str, int] = {}
        self._lines: dict[str, Lines] = {}
        self._received: dict[str, Receive] = {}

    # -- reading, for views ---------------------------------------------------------------------------------------

    def get(self, collection: str, key: str) -> dict[str, Any] | None:
        documents = self._documents.get(collection)
        raw = documents.get(key) if documents else None
        if raw is None and self._collections[collection].content:
            return self.lines(collection).get(key)
        return None if raw is None else unpack(raw)

    def holds_any(self, collection: str, keys: AnyCollection[str]) -> bool:
        if self._collections[collection].content:
            return any(self.get(collection, key) is not None for key in keys)
        return not self._documents.get(collection, {}).keys().isdisjoint(keys)

    def find(self, collection: str, index: str, value: str) -> list[dict[str, Any]]:
        keys = self._indexes.get((collection, index), {}).get(value)
        if keys is None:
            return []
        documents = self._documents[collection]
        return [unpack(documents[key]) for key in ((keys,) if isinstance(keys, str) else keys)]

    def each(self, collection: str) -> Iterator[dict[str, Any]]:
        if self._collections[collection].content:
            return self.lines(collection).documents()
        return map(unpack, list(self._documents.get(collection, {}).values()))

    def count(self, collection: str) -> int:
        if self._collections[collection].content:
            return len(self.lines(collection))
        return len(self._documents.get(collection, ()))

    def serial(self, collection: str) -> int:
        return self._serials.get(collection, 0)

    def lines(self, collection: str) -> Lines:
        return self._lines.get(collection) or Lines()

    def received(self, upload: str) -> Digest | None:
        effect = self._received.get(upload)
        return effect.digest if effect else None

    # -- changing -------------------------------------------------------------------------------------

    def apply(self, effects: Iterable[Effect]) -> list[Schedule | Emit]:
        """Apply effects on documents. Return the jobs and webhooks, which the tenant handles."""
        further: list[Schedule | Emit] = []
        puts: defaultdict[str, list[Put]] = defaultdict(list)
        for effect in effects:
            if type(effect) is Put:  # the most common effect, and a `match` costs ten times as much
                puts[effect.collection].append(effect)
                continue
            if puts:
                self._put_all(puts)
            match effect:
                case Schedule() | Emit():
                    further.append(effect)
                case Delete(collection, key):
                    self._delete(collection, key)
                case Serial(collection, last):
                    self._serials[collection] = last
                case Receive():
                    self._received[effect.upload] = effect
                case Ingest():
                    self._ingest(effect)
                case Forget(upload):
                    self._received.pop(upload, None)
                case _:
                    pass
        self._put_all(puts)
        return further

    def _put_all(self, puts: dict[str, list[Put]]) -> None:
        """Apply puts by collection, since collections are independent. Empties `puts`."""
        for collection, effects in puts.items():
            documents = self._documents.get(collection)
            if documents is None:
                documents = self._documents[collection] = {}
            collection_type = self._collections[collection]
            for effect in effects:
                before = documents.get(effect.key) if collection_type.indexes else None
                documents[effect.key] = pack(effect.document)
                if collection_type.indexes:
                    replaced = None if before is None else unpack(before)
                    self._index(collection, collection_type, effect.key, effect.document, replaced)
        puts.clear()

    def _index(
        self,
        collection: str,
        collection_type: Collection,
        key: str,
        document: Mapping[str, Any],
        replaced: dict[str, Any] | None,
    ) -> None:
        """Add a document to the indexes of its collection, and remove the replaced one."""
        if replaced is not None and collection_type.have_same_index_values(document, replaced):
            return
        for name, values in collection_type.indexes.items():
            fresh, stale = tuple(values(document)), () if replaced is None else tuple(values(replaced))
            if stale == fresh:
                continue
            index = self._indexes.get((collection, name))
            if index is None:
                index = self._indexes[(collection, name)] = {}
            if stale:
                _unindex(index, key, set(stale) - set(fresh))
            for value in fresh:
                keys = index.setdefault(value, key)
                if isinstance(keys, dict):
                    keys[key] = None
                elif keys != key:
                    index[value] = {keys: None, key: None}

    def _delete(self, collection: str, key: str) -> None:
        raw = self._documents.get(collection, {}).pop(key, None)
        if raw is not None:
            removed = unpack(raw)
            for name, values in self._collections[collection].indexes.items():
                _unindex(self._indexes.get((collection, name), {}), key, values(removed))

    def _ingest(self, effect: Ingest) -> None:
        digest = self._received[effect.upload].digest
        self._lines[effect.collection] = effect.into(self.lines(effect.collection), digest)

    # -- snapshots ------------------------------------------------------------------------------------------

    def snapshot(self) -> StoreSnapshot:
        """Return a snapshot, which later changes do not affect."""
        return StoreSnapshot(self._documents, self._indexes, self._serials, self._lines, self._received).copy()

    def restore(self, snapshot: StoreSnapshot) -> None:
        """Replace everything by the content of a snapshot."""
        copy = snapshot.copy()
        self._documents, self._indexes = dict(copy.documents), dict(copy.indexes)
        self._serials, self._lines, self._received = dict(copy.serials), dict(copy.lines), dict(copy.received)

    # -- the state, for users ---------------------------------------------------------------------

    def state(self, view: View) -> dict[str, list[dict[str, Any]]]:
        """Return all collections that are not internal, each a list of documents, oldest first."""
        return {
            name: self._shown(name, view)
            for name, collection_type in self._collections.items()
            if not collection_type.internal
        }

    def _shown(self, name: str, view: View) -> list[dict[str, Any]]:
        shown, derived = self._collections[name].render, self._collections[name].derived
        if derived:
            return derived(view)
        return [shown(document, view) for document in self.each(name)] if shown else list(self.each(name))

    def first_documents(self, view: View, name: str, most: int) -> tuple[int, list[dict[str, Any]]] | None:
        """Return the number of documents in a collection, and the first ones; None if it is internal."""
        collection_type = self._collections[name]
        if collection_type.internal:
            return None
        if collection_type.derived:
            every = collection_type.derived(view)
            return len(every), every[:most]
        first = itertools.islice(self.each(name), most)
        return self.count(name), [
            collection_type.render(document, view) if collection_type.render else document for document in first
        ]

    def load(
        self, state: Mapping[str, Any], serials: Mapping[str, int], received: Iterable[Receive], now: datetime
    ) -> None:
        """Load an export: complete documents, serial numbers, and uploads that are not yet ingested."""
        self.replace(state, now, whole=True)
        self._serials = dict(serials)
        self._received = {effect.upload: effect for effect in received}

    def replace(self, state: Mapping[str, Any], now: datetime, *, whole: bool = False) -> None:
        """Replace the documents of the named collections. If a document is invalid, nothing changes.

        The fields that the vendor would add are added, unless the documents are `whole`.
        """
        documents_by_name: dict[str, list[dict[str, Any]]] = {}
        if not isinstance(state, Mapping):
            raise UsageError(f"state is a JSON object, not {type(state).__name__}.")
        for name, documents in state.items():
            if name not in self._collections:
                raise UnknownName("collection", name, self._collections)
            if not isinstance(documents, list):
                raise UsageError(
                    f"The collection {name!r} must be a list of documents, not {type(documents).__name__}."
                )
            if self._collections[name].stored:
                documents_by_name[name] = self._completed(name, documents, now, whole=whole)
        lines = {
            name: self._spooled(name, documents_by_name[name])
            for name in documents_by_name
            if self._collections[name].content
        }
        self._lines.update(lines)
        for name, complete in documents_by_name.items():
            if name not in lines:
                self._fill(name, complete)

    def _spooled(self, name: str, documents: list[dict[str, Any]]) -> Lines:
        digest = digested(enumerate(documents, 1), self._collections[name], self._contract, self.spool)
        return Lines().with_taken(digest, range(len(digest)))

    def _completed(self, name: str, documents: list[Any], now: datetime, *, whole: bool) -> list[dict[str, Any]]:
        collection_type = self._collections[name]
        completed: list[dict[str, Any]] = []
        keys: dict[str, int] = {}
        for index, document in enumerate(documents):
            if not isinstance(document, dict):
                raise UsageError(f"Document {index} of {name!r} must be an object, not {type(document).__name__}.")
            try:
                complete = document if whole else collection_type.complete(dict(document), index + 1, now)
                key = collection_type.key(complete)
                _try_indexes(collection_type, complete, self._contract)
            except KeyError as missing:
                raise UsageError(f"Document {index} of {name!r} cannot be held: it has no {missing}.") from None
            except Exception as error:  # noqa: BLE001 - the vendor's functions get unchecked documents
                raise UsageError(f"Document {index} of {name!r} cannot be held: {error}.") from None
            if keys.setdefault(key, index) != index and not collection_type.content:
                raise UsageError(f"Document {index} of {name!r} has the key of document {keys[key]}: {key}.")
            completed.append(complete)
        return completed

    def _fill(self, name: str, documents: list[dict[str, Any]]) -> None:
        collection_type = self._collections[name]
        self._documents[name] = {}
        for index in collection_type.indexes:
            self._indexes[(name, index)] = {}
        self._put_all({name: [Put(name, collection_type.key(document), document) for document in documents]})
        numbers = (document.get("id") for document in documents)
        self._serials[name] = max((n for n in numbers if isinstance(n, int)), default=len(documents))


def _unindex(index: dict[str, Keys], key: str, values: Iterable[str]) -> None:
    for value in values:
        keys = index.get(value)
        if keys == key:
            del index[value]
        elif isinstance(keys, dict):
            keys.pop(key, None)


def _try_indexes(collection_type: Collection, document: dict[str, Any], contract: Contract) -> None:
    """Try everything that can fail on a document, before anything changes."""
    dumps(document)
    for values in collection_type.indexes.values():
        set(values(document))
    if collection_type.content:
        collection_type.content(document, contract)


def digested(
    documents: Iterable[tuple[int, dict[str, Any]]],
    collection_type: Collection,
    contract: Contract,
    spool: Path | None = None,
) -> Digest:
    """Write documents, by line number, as lines of a spooled file. InsufficientStorage for a full disk."""
    digest = Digest(Spooled(spool))
    for position, (line, document) in enumerate(documents):
        if collection_type.noted:
            digest.notes = collection_type.noted(digest.notes, document, line, position)
        if collection_type.content:
            digest.add(
                collection_type.key(document), collection_type.content(document, contract), digest.source.size, line
            )
        digest.source.write(dumps(document) + b"\n")
    digest.source.close()
    return digest
