"""A decision in the making: a view that sees what has been decided so far, and gathers the rest.

Effects are laid over the view, so that a batch sees its own earlier items. Nothing happens until the core applies them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from mockservers.core.call import Job
from mockservers.core.contract import Contract
from mockservers.core.decision import (
    Decision,
    Delete,
    Effect,
    Emit,
    Fate,
    Outcome,
    Put,
    Remark,
    Remarked,
    Reply,
    Schedule,
    Serial,
)
from mockservers.core.vendor import Collection
from mockservers.core.view import View


class Draft:
    """Gathers effects, fates and remarks. `collections` are the vendor's, for keys and indexes."""

    def __init__(self, view: View, collections: Mapping[str, Collection]) -> None:
        self.view = view
        self.contract: Contract = view.contract
        self.now: datetime = view.now
        self._collections = collections
        self._laid: dict[str, dict[str, Mapping[str, Any] | None]] = {}
        self._indexed: dict[str, dict[str, dict[str, dict[str, None]]]] = {}
        self._serials: dict[str, int] = {}
        self._effects: list[Effect] = []
        self._fates: list[Fate] = []
        self._remarks: list[Remark] = []

    # -- looking ------------------------------------------------------------------------------------------------

    def reading(self, rule: str) -> str:
        """The choice in force for a rule that pages leave open."""
        return self.view.reading(rule)

    def value(self, rule: str, name: str) -> Any:
        """A value that a rule of the contract names."""
        return self.contract.value(rule, name)

    def get(self, collection: str, key: str) -> Mapping[str, Any] | None:
        """The document under a key, as this decision leaves it. Not to be changed in place."""
        laid = self._laid.get(collection)
        if laid and key in laid:
            return laid[key]
        return self.view.get(collection, key)

    def find(self, collection: str, index: str, value: str) -> list[Mapping[str, Any]]:
        """The documents under a value of a declared index, as this decision leaves them, oldest first."""
        held: list[Mapping[str, Any]] = list(self.view.find(collection, index, value))
        laid = self._laid.get(collection)
        if not laid:
            return held
        about = self._collections[collection]
        found = {key: laid.get(key, document) for document in held for key in (about.key(document),)}
        found.update((key, laid[key]) for key in self._laid_index(collection, index).get(value, ()))
        return [
            document
            for key, document in found.items()
            if document and (key not in laid or value in about.indexes[index](document))
        ]

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
        self, found: dict[str, dict[str, None]], collection: str, index: str, key: str, document: Mapping[str, Any]
    ) -> None:
        for value in self._collections[collection].indexes[index](document):
            found.setdefault(value, {})[key] = None

    def first(self, collection: str, index: str, value: str) -> Mapping[str, Any] | None:
        """The oldest document under a value of a declared index, or None."""
        found = self.find(collection, index, value)
        return found[0] if found else None

    def each(self, collection: str) -> Iterator[Mapping[str, Any]]:
        """All documents before this decision, oldest first; for operations that list."""
        return self.view.each(collection)

    # -- effects ------------------------------------------------------------------------------------------------

    def put(self, collection: str, document: Mapping[str, Any]) -> None:
        """Hold a document, in place of what its key held."""
        key = self._collections[collection].key(document)
        self._laid.setdefault(collection, {})[key] = document
        for index, found in self._indexed.get(collection, {}).items():
            self._index(found, collection, index, key, document)
        self._effects.append(Put(collection, key, document))

    def delete(self, collection: str, key: str) -> None:
        """Hold nothing under a key any more."""
        self._laid.setdefault(collection, {})[key] = None
        self._effects.append(Delete(collection, key))

    def next_id(self, collection: str) -> int:
        """A number that the collection has not given out before."""
        last = self._serials.get(collection)
        self._serials[collection] = last = (self.view.serial(collection) if last is None else last) + 1
        return last

    def schedule(self, job: Job) -> None:
        """Do a job later, or at once when it is due already."""
        self._effects.append(Schedule(job))

    def emit(self, event: str, payload: Mapping[str, Any]) -> None:
        """Send a webhook after the reply."""
        self._effects.append(Emit(event, payload))

    def effect(self, effect: Effect) -> None:
        """Any other effect."""
        self._effects.append(effect)

    # -- what became of things ----------------------------------------------------------------------------------

    def fate(
        self,
        outcome: Outcome,
        rule: str = "",
        *,
        item: int | None = None,
        at: str | Sequence[str] = (),
        count: int = 1,
        of: int = 0,
        was: Outcome | None = None,
        differs: bool = True,
        key: str = "",
        **values: Any,
    ) -> None:
        """Say what became of an item (or of `count` of them). See `Fate`; further names fill the rule's `why`."""
        places = (at,) if isinstance(at, str) else tuple(at)
        self._fates.append(Fate(outcome, rule, item, places, count, of, was, differs, key, values))

    def remark(
        self,
        outcome: Remarked,
        rule: str,
        *,
        item: int | None = None,
        at: str | Sequence[str] = (),
        count: int = 1,
        of: int = 0,
        differs: bool = True,
        key: str = "",
        **values: Any,
    ) -> None:
        """Say something about a key, a value or the request. See `Remark`; further names fill the rule's `why`."""
        places = (at,) if isinstance(at, str) else tuple(at)
        self._remarks.append(Remark(outcome, rule, item, places, count, of, differs, key, values))

    def decision(self, reply: Reply | None) -> Decision:
        """What was gathered, as a Decision."""
        serials = tuple(Serial(collection, last) for collection, last in self._serials.items())
        return Decision(reply, (*serials, *self._effects), tuple(self._fates), tuple(self._remarks))
