"""What a decision may look at: the tenant's documents, its time, its readings, its contract. Read-only.

A decision that consults a reading is noted, so that the core can ask what another choice would have lost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from mockservers.core.contract.contract import Contract
from mockservers.core.state.file_digest import Digest
from mockservers.core.state.spooled_lines import Lines


class Holdings(Protocol):
    """Documents by collection and key; what a store shows to a view."""

    def get(self, collection: str, key: str) -> dict[str, Any] | None: ...
    def holds_any(self, collection: str, keys: Collection[str]) -> bool: ...
    def find(self, collection: str, index: str, value: str) -> list[dict[str, Any]]: ...
    def each(self, collection: str) -> Iterator[dict[str, Any]]: ...
    def count(self, collection: str) -> int: ...
    def serial(self, collection: str) -> int: ...
    def lines(self, collection: str) -> Lines: ...
    def received(self, upload: str) -> Digest | None: ...


_UNSEEN: Any = object()
"""What is kept of a document that was not asked for, which is not None."""


class View:
    """The tenant as a decision sees it. It gives the same document twice, which is not to be changed in place."""

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
        """The rules whose choice was asked for; `consulted` has those of which another choice may lose something."""

    def under(self, rule: str, choice: str) -> View:
        """The same view where one reading is another choice."""
        return self._sharing(View(self._holdings, self.now, self.contract, {**self._readings, rule: choice}))

    def over(self, holdings: Holdings, now: datetime) -> View:
        """What a decision sees that is made on other holdings, at a moment of its own."""
        return View(holdings, now, self.contract, self._readings)

    def at(self, now: datetime) -> View:
        """What a decision sees that is made on the same holdings, at a moment of its own."""
        return self._sharing(View(self._holdings, now, self.contract, self._readings))

    def _sharing(self, other: View) -> View:
        """Another view of the same holdings, which has seen what this one has."""
        other._got, other._found = self._got, self._found
        return other

    def reading(self, rule: str) -> str:
        """The choice in force for a rule that pages leave open."""
        self.consulted.add(rule)
        return self.form(rule)

    def form(self, rule: str) -> str:
        """The same for a rule that only shapes the reply: no choice of it loses anything, so the others go unasked."""
        self.asked.add(rule)
        return self._readings.get(rule) or self.contract.reading(rule).default

    def value(self, rule: str, name: str) -> Any:
        """A value that a rule of the contract names: a limit, a zone, a delay."""
        return self.contract.value(rule, name)

    def get(self, collection: str, key: str) -> dict[str, Any] | None:
        """The document under a key, or None."""
        place = (collection, key)
        document: Any = self._got.get(place, _UNSEEN)
        if document is _UNSEEN:
            self._got[place] = document = self._holdings.get(collection, key)
        seen: dict[str, Any] | None = document
        return seen

    def holds_any(self, collection: str, keys: Collection[str]) -> bool:
        """Whether there is a document under one of several keys. None is read."""
        return self._holdings.holds_any(collection, keys)

    def find(self, collection: str, index: str, value: str) -> list[dict[str, Any]]:
        """The documents that a declared index holds under a value, oldest first."""
        place = (collection, index, value)
        found = self._found.get(place)
        if found is None:
            found = self._found[place] = self._holdings.find(collection, index, value)
        return found

    def each(self, collection: str) -> Iterator[dict[str, Any]]:
        """All documents, oldest first. For operations that list; nothing that stores may scan."""
        return self._holdings.each(collection)

    def count(self, collection: str) -> int:
        """How many documents a collection holds."""
        return self._holdings.count(collection)

    def serial(self, collection: str) -> int:
        """The last number given out for a collection; 0 before the first."""
        return self._holdings.serial(collection)

    def lines(self, collection: str) -> Lines:
        """A spooled collection."""
        return self._holdings.lines(collection)

    def received(self, upload: str) -> Digest | None:
        """The digest of an upload that waits to be ingested."""
        return self._holdings.received(upload)
