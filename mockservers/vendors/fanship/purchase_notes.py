"""Notes on the purchases of a file: order dates, member ids, and values that a reading may treat differently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from mockservers.core.values.numbers import exact, is_number, is_whole
from mockservers.vendors.fanship.file_notes import FIRST_PLACES, NO_MEMBER, FileNotes, Tally

_NOTED_ONE_BY_ONE = {"promotion_id", "property", "packaging_price"}


def note_purchases(
    notes: FileNotes,
    purchases: Sequence[Mapping[str, Any]],
    names: AbstractSet[str],
    numbers: Sequence[int],
    first: int,
) -> None:
    """Note purchases that the schema accepts.

    `names` is the union of their keys, `numbers` are their line numbers, `first` is the position of the first of them.
    """
    if "order_date" in names:
        _note_order_days(notes.order_days, purchases, numbers)
    if "member_id" in names:
        digests = notes.member_digests
        notes.members.extend([digests[purchase.get("member_id")] for purchase in purchases])
    else:
        notes.members.extend([NO_MEMBER] * len(purchases))
    if names & _NOTED_ONE_BY_ONE:
        for at, (number, purchase) in enumerate(zip(numbers, purchases, strict=True)):
            _note_purchase(notes, purchase, number, first + at)


def noted_purchase(notes: FileNotes | None, purchase: Mapping[str, Any], number: int, position: int) -> FileNotes:
    """Return the notes so far, extended by one purchase."""
    notes = FileNotes() if notes is None else notes
    note_purchases(notes, [purchase], purchase.keys(), [number], position)
    return notes


def _note_order_days(
    order_days: dict[str, Tally], purchases: Sequence[Mapping[str, Any]], numbers: Sequence[int]
) -> None:
    days = [(purchase.get("order_date") or "")[:10] for purchase in purchases]
    for day, count in Counter(days).items():
        if not day:
            continue
        tally = order_days.setdefault(day, Tally())
        for number, other in zip(numbers, days, strict=True) if len(tally.places) < FIRST_PLACES else ():
            if other == day and len(tally.places) < FIRST_PLACES:
                tally.places.append(f"line {number} /order_date")
        tally.count += count


def _note_purchase(notes: FileNotes, purchase: Mapping[str, Any], number: int, position: int) -> None:
    promotion = purchase.get("promotion_id")
    if promotion is not None:
        notes.promotions.add(position, "/promotion_id", promotion, says=True)
    entries = purchase.get("property")
    if entries and any("key" not in entry or "value" not in entry for entry in entries):
        notes.incomplete_pairs.add(number, "/property")
    price = purchase.get("packaging_price")
    if is_number(price) and type(price) is not int and not is_whole(exact(price)):
        notes.fractions.add(number, "/packaging_price", "has a packaging_price with a fraction")
        notes.fraction_positions.append(position)
