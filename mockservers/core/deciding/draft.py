"""A decision under construction: it collects effects, outcomes and notes, and shows the state with its effects.

Effects are an overlay on the view, so that a batch sees its earlier items. The core applies them later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
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
from mockservers.core.value import replace


class Draft(Overlay):
    """Collects effects, outcomes and notes. `collections` are the vendor's, for keys and indexes."""

    def __init__(self, view: View, collections: Mapping[str, Collection]) -> None:
        super().__init__(view, collections)
        self.view = view
        self.contract: Contract = view.contract
        self.now: datetime = view.now
        self.value: Callable[[str, str], Any] = self.contract.value
        """Returns a value of a rule of the contract."""
        self._effects: list[Effect] = []
        self._outcomes: list[Outcome] = []
        self._notes: list[Note] = []
        self._mended: list[Mended] = []
        self._further: dict[tuple[Any, ...], tuple[Note, list[str]]] = {}

    # -- reading ------------------------------------------------------------------------------------------------

    def reading(self, rule: str) -> str:
        """Return the tenant's choice for a rule with a reading."""
        return self.view.reading(rule)

    if TYPE_CHECKING:  # narrower types than the overlay's

        def get(self, collection: str, key: str) -> Mapping[str, Any] | None: ...

        def find(self, collection: str, index: str, value: str) -> list[Mapping[str, Any]]: ...

    def first(self, collection: str, index: str, value: str) -> Mapping[str, Any] | None:
        """Return the oldest document under a value of a declared index, or None."""
        documents = self.find(collection, index, value)
        return documents[0] if documents else None

    def each(self, collection: str) -> Iterator[Mapping[str, Any]]:
        """Yield all documents from before this decision, oldest first; for operations that list."""
        return self.view.each(collection)

    # -- effects ------------------------------------------------------------------------------------------------

    def put(self, collection: str, document: Mapping[str, Any]) -> None:
        """Store a document. It replaces the document with the same key."""
        key = self._collections[collection].key(document)
        self._laid[collection][key] = document
        if collection in self._indexed:
            self._reindex(collection, key, document)
        self._effects.append(Put(collection, key, document))

    def put_all(self, collection: str, documents: Sequence[Mapping[str, Any]]) -> None:
        """Store several documents of a collection, one after the other."""
        keys = list(map(self._collections[collection].key, documents))
        self._laid[collection].update(zip(keys, documents, strict=True))
        if collection in self._indexed:
            for key, document in zip(keys, documents, strict=True):
                self._reindex(collection, key, document)
        self._effects += map(Put, repeat(collection), keys, documents)

    def delete(self, collection: str, key: str) -> None:
        """Delete the document under a key."""
        self.effect(Delete(collection, key))

    def next_id(self, collection: str) -> int:
        """Return the next serial number of the collection."""
        last = self._serials.get(collection)
        if last is None:
            last = self._below.serial(collection)
        self._serials[collection] = last = last + 1
        return last

    def next_ids(self, collection: str, count: int) -> range:
        """Return the next serial numbers of the collection, in order."""
        last = self.serial(collection)
        self._serials[collection] = last + count
        return range(last + 1, last + count + 1)

    def schedule(self, job: Job) -> None:
        """Run a job when it is due, which may be at once."""
        self._effects.append(Schedule(job))

    def emit(self, event: str, payload: Mapping[str, Any]) -> None:
        """Send a webhook after the reply."""
        self._effects.append(Emit(event, payload))

    def effect(self, effect: Effect) -> None:
        """Add any effect."""
        self.lay(effect)
        self._effects.append(effect)

    # -- outcomes and notes -------------------------------------------------------------------------------------

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
        """Add the outcome of an item (or of `count` items). See `Outcome`; further names fill the rule's `why`."""
        places = (at,) if isinstance(at, str) else tuple(at)
        count = len(items) or count
        self._outcomes.append(
            Outcome(kind, rule, item, places, count, of, differs, key, values, items, provisional, was)
        )

    def withdraw(self, of: int, rule: str) -> None:
        """Withdraw the provisional losses of an exchange under a rule, before the remaining ones are stated again."""
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
        """Add a note on a key, a value or the request. See `Note`; further names fill the rule's `why`.

        One note per rule and item counts the ignored keys beyond `KEYS_NAMED`, and has all their places.
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
        """Return the Decision."""
        effects, notes = self._effects, self._notes
        if self._serials:
            effects = [*(Serial(collection, last) for collection, last in self._serials.items()), *effects]
        if self._further:
            further = (replace(note, at=tuple(places), count=len(places)) for note, places in self._further.values())
            notes = [*notes, *further]
        notes_left = lost_once(notes, self.contract) if len(notes) > 1 else notes
        return Decision(reply, tuple(effects), tuple(self._outcomes), tuple(notes_left), tuple(self._mended))
