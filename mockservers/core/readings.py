"""At-risk: what another reading of the vendor's pages would have lost.

Where pages are silent or disagree the mock takes one reading. Since a decision is pure, the others can be asked: it is
decided again under each other choice of each reading that it consulted, jobs that are due at once included, and what
is lost there and not here is filed. Items and places are compared one by one: a loss here hides none there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from mockservers.core.decision import Fate, Remark
from mockservers.core.loss import LostItems, items_of, loses
from mockservers.core.settling import Settled
from mockservers.core.view import View

AT_RISK = "the pages leave this open: under the reading {key} ({choice_says}) {count} more would be lost"
_PLACES = 5

Found = TypeVar("Found", Fate, Remark)


def at_risk(settle: Callable[[View], Settled], settled: Settled, exchange: int = 0) -> list[Remark]:
    """One remark for each (rule, choice) under which something is lost that `settled`, as it is, does not lose.

    `exchange` is the call's own number, by which its jobs speak of its items.
    """
    view = settled[0][1]
    consulted = set().union(*(each.consulted for _, each in settled))
    if not consulted:
        return []
    here = Losses(settled, exchange)
    risks: list[Remark] = []
    for rule in sorted(consulted):
        taken = view.reading(rule)
        for choice, says in view.contract.reading(rule).choices.items():
            if choice != taken:
                more = list(here.beyond(Losses(settle(view.under(rule, choice)), exchange)))
                if more:
                    risks.append(_risk(rule, choice, says, more))
    return risks


def _risk(rule: str, choice: str, says: str, more: Sequence[Loss]) -> Remark:
    numbers = {loss.of for loss in more}
    of = numbers.pop() if len(numbers) == 1 else 0
    places = tuple(place for loss in more for place in loss.places)[:_PLACES]
    count = sum(loss.count for loss in more)
    return Remark("at-risk", rule, at=places, count=count, of=of, key=choice, values={"choice_says": says})


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that is lost: how much of it, and where."""

    of: int
    count: int
    places: tuple[str, ...]


class Losses:
    """All that decisions made together lose, by item and place."""

    def __init__(self, settled: Settled, exchange: int) -> None:
        fates = [_numbered(each, exchange) for decision, _ in settled for each in decision.fates]
        self.items = _lost_items(fates)
        self._fates = [fate for fate in fates if loses(fate)]
        remarks = [_numbered(each, exchange) for decision, _ in settled for each in decision.remarks]
        self._remarks = [remark for remark in remarks if loses(remark) and not self._covers(remark)]
        self._places = {(remark.of, place) for remark in self._remarks for place in remark.at}
        self._named = Counter((remark.of, remark.rule, remark.key) for remark in self._remarks)
        self._keyed = {(remark.of, remark.key, item) for remark in self._remarks for item in remark.items}
        self._counts = Counter({of: len(lost.items) for of, lost in self.items.items()})
        for fate in self._fates:
            self._counts[fate.of] += 0 if items_of(fate) else fate.count

    def beyond(self, other: Losses) -> Iterator[Loss]:
        """What the other loses and this does not."""
        counts = self._counts.copy()
        for fate in other._fates:
            yield from self._new_items(fate, counts)
        for remark in other._remarks:
            if not self._covers(remark):
                yield from self._new_places(remark)

    def _new_items(self, fate: Fate, counts: Counter[int]) -> Iterator[Loss]:
        lost = self.items.get(fate.of, LostItems())
        items = items_of(fate)
        if items:
            left = set(lost.left(items))
            if left:
                beside = len(fate.at) == min(len(items), _PLACES)
                places = tuple(at for at, item in zip(fate.at, items, strict=False) if item in left)
                yield Loss(fate.of, len(left), places if beside else fate.at)
            return
        known = min(fate.count, counts[fate.of])  # which ones they are is not known
        counts[fate.of] -= known
        if fate.count > known:
            yield Loss(fate.of, fate.count - known, fate.at)

    def _new_places(self, remark: Remark) -> Iterator[Loss]:
        if remark.items:
            lost = self.items.get(remark.of, LostItems())
            left = [item for item in lost.left(remark.items) if (remark.of, remark.key, item) not in self._keyed]
            if left:
                yield Loss(remark.of, len(left), remark.at)
        elif remark.at:
            places = tuple(place for place in remark.at if not self._loses_at(remark.of, place))
            if places:
                all_shown = remark.count <= len(remark.at)
                yield Loss(remark.of, len(places) if all_shown else remark.count, places)
        elif not self._named[(remark.of, remark.rule, remark.key)]:
            yield Loss(remark.of, remark.count, ())

    def _loses_at(self, of: int, place: str) -> bool:
        """Whether the place, or one that it stands in, is lost."""
        while place:
            if (of, place) in self._places:
                return True
            place = place.rpartition("/")[0]
        return False

    def _covers(self, remark: Remark) -> bool:
        lost = self.items.get(remark.of)
        if lost is None:
            return False
        return not lost.left(remark.items) if remark.items else lost.cover(remark)


def _numbered(found: Found, exchange: int) -> Found:
    return replace(found, of=0) if exchange and found.of == exchange else found


def _lost_items(fates: Iterable[Fate]) -> dict[int, LostItems]:
    """What is lost whole by exchange, once each item has come to its end."""
    lost: dict[int, LostItems] = {}
    pending = Counter[int]()
    surviving: set[int] = set()
    for fate in fates:
        if fate.was == "pending":
            pending[fate.of] -= fate.count
        if fate.outcome == "pending":
            pending[fate.of] += fate.count
        elif loses(fate):
            found = lost.setdefault(fate.of, LostItems())
            found.items.update(items_of(fate))
            found.request = found.request or not items_of(fate)
        else:
            surviving.add(fate.of)
    for of, found in lost.items():
        found.all = of == 0 and of not in surviving and pending[of] == 0
        found.request = found.request and found.all
    return lost
