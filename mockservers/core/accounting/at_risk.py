"""At-risk: content that would be lost under another reading of the vendor's pages.

Where pages are silent or disagree, the mock uses one reading. A decision is pure, so the core makes it again under each
other choice of each reading that it consulted, including the jobs that are due at once. It files the losses that only
the other choice has. Items and places are compared one by one, so that an actual loss hides no risk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from mockservers.core.accounting.finding_groups import PLACES_SHOWN
from mockservers.core.accounting.item_counts import item_counts
from mockservers.core.accounting.loss import LostItems, items_of, loses, places_of
from mockservers.core.deciding.immediate_jobs import Settled
from mockservers.core.deciding.view import View
from mockservers.core.exchange.decision import Note, Outcome
from mockservers.core.value import Value, replace

AT_RISK = "the pages leave this open: under the reading {key} ({choice_says}) {count} more would be lost"

ItemStatement = TypeVar("ItemStatement", Outcome, Note)


class Loss(Value):
    """A loss: its count and places, and the lost items or the items that contain it, as far as they are known."""

    of: int
    count: int
    places: tuple[str, ...]
    items: Sequence[int] = ()


class OtherReading(Value):
    """The result of a decision under another reading: the reply's status, and the items by outcome.

    `losses` are the additional losses under that reading, by the exchange of the items. A job has no reply, and status
    0.
    """

    rule: str
    choice: str
    says: str
    status: int
    items: Mapping[str, int]
    losses: tuple[Loss, ...]

    @property
    def lost(self) -> int:
        """The count of the additional losses."""
        return sum(loss.count for loss in self.losses)

    @property
    def at(self) -> tuple[str, ...]:
        """The first places of the additional losses."""
        return tuple(place for loss in self.losses for place in loss.places)[:PLACES_SHOWN]

    @property
    def risks(self) -> Iterator[Note]:
        """The at-risk notes, one for each exchange."""
        for loss in self.losses:
            values = {"choice_says": self.says}
            yield Note(
                "at-risk", self.rule, None, loss.places, loss.count, loss.of,
                key=self.choice, values=values, items=loss.items,
            )  # fmt: skip

    @property
    def brief(self) -> OtherReading:
        """The same without the items, which would be too many for a journal."""
        return replace(self, losses=tuple(replace(loss, items=()) for loss in self.losses))


def other_readings(settle: Callable[[View], Settled], settled: Settled, exchange: int = 0) -> list[OtherReading]:
    """Make the decision again under each other choice of each reading that it consulted.

    `exchange` is the call's number, by which its jobs refer to its items.
    """
    consulted: set[str] = set()
    for _, each in settled:
        consulted |= each.consulted
    if not consulted:
        return []
    view = settled[0][1]
    here = Losses(settled, exchange)
    own = item_counts((each for each, _ in settled), exchange)
    others: list[OtherReading] = []
    for rule in sorted(consulted):
        taken = view.reading(rule)
        for choice, says in view.contract.reading(rule).choices.items():
            if choice != taken:
                there = settle(view.under(rule, choice))
                more = here.beyond(Losses(there, exchange))
                reply = there[0][0].reply
                items = item_counts((each for each, _ in there), exchange)
                items = own if items == own else items  # a shared object, since journals keep thousands of them
                status = reply.status if reply else 0
                others.append(OtherReading(rule, choice, says, status, items, _by_exchange(more)))
    return others


def _by_exchange(losses: Iterable[Loss]) -> tuple[Loss, ...]:
    """Return one loss per exchange."""
    by_exchange: dict[int, list[Loss]] = {}
    for loss in losses:
        by_exchange.setdefault(loss.of, []).append(loss)
    return tuple(
        Loss(
            of,
            sum(each.count for each in group),
            tuple(place for each in group for place in each.places)[:PLACES_SHOWN],
            group[0].items if len(group) == 1 else tuple(item for each in group for item in each.items),
        )
        for of, group in by_exchange.items()
    )


class Losses:
    """The losses of decisions that were made together, by item and place."""

    def __init__(self, settled: Settled, exchange: int) -> None:
        outcomes = [_numbered(each, exchange) for decision, _ in settled for each in decision.outcomes]
        self.items = _lost_items(outcomes)
        self._outcomes = [outcome for outcome in outcomes if loses(outcome)]
        self._has_one_outcome = len(outcomes) == 1
        notes = [_numbered(each, exchange) for decision, _ in settled for each in decision.notes]
        self._notes = [note for note in notes if loses(note) and not self._covers(note)]
        self._places = {(note.of, place) for note in self._notes for place in note.at}
        self._named = Counter((note.of, note.rule, note.key) for note in self._notes)
        self._keyed = {(note.of, note.key, item) for note in self._notes for item in note.items}
        self._counts = Counter({of: len(lost.items) for of, lost in self.items.items()})
        for outcome in self._outcomes:
            self._counts[outcome.of] += 0 if items_of(outcome) else outcome.count

    def beyond(self, other: Losses) -> Iterator[Loss]:
        """Yield the losses that only the other has."""
        counts = self._counts.copy()
        for outcome in other._outcomes:
            yield from self._new_items(outcome, counts, is_all=other._has_one_outcome)
        for note in other._notes:
            if not self._covers(note):
                yield from self._new_places(note)

    def _new_items(self, outcome: Outcome, counts: Counter[int], *, is_all: bool) -> Iterator[Loss]:
        lost = self.items.get(outcome.of, LostItems())
        items = items_of(outcome)
        if items:
            left = lost.left(items)
            if left:
                different = tuple(dict.fromkeys(left))
                yield Loss(outcome.of, len(different), places_of(outcome, left), different)
            return
        known = min(outcome.count, counts[outcome.of])  # their numbers are not known
        counts[outcome.of] -= known
        if outcome.count > known:
            every_item = range(outcome.count) if is_all and not known else ()
            yield Loss(outcome.of, outcome.count - known, outcome.at, every_item)

    def _new_places(self, note: Note) -> Iterator[Loss]:
        if note.items:
            lost = self.items.get(note.of, LostItems())
            left = [item for item in lost.left(note.items) if (note.of, note.key, item) not in self._keyed]
            if left:
                yield Loss(note.of, len(left), places_of(note, left), left)
        elif note.at:
            places = tuple(place for place in note.at if not self._loses_at(note.of, place))
            if places:
                all_shown = note.count <= len(note.at)
                count = len(places) if all_shown else note.count
                yield Loss(note.of, count, places, _in_item(note, count))
        elif not self._named[(note.of, note.rule, note.key)]:
            yield Loss(note.of, note.count, (), _in_item(note, note.count))

    def _loses_at(self, of: int, place: str) -> bool:
        """Whether the place, or a place that contains it, is lost."""
        while place:
            if (of, place) in self._places:
                return True
            place = place.rpartition("/")[0]
        return False

    def _covers(self, note: Note) -> bool:
        lost = self.items.get(note.of)
        if lost is None:
            return False
        return not lost.left(note.items) if note.items else lost.cover(note)


def _in_item(note: Note, count: int) -> Sequence[int]:
    """Return the item of a note, once for each of its losses."""
    return () if note.item is None else (note.item,) * count


def _numbered(statement: ItemStatement, exchange: int) -> ItemStatement:
    return replace(statement, of=0) if exchange and statement.of == exchange else statement


def _lost_items(outcomes: Iterable[Outcome]) -> dict[int, LostItems]:
    """Return the items that are lost whole, by exchange, considering the last outcome of each."""
    by_exchange: dict[int, LostItems] = {}
    pending = Counter[int]()
    surviving: set[int] = set()
    for outcome in outcomes:
        if outcome.was == "pending":
            pending[outcome.of] -= outcome.count
        if outcome.kind == "pending":
            pending[outcome.of] += outcome.count
        elif loses(outcome):
            lost = by_exchange.setdefault(outcome.of, LostItems())
            lost.items.update(items_of(outcome))
            lost.request = lost.request or not items_of(outcome)
        else:
            surviving.add(outcome.of)
    for of, lost in by_exchange.items():
        lost.all = of == 0 and of not in surviving and pending[of] == 0
        lost.request = lost.request and lost.all
    return by_exchange
