"""What was found in a file besides its documents: tallies of lines, and the keys of lines that come to nothing."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from mockservers.core.values.digests import SIZE, Digests
from mockservers.core.values.equality import digest as digest_of
from mockservers.core.values.json_text import tokens_of
from mockservers.core.values.numbers import exact, is_number, is_whole

FIRST_PLACES = 5
NOBODY = bytes(SIZE)
"""In the column of members: a line that names none."""


@dataclass(slots=True)
class Tally:
    """How many lines have something in common, the first of them, and what is wrong with the first."""

    count: int = 0
    places: list[str] = field(default_factory=list)
    problem: str = ""

    def add(self, line: int, at: str = "", problem: str = "") -> None:
        """Count one more line, for what is at a place in it."""
        self.count += 1
        if len(self.places) < FIRST_PLACES:
            self.places.append(f"line {line} {at}".rstrip())
            self.problem = self.problem or problem


class Keyed:
    """Keys of lines that come to nothing, in columns: the document's position, the place in it, a digest of the value.

    `says` is 0 for a value that says nothing, or nothing but what is kept.
    """

    __slots__ = ("_places", "names", "places", "positions", "says", "values")

    def __init__(self) -> None:
        self.positions, self.places, self.says = array("l"), array("l"), array("B")
        self.values = Digests()
        self.names: list[str] = []
        self._places: dict[str, int] = {}

    def add(self, position: int, at: str, value: Any, *, says: bool) -> None:
        """Note a value at a place in the document at a position."""
        place = self._places.setdefault(at, len(self.names))
        if place == len(self.names):
            self.names.append(at)
        self.positions.append(position)
        self.places.append(place)
        self.values.extend((digest_of(value),))
        self.says.append(says)

    def by_key(self) -> Iterator[tuple[str, bool, list[int]]]:
        """(key, whether something is said, rows) for each of them."""
        found: dict[tuple[str, int], list[int]] = {}
        keys = [tokens_of(name)[-1] for name in self.names]
        for row, place in enumerate(self.places):
            found.setdefault((keys[place], self.says[row]), []).append(row)
        for (key, says), rows in found.items():
            yield key, bool(says), rows

    def at(self, row: int) -> str:
        """The place of a row, as a JSON pointer."""
        return self.names[self.places[row]]

    def __len__(self) -> int:
        return len(self.positions)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Keyed) and all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    __hash__ = None  # type: ignore[assignment]


_ODD = {"promotion_id", "property", "packaging_price"}
_MEMBERS_REMEMBERED = 100_000


class _Members(dict[str | None, bytes]):
    """Digests of member ids by id. Many lines name the same few."""

    def __missing__(self, member: str) -> bytes:
        if len(self) > _MEMBERS_REMEMBERED:
            self.clear()
            self[None] = NOBODY
        digest = self[member] = digest_of(member)
        return digest


@dataclass(slots=True)
class Notes:
    """What was found in a file besides its documents.

    `refused` by rule: lines that no reading accepts. `misdated`: lines whose order_date alone is wrong, `dates` these
    values. `unknown`: keys that the schema does not know. `repeated`: keys given twice. `promoted`: promotion_id.
    `priced`: positions of the lines of `fractions`. `days`: order dates by calendar day. `members`: digests of the
    member ids that lines name, NOBODY for none.
    `marked`: the file begins with a byte order mark.
    """

    refused: dict[str, Tally] = field(default_factory=dict)
    misdated: Tally = field(default_factory=Tally)
    dates: Keyed = field(default_factory=Keyed)
    unknown: Keyed = field(default_factory=Keyed)
    repeated: Keyed = field(default_factory=Keyed)
    promoted: Keyed = field(default_factory=Keyed)
    halves: Tally = field(default_factory=Tally)
    fractions: Tally = field(default_factory=Tally)
    priced: array[int] = field(default_factory=lambda: array("l"))
    days: dict[str, Tally] = field(default_factory=dict)
    members: Digests = field(default_factory=Digests)
    known_members: _Members = field(default_factory=lambda: _Members({None: NOBODY}), repr=False, compare=False)
    marked: bool = False


def note_purchases(
    notes: Notes, purchases: Sequence[Mapping[str, Any]], names: AbstractSet[str], numbers: Sequence[int], first: int
) -> None:
    """Notes on purchases that are accepted, the odd ones above all.

    `names` are all keys that they have, `numbers` their lines, `first` the position of the first of them.
    """
    if "order_date" in names:
        _note_days(notes.days, purchases, numbers)
    if "member_id" in names:
        known = notes.known_members
        notes.members.extend([known[purchase.get("member_id")] for purchase in purchases])
    else:
        notes.members.extend([NOBODY] * len(purchases))
    if names & _ODD:
        for at, (number, purchase) in enumerate(zip(numbers, purchases, strict=True)):
            _note_oddities(notes, purchase, number, first + at)


def noted_purchase(notes: Notes | None, purchase: Mapping[str, Any], number: int, position: int) -> Notes:
    """The notes on lines so far, and on one more purchase."""
    notes = Notes() if notes is None else notes
    note_purchases(notes, [purchase], purchase.keys(), [number], position)
    return notes


def _note_days(days: dict[str, Tally], purchases: Sequence[Mapping[str, Any]], numbers: Sequence[int]) -> None:
    found = [(purchase.get("order_date") or "")[:10] for purchase in purchases]
    for day, count in Counter(found).items():
        if not day:
            continue
        tally = days.setdefault(day, Tally())
        for number, other in zip(numbers, found, strict=True) if len(tally.places) < FIRST_PLACES else ():
            if other == day and len(tally.places) < FIRST_PLACES:
                tally.places.append(f"line {number} /order_date")
        tally.count += count


def _note_oddities(notes: Notes, purchase: Mapping[str, Any], number: int, position: int) -> None:
    promotion = purchase.get("promotion_id")
    if promotion is not None:
        notes.promoted.add(position, "/promotion_id", promotion, says=True)
    entries = purchase.get("property")
    if entries and any("key" not in entry or "value" not in entry for entry in entries):
        notes.halves.add(number, "/property")
    price = purchase.get("packaging_price")
    if is_number(price) and type(price) is not int and not is_whole(exact(price)):
        notes.fractions.add(number, "/packaging_price", "has a packaging_price with a fraction")
        notes.priced.append(position)


def note_members(
    _notes: Notes, _members: Sequence[Mapping[str, Any]], _names: AbstractSet[str], _numbers: Sequence[int], _first: int
) -> None:
    """A member's fields are not known, so there is nothing to find odd about them."""
