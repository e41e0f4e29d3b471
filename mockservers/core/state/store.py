"""What one tenant holds: documents as raw JSON in plain dicts, lines in the spool.

Documents are kept as bytes and parsed when they are looked at: parsed trees of fifty thousand orders make the garbage
collector pause for a fifth of a second, bytes do not. This class is the seam behind which a shared store would stand.
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
    """Holdings of one tenant. Not locked: the tenant's lock is around it."""

    def __init__(
        self, collections: Mapping[str, Collection], spool: Path | None = None, contract: Contract | None = None
    ) -> None:
        self._collections = collections
        self._contract: Any = contract  # what digests lines goes by it; a store without lines needs none
        self.spool = spool
        self._documents: dict[str, dict[str, bytes]] = {}
        self._indexes: dict[tuple[str, str], dict[str, Keys]] = {}
        self._serials: dict[str, int] = {}
        self._lines: dict[str, Lines] = {}
        self._received: dict[str, Receive] = {}

    # -- what a view sees ---------------------------------------------------------------------------------------

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
        found = self._received.get(upload)
        return found.digest if found else None

    # -- what happens to it -------------------------------------------------------------------------------------

    def apply(self, effects: Iterable[Effect]) -> list[Schedule | Emit]:
        """Let effects on documents happen. Return the jobs and webhooks, which are the tenant's to see to."""
        further: list[Schedule | Emit] = []
        puts: defaultdict[str, list[Put]] = defaultdict(list)
        for effect in effects:
            if type(effect) is Put:  # most are, and to match patterns costs ten times as much
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
        """Let puts happen, by their collections: no put of one bears upon another. None of them is left to do."""
        for collection, effects in puts.items():
            documents = self._documents.get(collection)
            if documents is None:
                documents = self._documents[collection] = {}
            about = self._collections[collection]
            for effect in effects:
                before = documents.get(effect.key) if about.indexes else None
                documents[effect.key] = pack(effect.document)
                if about.indexes:
                    gone = None if before is None else unpack(before)
                    self._index(collection, about, effect.key, effect.document, gone)
        puts.clear()

    def _index(
        self, collection: str, about: Collection, key: str, document: Mapping[str, Any], gone: dict[str, Any] | None
    ) -> None:
        """Find a document under the values of its indexes, and no more under those of the one whose place it takes."""
        if gone is not None and about.have_same_index_values(document, gone):
            return
        for name, values in about.indexes.items():
            fresh, stale = tuple(values(document)), () if gone is None else tuple(values(gone))
            if stale == fresh:
                continue
            index = self._indexes.get((collection, name))
            if index is None:
                index = self._indexes[(collection, name)] = {}
            if stale:
                _unindex(index, key, set(stale) - set(fresh))
            for value in fresh:
                held = index.setdefault(value, key)
                if isinstance(held, dict):
                    held[key] = None
                elif held != key:
                    index[value] = {held: None, key: None}

    def _delete(self, collection: str, key: str) -> None:
        raw = self._documents.get(collection, {}).pop(key, None)
        if raw is not None:
            gone = unpack(raw)
            for name, values in self._collections[collection].indexes.items():
                _unindex(self._indexes.get((collection, name), {}), key, values(gone))

    def _ingest(self, effect: Ingest) -> None:
        digest = self._received[effect.upload].digest
        self._lines[effect.collection] = effect.into(self.lines(effect.collection), digest)

    # -- a moment kept ------------------------------------------------------------------------------------------

    def snapshot(self) -> StoreSnapshot:
        """What it holds, for keeps: what happens later leaves it as it is."""
        return StoreSnapshot(self._documents, self._indexes, self._serials, self._lines, self._received).copy()

    def restore(self, snapshot: StoreSnapshot) -> None:
        """Hold what the snapshot holds, and nothing else."""
        copy = snapshot.copy()
        self._documents, self._indexes = dict(copy.documents), dict(copy.indexes)
        self._serials, self._lines, self._received = dict(copy.serials), dict(copy.lines), dict(copy.received)

    # -- state as its user sees and sets it ---------------------------------------------------------------------

    def state(self, view: View) -> dict[str, list[dict[str, Any]]]:
        """All collections that are shown, each a list of documents, oldest first."""
        return {name: self._shown(name, view) for name, about in self._collections.items() if not about.internal}

    def _shown(self, name: str, view: View) -> list[dict[str, Any]]:
        shown, derived = self._collections[name].render, self._collections[name].derived
        if derived:
            return derived(view)
        return [shown(document, view) for document in self.each(name)] if shown else list(self.each(name))

    def first_documents(self, view: View, name: str, most: int) -> tuple[int, list[dict[str, Any]]] | None:
        """How many documents a collection has, and the first of them; None where it is not shown."""
        about = self._collections[name]
        if about.internal:
            return None
        if about.derived:
            every = about.derived(view)
            return len(every), every[:most]
        first = itertools.islice(self.each(name), most)
        return self.count(name), [about.render(document, view) if about.render else document for document in first]

    def load(
        self, state: Mapping[str, Any], serials: Mapping[str, int], received: Iterable[Receive], now: datetime
    ) -> None:
        """Hold what was exported: whole documents, numbers given out, uploads that wait."""
        self.replace(state, now, whole=True)
        self._serials = dict(serials)
        self._received = {effect.upload: effect for effect in received}

    def replace(self, state: Mapping[str, Any], now: datetime, *, whole: bool = False) -> None:
        """Put other documents in place of the collections that are named. Nothing changes when one of them is wrong.

        What the vendor would have added to a document is, unless they are `whole`.
        """
        made: dict[str, list[dict[str, Any]]] = {}
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
                made[name] = self._completed(name, documents, now, whole=whole)
        lines = {name: self._spooled(name, made[name]) for name in made if self._collections[name].content}
        self._lines.update(lines)
        for name, complete in made.items():
            if name not in lines:
                self._fill(name, complete)

    def _spooled(self, name: str, documents: list[dict[str, Any]]) -> Lines:
        digest = digested(enumerate(documents, 1), self._collections[name], self._contract, self.spool)
        return Lines().with_taken(digest, range(len(digest)))

    def _completed(self, name: str, documents: list[Any], now: datetime, *, whole: bool) -> list[dict[str, Any]]:
        about = self._collections[name]
        made: list[dict[str, Any]] = []
        keys: dict[str, int] = {}
        for index, document in enumerate(documents):
            if not isinstance(document, dict):
                raise UsageError(f"Document {index} of {name!r} must be an object, not {type(document).__name__}.")
            try:
                complete = document if whole else about.complete(dict(document), index + 1, now)
                key = about.key(complete)
                _try_indexes(about, complete, self._contract)
            except KeyError as missing:
                raise UsageError(f"Document {index} of {name!r} cannot be held: it has no {missing}.") from None
            except Exception as error:  # noqa: BLE001 - the vendor's own functions meet what nobody has checked
                raise UsageError(f"Document {index} of {name!r} cannot be held: {error}.") from None
            if keys.setdefault(key, index) != index and not about.content:
                raise UsageError(f"Document {index} of {name!r} has the key of document {keys[key]}: {key}.")
            made.append(complete)
        return made

    def _fill(self, name: str, documents: list[dict[str, Any]]) -> None:
        about = self._collections[name]
        self._documents[name] = {}
        for index in about.indexes:
            self._indexes[(name, index)] = {}
        self._put_all({name: [Put(name, about.key(document), document) for document in documents]})
        numbers = (document.get("id") for document in documents)
        self._serials[name] = max((n for n in numbers if isinstance(n, int)), default=len(documents))


def _unindex(index: dict[str, Keys], key: str, values: Iterable[str]) -> None:
    for value in values:
        held = index.get(value)
        if held == key:
            del index[value]
        elif isinstance(held, dict):
            held.pop(key, None)


def _try_indexes(about: Collection, document: dict[str, Any], contract: Contract) -> None:
    """Ask all that will be asked of a document, before anything is changed."""
    dumps(document)
    for values in about.indexes.values():
        set(values(document))
    if about.content:
        about.content(document, contract)


def digested(
    documents: Iterable[tuple[int, dict[str, Any]]], about: Collection, contract: Contract, spool: Path | None = None
) -> Digest:
    """Documents by line number as lines of a file, for a spooled collection. InsufficientStorage for a full disk."""
    digest = Digest(Spooled(spool))
    for position, (line, document) in enumerate(documents):
        if about.noted:
            digest.notes = about.noted(digest.notes, document, line, position)
        if about.content:
            digest.add(about.key(document), about.content(document, contract), digest.source.size, line)
        digest.source.write(dumps(document) + b"\n")
    digest.source.close()
    return digest
