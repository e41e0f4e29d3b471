"""Notes on the purchases of a file: order dates, member ids, and values that a reading may treat differently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from operator import itemgetter
from typing import Any

from mockservers.core.values.equality import contains
from mockservers.core.values.numbers import exact, is_number, is_whole
from mockservers.vendors.fanship.contents import digests_of_ids
from mockservers.vendors.fanship.file_notes import FIRST_PLACES, NO_MEMBER, FileNotes, Tally
from mockservers.vendors.fanship.line_problems import LineProblem

NOTED = frozenset({"order_date", "member_id", "promotion_id", "property", "packaging_price"})
"""The keys whose values are noted."""

_DAY = itemgetter(slice(10))
"""The calendar day of a date and time."""

_FRACTION = LineProblem("has a packaging_price with a fraction")

Column = Callable[[str], Sequence[Any]]
"""The values of one key, purchase by purchase; None for a purchase without it."""


def note_purchases(
    notes: FileNotes, column: Column, names: AbstractSet[str], numbers: Sequence[int], first: int
) -> None:
    """Note purchases that the schema accepts.

    `names` is the union of their keys, `numbers` are their line numbers, `first` is the position of the first of them.
    """
    if "order_date" in names:
        _note_order_days(notes.order_days, column("order_date"), numbers)
    notes.members.extend(_digests_of_members(column("member_id") if "member_id" in names else [None] * len(numbers)))
    if "promotion_id" in names:
        for position, promotion in enumerate(column("promotion_id"), first):
            if promotion is not None:
                notes.promotions.add(position, "/promotion_id", promotion, says=not contains(None, promotion))
    if "property" in names:
        for number, entries in zip(numbers, column("property"), strict=True):
            if entries and any("key" not in entry or "value" not in entry for entry in entries):
                notes.incomplete_pairs.add(number, "/property")
    if "packaging_price" in names:
        _note_fractions(notes, column("packaging_price"), numbers, first)


def noted_purchase(notes: FileNotes | None, purchase: Mapping[str, Any], number: int, position: int) -> FileNotes:
    """Return the notes so far, extended by one purchase."""
    notes = FileNotes() if notes is None else notes
    note_purchases(notes, lambda name: [purchase.get(name)], purchase.keys(), [number], position)
    return notes


def _note_order_days(order_days: dict[str, Tally], dates: Sequence[str | None], numbers: Sequence[int]) -> None:
    days = [(date or "")[:10] for date in dates] if None in dates else list(map(_DAY, dates))  # type: ignore[arg-type]
    for day, count in Counter(days).items():
        if not day:
            continue
        tally = order_days.setdefault(day, Tally())
        for number, other in zip(numbers, days, strict=True) if len(tally.places) < FIRST_PLACES else ():
            if other == day and len(tally.places) < FIRST_PLACES:
                tally.places.append(f"line {number} /order_date")
        tally.count += count


def _digests_of_members(members: Sequence[str | None]) -> list[bytes]:
    digests = digests_of_ids([member for member in members if member is not None])
    if len(digests) == len(members):
        return digests
    named = iter(digests)
    return [NO_MEMBER if member is None else next(named) for member in members]


def _note_fractions(notes: FileNotes, prices: Sequence[Any], numbers: Sequence[int], first: int) -> None:
    if set(map(type, prices)) <= {int, type(None)}:
        return
    for position, (number, price) in enumerate(zip(numbers, prices, strict=True), first):
        if is_number(price) and not is_whole(exact(price)):
            notes.fractions.add(number, "/packaging_price", _FRACTION)
            notes.fraction_positions.append(position)
