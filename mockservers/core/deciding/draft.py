"""A decision in the making: a view that sees what has been decided so far, and gathers the rest.

Effects are laid over the view, so that a batch sees its own earlier items. Nothing happens until the core applies them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import repeat
from typing import TYPE_CHECKING, Any

from mockservers.core.contract.contract import Contract
from mockservers.core.deciding.lost_once import lost_once
from mockservers.core.deciding.overlay import Overlay
from mockservers.core.deciding.vendor import Collection
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Job
from mockservers.core.exchange.decision import (
    FURTHER_KEYS,
    KEYS_NAMED,
    Decision,
    Delete,
    Effect,
    Emit,
    Mended,
    Note,
    NoteKind,
    Outcome,
    OutcomeKind,
    Put,
    Reply,
    Schedule,
    Serial,
)


class Draft(Overlay):
    """Gathers effects, outcomes and notes. `collections` are the vendor's, for keys and indexes."""

    def __init__(self, view: View, collections: Mapping[str, Collection]) -> None:
        super().__init__(view, collections)
        self.view = view
        self.contract: Contract = view.contract
        self.now: datetime = view.now
        self.value: Callable[[str, str], Any] = self.contract.value
        """A value that a rule of the contract names."""
        self._effects: list[Effect] = []
        self._outcomes: list[Outcome] = []
        self._notes: list[Note] = []
        self._mended: list[Mended] = []
        self._further: dict[tuple[Any, ...], tuple[Note, list[str]]] = {}

    # -- looking ------------------------------------------------------------------------------------------------

    def reading(self, rule: str) -> str:
        """The choice in force for a rule that pages leave open."""
        return self.view.reading(rule)

    if TYPE_CHECKING:  # the overlay's own, whose holdings may be any

        def get(self, collection: str, key: str) -> Mapping[str, Any] | None: ...

        def find(self, collection: str, index: str, value: str) -> list[Mapping[str, Any]]: ...

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
        self._laid[collection][key] = document
        if collection in self._indexed:
            self._reindex(collection, key, document)
        self._effects.append(Put(collection, key, document))

    def put_all(self, collection: str, documents: Sequence[Mapping[str, Any]]) -> None:
        """Hold several documents of a collection, one after the other."""
        keys = list(map(self._collections[collection].key, documents))
        self._laid[collection].update(zip(keys, documents, strict=True))
        if collection in self._indexed:
            for key, document in zip(keys, documents, strict=True):
                self._reindex(collection, key, document)
        self._effects += map(Put, repeat(collection), keys, documents)

    def delete(self, collection: str, key: str) -> None:
        """Hold nothing under a key any more."""
        self.effect(Delete(collection, key))

    def next_id(self, collection: str) -> int:
        """A number that the collection has not given out before."""
        last = self._serials.get(collection)
        if last is None:
            last = self._below.serial(collection)
        self._serials[collection] = last = last + 1
        return last

    def next_ids(self, collection: str, count: int) -> range:
        """Several such numbers, in order."""
        last = self.serial(collection)
        self._serials[collection] = last + count
        return range(last + 1, last + count + 1)

    def schedule(self, job: Job) -> None:
        """Do a job later, or at once when it is due already."""
        self._effects.append(Schedule(job))

    def emit(self, event: str, payload: Mapping[str, Any]) -> None:
        """Send a webhook after the reply."""
        self._effects.append(Emit(event, payload))

    def effect(self, effect: Effect) -> None:
        """Any effect."""
        self.lay(effect)
        self._effects.append(effect)

    # -- what became of things ----------------------------------------------------------------------------------

    def outcome(  # noqa: PLR0913 - the fields of an Outcome, most of them left out
        self,
        kind: OutcomeKind,
        rule: str = "",
        /,
        *,
        item: int | None = None,
        at: str | Sequence[str] = (),
        count: int = 1,
        of: int = 0,
        was: OutcomeKind | None = None,
        differs: bool = True,
        key: str = "",
        items: Sequence[int] = (),
        provisional: bool = False,
        **values: Any,
    ) -> None:
        """Say what became of an item (or of `count` of them). See `Outcome`; further names fill the rule's `why`."""
        places = (at,) if isinstance(at, str) else tuple(at)
        count = len(items) or count
        self._outcomes.append(
            Outcome(kind, rule, item, places, count, of, differs, key, values, items, provisional, was)
        )

    def take_back(self, of: int, rule: str) -> None:
        """Take back the provisional losses of an exchange under a rule; what is still lost is then stated anew."""
        self._mended.append(Mended(of, rule))

    def note(  # noqa: PLR0913 - the fields of a Note, most of them left out
        self,
        kind: NoteKind,
        rule: str,
        /,
        *,
        item: int | None = None,
        at: str | Sequence[str] = (),
        count: int = 1,
        of: int = 0,
        differs: bool = True,
        key: str = "",
        items: Sequence[int] = (),
        provisional: bool = False,
        **values: Any,
    ) -> None:
        """Say something about a key, a value or the request. See `Note`; further names fill the rule's `why`.

        Ignored keys beyond `KEYS_NAMED` are counted by one note for each rule and item, which has all their places.
        """
        places = (at,) if isinstance(at, str) else tuple(at)
        count = len(items) or count
        if key and kind == "ignored" and len(self._notes) >= KEYS_NAMED and not items:
            values = {name: FURTHER_KEYS if value == key else value for name, value in values.items()}
            note = Note(kind, rule, item, (), count, of, differs, FURTHER_KEYS, values, items, provisional)
            self._further.setdefault((rule, item, of, differs, provisional), (note, []))[1].extend(places)
            return
        self._notes.append(Note(kind, rule, item, places, count, of, differs, key, values, items, provisional))

    def decision(self, reply: Reply | None) -> Decision:
        """What was gathered, as a Decision."""
        effects, notes = self._effects, self._notes
        if self._serials:
            effects = [*(Serial(collection, last) for collection, last in self._serials.items()), *effects]
        if self._further:
            further = (replace(note, at=tuple(places), count=len(places)) for note, places in self._further.values())
            notes = [*notes, *further]
        notes_left = lost_once(notes, self.contract) if len(notes) > 1 else notes
        return Decision(reply, tuple(effects), tuple(self._outcomes), tuple(notes_left), tuple(self._mended))
