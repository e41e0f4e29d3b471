"""What counts as a loss: one table, and one item, one loss.

Loss is a matter of content. Whether it was reported is derived from the reply as it was delivered; silent is the rest.
A key inside an item that is itself lost whole is not a second loss.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from mockservers.core.accounting.finding_groups import PLACES_SHOWN
from mockservers.core.exchange.decision import Decision, Note, Statement

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


def loses(found: Statement) -> bool:
    """Whether content that was sent is not held because of this, taken by itself."""
    verdict = LOSES[found.kind]
    return verdict == "always" or (verdict == "if it differs" and found.differs)


@dataclass(slots=True)
class LostItems:
    """The items of one exchange that are lost whole. `all`: every one; `request`: the whole request, items unseen."""

    items: set[int] = field(default_factory=set)
    all: bool = False
    request: bool = False

    def cover(self, note: Note) -> bool:
        """Whether what a note speaks of is inside of something that is lost whole. A key beside items is in none."""
        if note.item is None:
            return self.request
        return self.all or note.item in self.items

    def left(self, items: Sequence[int]) -> list[int]:
        """Those of several items that are not lost whole."""
        return [] if self.all else [item for item in items if item not in self.items]


def lost_items(decision: Decision) -> dict[int, LostItems]:
    """By exchange (0 for the call being decided) what a decision loses whole."""
    found: dict[int, LostItems] = {}
    surviving: set[int] = set()
    for outcome in decision.outcomes:
        if not loses(outcome):
            surviving.add(outcome.of)
            continue
        lost = found.setdefault(outcome.of, LostItems())
        lost.items.update(items_of(outcome))
        lost.request = lost.request or not items_of(outcome)
    for of, lost in found.items():
        lost.all = of == 0 and of not in surviving  # of an earlier exchange only some items may be spoken of
        lost.request = lost.request and lost.all
    return found


def items_of(outcome: Statement) -> Sequence[int]:
    """The indexes of the items that an outcome or a note speaks of; none where they are not known."""
    return outcome.items or (() if outcome.item is None else (outcome.item,))


def weighed(decisions: Iterable[Decision]) -> Iterator[tuple[Statement, bool]]:
    """Outcomes and notes of decisions that were made together, each with whether it is a loss of its own."""
    together = list(decisions)
    lost: dict[int, LostItems] = {}
    for decision in together:
        for of, found in lost_items(decision).items():
            known = lost.setdefault(of, LostItems())
            known.items |= found.items
            known.all = known.all or found.all
            known.request = known.request or found.request
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


def places_of(found: Statement, left: Sequence[int]) -> tuple[str, ...]:
    """The places of those of its items that are left."""
    return tuple(places_left(found.at, items_of(found), left))


def places_left(places: Sequence[str], items: Sequence[int], left: Sequence[int]) -> Sequence[str]:
    """The places of those of some items that are left. The first items have the first places, one each."""
    if len(left) == len(items) or len(places) != min(len(items), PLACES_SHOWN):
        return places
    kept = set(left)
    return [place for item, place in zip(items, places, strict=False) if item in kept]
