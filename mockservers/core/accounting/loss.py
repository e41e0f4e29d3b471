"""What counts as a loss: one table. Each item counts once.

A loss is content that the vendor does not hold. The delivered reply shows whether it was reported; otherwise it is
silent. A key inside an item that is lost whole is not a second loss.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from mockservers.core.accounting.finding_groups import PLACES_SHOWN
from mockservers.core.exchange.decision import Decision, Note, Statement
from mockservers.core.value import Struct, field, replace

LOSES: dict[str, Literal["never", "always", "if it differs"]] = {
    "kept": "never",
    "updated": "never",
    "pending": "never",
    "skipped": "if it differs",
    "overwritten": "if it differs",
    "refused": "always",
    "dropped": "always",
    "ignored": "if it differs",
    "truncated": "always",
    "coerced": "never",
    "noted": "never",
    "at-risk": "never",
}


def loses(statement: Statement) -> bool:
    """Whether an outcome or note is a loss, on its own."""
    verdict = LOSES[statement.kind]
    return verdict == "always" or (verdict == "if it differs" and statement.differs)


class LostItems(Struct):
    """The items of one exchange that are lost whole. `all`: every item; `request`: the request itself."""

    items: set[int] = field(default_factory=set)
    all: bool = False
    request: bool = False

    def cover(self, note: Note) -> bool:
        """Whether the place of a note is inside something that is lost whole. A key outside items is not."""
        if note.item is None:
            return self.request
        return self.all or note.item in self.items

    def left(self, items: Sequence[int]) -> list[int]:
        """Return those of some items that are not lost whole."""
        return [] if self.all else [item for item in items if item not in self.items]


def lost_items(decision: Decision) -> dict[int, LostItems]:
    """Return what a decision loses whole, by exchange (0 for the call being decided)."""
    by_exchange: dict[int, LostItems] = {}
    surviving: set[int] = set()
    for outcome in decision.outcomes:
        if not loses(outcome):
            surviving.add(outcome.of)
            continue
        lost = by_exchange.setdefault(outcome.of, LostItems())
        lost.items.update(items_of(outcome))
        lost.request = lost.request or not items_of(outcome)
    for of, lost in by_exchange.items():
        lost.all = of == 0 and of not in surviving  # the outcomes may concern only some items of an earlier exchange
        lost.request = lost.request and lost.all
    return by_exchange


def items_of(outcome: Statement) -> Sequence[int]:
    """Return the indexes of the items of an outcome or a note; empty if they are not known."""
    return outcome.items or (() if outcome.item is None else (outcome.item,))


def weighed(decisions: Iterable[Decision]) -> Iterator[tuple[Statement, bool]]:
    """Yield the outcomes and notes of decisions that were made together, each with whether it counts as a loss."""
    together = list(decisions)
    lost: dict[int, LostItems] = {}
    for decision in together:
        for of, items_lost in lost_items(decision).items():
            known = lost.setdefault(of, LostItems())
            known.items |= items_lost.items
            known.all = known.all or items_lost.all
            known.request = known.request or items_lost.request
    for decision in together:
        for outcome in decision.outcomes:
            yield outcome, loses(outcome)
        for note in decision.notes:
            yield _weighed(note, lost.get(note.of))


def _weighed(note: Note, lost: LostItems | None) -> tuple[Note, bool]:
    if not loses(note):
        return note, False
    if lost is None:
        return note, True
    if note.items:
        left = lost.left(note.items)
        return (replace(note, items=left, at=places_of(note, left), count=len(left)), True) if left else (note, False)
    return note, not lost.cover(note)


def places_of(statement: Statement, left: Sequence[int]) -> tuple[str, ...]:
    """Return the places of the items that are left."""
    return tuple(places_left(statement.at, items_of(statement), left))


def places_left(places: Sequence[str], items: Sequence[int], left: Sequence[int]) -> Sequence[str]:
    """Return the places of the items that are left. The first items have the first places, one each."""
    if len(left) == len(items) or len(places) != min(len(items), PLACES_SHOWN):
        return places
    kept = set(left)
    return [place for item, place in zip(items, places, strict=False) if item in kept]
