"""The input of a decision: the tenant's documents, time, readings and contract. Read-only.

The view records which readings a decision consults, so that the core can decide again under the other choices.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from mockservers.core.contract.contract import Contract
from mockservers.core.state.file_digest import Digest
from mockservers.core.state.spooled_lines import Lines


class Holdings(Protocol):
    """Documents by collection and key: the part of a store that a view uses."""

    def get(self, collection: str, key: str) -> dict[str, Any] | None: ...
    def holds_any(self, collection: str, keys: Collection[str]) -> bool: ...
    def find(self, collection: str, index: str, value: str) -> list[dict[str, Any]]: ...
    def each(self, collection: str) -> Iterator[dict[str, Any]]: ...
    def count(self, collection: str) -> int: ...
    def serial(self, collection: str) -> int: ...
    def lines(self, collection: str) -> Lines: ...
    def received(self, upload: str) -> Digest | None: ...


_UNSEEN: Any = object()
"""Stands for a document that was not read yet, unlike None."""


class View:
    """The tenant as a decision sees it. The same key returns the same object, which callers must not change."""

    def __init__(
        self, holdings: Holdings, now: datetime, contract: Contract, readings: Mapping[str, str] | None = None
    ) -> None:
        self._holdings = holdings
        self._readings = readings or {}
        self._got: dict[tuple[str, str], dict[str, Any] | None] = {}
        self._found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
        self.now = now
        self.contract = contract
        self.consulted: set[str] = set()
        self.asked: set[str] = set()
        """The rules whose choice was read; `consulted` has those of which another choice may cause a loss."""

    def under(self, rule: str, choice: str) -> View:
        """Return the same view with another choice for one reading."""
        return self._sharing(View(self._holdings, self.now, self.contract, {**self._readings, rule: choice}))

    def over(self, holdings: Holdings, now: datetime) -> View:
        """Return a view of other holdings, at another moment."""
        return View(holdings, now, self.contract, self._readings)

    def at(self, now: datetime) -> View:
        """Return a view of the same holdings, at another moment."""
        return self._sharing(View(self._holdings, now, self.contract, self._readings))

    def _sharing(self, other: View) -> View:
        """Share the documents that this view has read with another view of the same holdings."""
        other._got, other._found = self._got, self._found
        return other

    def reading(self, rule: str) -> str:
        """Return the tenant's choice for a rule with a reading."""
        self.consulted.add(rule)
        return self.form(rule)

    def form(self, rule: str) -> str:
        """Return the choice for a rule that only affects the reply. No choice causes a loss, so no other is tried."""
        self.asked.add(rule)
        return self._readings.get(rule) or self.contract.reading(rule).default

    def value(self, rule: str, name: str) -> Any:
        """Return a value of a rule: a limit, a zone, a delay."""
        return self.contract.value(rule, name)

    def get(self, collection: str, key: str) -> dict[str, Any] | None:
        """Return the document under a key, or None."""
        place = (collection, key)
        document: Any = self._got.get(place, _UNSEEN)
        if document is _UNSEEN:
            self._got[place] = document = self._holdings.get(collection, key)
        seen: dict[str, Any] | None = document
        return seen

    def holds_any(self, collection: str, keys: Collection[str]) -> bool:
        """Whether there is a document under one of several keys, without reading it."""
        return self._holdings.holds_any(collection, keys)

    def find(self, collection: str, index: str, value: str) -> list[dict[str, Any]]:
        """Return the documents under a value of a declared index, oldest first."""
        place = (collection, index, value)
        documents = self._found.get(place)
        if documents is None:
            documents = self._found[place] = self._holdings.find(collection, index, value)
        return documents

    def each(self, collection: str) -> Iterator[dict[str, Any]]:
        """Yield all documents, oldest first. Only for operations that list: operations that store must not scan."""
        return self._holdings.each(collection)

    def count(self, collection: str) -> int:
        """Return the number of documents in a collection."""
        return self._holdings.count(collection)

    def serial(self, collection: str) -> int:
        """Return the last serial number of a collection; 0 before the first."""
        return self._holdings.serial(collection)

    def lines(self, collection: str) -> Lines:
        """Return a spooled collection."""
        return self._holdings.lines(collection)

    def received(self, upload: str) -> Digest | None:
        """Return the digest of an upload that is not yet ingested."""
        return self._holdings.received(upload)
