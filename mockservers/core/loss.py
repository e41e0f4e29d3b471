"""What counts as a loss: one table, and one item, one loss.

Loss is a matter of content. Whether it was reported is derived from the reply as it was delivered; silent is the rest.
A key inside an item that is itself lost whole is not a second loss.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from mockservers.core.decision import Decision, Fate, Remark

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


def loses(found: Fate | Remark) -> bool:
    """Whether content that was sent is not held because of this, taken by itself."""
    verdict = LOSES[found.outcome]
    return verdict == "always" or (verdict == "if it differs" and found.differs)


@dataclass(slots=True)
class LostItems:
    """The items of one exchange that are lost whole. `all`: every one; `request`: the whole request, items unseen."""

    items: set[int] = field(default_factory=set)
    all: bool = False
    request: bool = False

    def cover(self, remark: Remark) -> bool:
        """Whether what a remark speaks of is inside of something that is lost whole. A key beside items is in none."""
        if remark.item is None:
            return self.request
        return self.all or remark.item in self.items

    def left(self, items: Sequence[int]) -> list[int]:
        """Those of several items that are not lost whole."""
        return [] if self.all else [item for item in items if item not in self.items]


def lost_items(decision: Decision) -> dict[int, LostItems]:
    """By exchange (0 for the call being decided) what a decision loses whole."""
    found: dict[int, LostItems] = {}
    surviving: set[int] = set()
    for fate in decision.fates:
        if not loses(fate):
            surviving.add(fate.of)
            continue
        lost = found.setdefault(fate.of, LostItems())
        lost.items.update(items_of(fate))
        lost.request = lost.request or not items_of(fate)
    for of, lost in found.items():
        lost.all = of == 0 and of not in surviving  # of an earlier exchange only some items may be spoken of
        lost.request = lost.request and lost.all
    return found


def items_of(fate: Fate) -> Sequence[int]:
    """The indexes of the items that a fate speaks of; none where they are not known."""
    return fate.items or (() if fate.item is None else (fate.item,))


def weighed(decisions: Iterable[Decision]) -> Iterator[tuple[Fate | Remark, bool]]:
    """Fates and remarks of decisions that were made together, each with whether it is a loss of its own."""
    together = list(decisions)
    lost: dict[int, LostItems] = {}
    for decision in together:
        for of, found in lost_items(decision).items():
            known = lost.setdefault(of, LostItems())
            known.items |= found.items
            known.all = known.all or found.all
            known.request = known.request or found.request
    for decision in together:
        for fate in decision.fates:
            yield fate, loses(fate)
        for remark in decision.remarks:
            yield _weighed(remark, lost.get(remark.of))


def _weighed(remark: Remark, lost: LostItems | None) -> tuple[Remark, bool]:
    if not loses(remark):
        return remark, False
    if lost is None:
        return remark, True
    if remark.items:
        left = lost.left(remark.items)
        return (replace(remark, items=left, count=len(left)), True) if left else (remark, False)
    return remark, not lost.cover(remark)


def findings(decision: Decision) -> Iterator[Fate | Remark]:
    """Fates and remarks of a decision, in one row."""
    yield from decision.fates
    yield from decision.remarks
