"""Notes on a file, taken while it is read: tallies of lines, and ignored keys."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any

from mockservers.core.exchange.decision import FURTHER_KEYS, FURTHER_PROBLEMS, KEYS_NAMED
from mockservers.core.value import Struct, field, replace
from mockservers.core.values.digests import SIZE, Digests
from mockservers.core.values.equality import digest as digest_of
from mockservers.core.values.json_text import pointer, tokens_of
from mockservers.vendors.fanship.line_problems import LineProblem

FIRST_PLACES = 5
FURTHER_PLACE = pointer(FURTHER_KEYS)
NO_MEMBER = bytes(SIZE)
"""The digest of a line that names no member."""


class Tally(Struct):
    """A count of similar lines, their first places, and the problem of the first line."""

    count: int = 0
    places: list[str] = field(default_factory=list)
    problem: LineProblem | None = None

    def add(self, line: int, at: str = "", problem: LineProblem | None = None) -> None:
        """Count one more line. `at` is the place in it, as a JSON pointer."""
        self.count += 1
        if len(self.places) < FIRST_PLACES:
            self.places.append(f"line {line} {at}".rstrip())
            self.problem = self.problem or problem


class IgnoredKeys:
    """Ignored keys of lines, in columns: the document's position, the place in it, the value's digest.

    `says` is 0 for a value that is empty or equal to the stored value: ignoring it is no loss.
    """

    __slots__ = ("_places", "names", "places", "positions", "says", "values")

    def __init__(self) -> None:
        self.positions, self.places, self.says = array("l"), array("l"), array("B")
        self.values = Digests()
        self.names: list[str] = []
        self._places: dict[str, int] = {}

    def add(self, position: int, at: str, value: Any, *, says: bool) -> None:
        """Note the value at a place in the document at a position. Places beyond `KEYS_NAMED` are combined."""
        if len(self.names) >= KEYS_NAMED and at not in self._places:
            at = FURTHER_PLACE
        place = self._places.setdefault(at, len(self.names))
        if place == len(self.names):
            self.names.append(at)
        self.positions.append(position)
        self.places.append(place)
        self.values.extend((digest_of(value),))
        self.says.append(says)

    def by_key(self) -> Iterator[tuple[str, bool, list[int]]]:
        """Yield (key, whether ignoring it loses a value, rows)."""
        rows_by_key: dict[tuple[str, int], list[int]] = {}
        keys = [tokens_of(name)[-1] for name in self.names]
        for row, place in enumerate(self.places):
            rows_by_key.setdefault((keys[place], self.says[row]), []).append(row)
        for (key, says), rows in rows_by_key.items():
            yield key, bool(says), rows

    def at(self, row: int) -> str:
        """Return the place of a row, as a JSON pointer."""
        return self.names[self.places[row]]

    def __len__(self) -> int:
        return len(self.positions)

    def __eq__(self, other: object) -> bool:
        slots = self.__slots__
        return isinstance(other, IgnoredKeys) and all(getattr(self, name) == getattr(other, name) for name in slots)

    __hash__ = None  # type: ignore[assignment]


class FileNotes(Struct):
    """The notes on a file.

    Tallies of lines:

    `refused`           lines that no reading accepts, by rule and problem
    `invalid_dates`     lines whose only error is order_date
    `incomplete_pairs`  lines with a property entry that lacks its key or its value
    `fractions`         lines whose packaging_price has a fraction, `fraction_positions` their positions
    `half_characters`   lines with a lone surrogate in a text, `half_positions` their positions
    `order_days`        lines with an order_date, by calendar day

    Ignored keys: `unknown` to the schema, `repeated` in an object, `promotions` (promotion_id) and `dates` (the values
    of `invalid_dates`).

    `members` has a digest for each document, of the member id that it names or NO_MEMBER. `has_mark`: the file begins
    with a byte order mark.
    """

    refused: dict[tuple[str, str], Tally] = field(default_factory=dict)
    invalid_dates: Tally = field(default_factory=Tally)
    dates: IgnoredKeys = field(default_factory=IgnoredKeys)
    unknown: IgnoredKeys = field(default_factory=IgnoredKeys)
    repeated: IgnoredKeys = field(default_factory=IgnoredKeys)
    promotions: IgnoredKeys = field(default_factory=IgnoredKeys)
    incomplete_pairs: Tally = field(default_factory=Tally)
    fractions: Tally = field(default_factory=Tally)
    fraction_positions: array[int] = field(default_factory=lambda: array("l"))
    half_characters: Tally = field(default_factory=Tally)
    half_positions: array[int] = field(default_factory=lambda: array("l"))
    order_days: dict[str, Tally] = field(default_factory=dict)
    members: Digests = field(default_factory=Digests)
    has_mark: bool = False

    def refuse(self, rule_id: str, line: int, at: str, problem: LineProblem) -> None:
        """Count a line that no reading accepts. Problems beyond `KEYS_NAMED` are combined for each rule."""
        if len(self.refused) >= KEYS_NAMED and (rule_id, problem.text) not in self.refused:
            problem = replace(problem, text=FURTHER_PROBLEMS, detail=problem.in_detail)
        self.refused.setdefault((rule_id, problem.text), Tally()).add(line, at, problem)
