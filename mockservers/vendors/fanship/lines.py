"""A file of JSON lines, read once: a digest of its documents and a tally of everything odd about them.

Pure over the lines. Nothing here depends on a tenant; what depends on one (readings, time, what is held) is decided on
the digest later, under the tenant's lock.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from itertools import accumulate, compress
from operator import itemgetter
from typing import Any, BinaryIO

from mockservers.core.contract import Contract
from mockservers.core.jsontext import NotJson, flat_objects, loads, pointer, tokens_of, value_at
from mockservers.core.rules import rule
from mockservers.core.spool import Digest, Spooled, identity
from mockservers.core.validation import Validator, Violation
from mockservers.core.values.equality import equal
from mockservers.core.values.instants import instant

_JST = timedelta(hours=9)
_FIRST_PLACES = 5
_AT_ONCE = 32 * 1024
"""Bytes of lines looked at together. More would not stay near the processor."""


@dataclass(slots=True)
class Tally:
    """How many lines have something in common, the first of them, and what is wrong with the first."""

    count: int = 0
    places: list[str] = field(default_factory=list)
    problem: str = ""

    def add(self, line: int, at: str = "", problem: str = "") -> None:
        """Count one more line, for what is at a place in it."""
        self.count += 1
        if len(self.places) < _FIRST_PLACES:
            self.places.append(f"line {line} {at}".rstrip())
            self.problem = self.problem or problem


@dataclass(slots=True)
class Notes:
    """What was found in a file besides its documents.

    `refused` by rule: lines that no reading accepts. `misdated`: lines whose order_date alone is wrong. `unknown` and
    `unknown_null` by key: keys that the schema does not know. `repeated` and `repeated_same` by key: keys given twice,
    with another value and with the same. `days`: order dates by calendar day. `members`: identities of the member ids
    that lines name, `memberless` how many name none.
    """

    refused: dict[str, Tally] = field(default_factory=dict)
    misdated: Tally = field(default_factory=Tally)
    unknown: dict[str, Tally] = field(default_factory=dict)
    unknown_null: dict[str, Tally] = field(default_factory=dict)
    repeated: dict[str, Tally] = field(default_factory=dict)
    repeated_same: dict[str, Tally] = field(default_factory=dict)
    promoted: Tally = field(default_factory=Tally)
    halves: Tally = field(default_factory=Tally)
    fractions: Tally = field(default_factory=Tally)
    days: dict[str, Tally] = field(default_factory=dict)
    members: array[int] = field(default_factory=lambda: array("q"))
    memberless: int = 0


@dataclass(frozen=True, slots=True)
class _Batch:
    """Some lines: their numbers from 1, their offsets into the file, their texts without white space around."""

    numbers: Sequence[int]
    offsets: Sequence[int]
    texts: Sequence[bytes]

    def without_blanks(self) -> _Batch:
        """The lines that have a text."""
        numbers, offsets = (list(compress(column, self.texts)) for column in (self.numbers, self.offsets))
        return _Batch(numbers, offsets, list(filter(None, self.texts)))


class Reader:
    """Digests files of one schema. `extra` looks at documents that are whole, each with its line, for notes."""

    def __init__(
        self,
        contract: Contract,
        validator: Validator,
        content: Callable[[Mapping[str, Any]], int],
        extra: Callable[[Notes, Sequence[Mapping[str, Any]], Sequence[int]], None],
    ) -> None:
        self._contract = contract
        self._validator = validator
        self._known = frozenset(validator.shape.properties) | {"promotion_id"}
        self._content = content
        self._extra = extra
        self._line_bytes: int = contract.value("fanship.upload.no-size-limit", "line_bytes")

    def digest(self, source: Spooled) -> Digest:
        """Read a file from its first line to its last."""
        digest = Digest(source, notes=Notes())
        for batch in self._batches(source):
            digest.items += len(batch.texts)
            documents = self._plain(batch.texts)
            if documents:
                self._take(digest, documents, batch.offsets, batch.numbers)
            else:
                self._take_each(digest, batch)
        return digest

    def _take(
        self, digest: Digest, documents: list[dict[str, Any]], offsets: Sequence[int], numbers: Sequence[int]
    ) -> None:
        keys = [document["id"] for document in documents]
        digest.extend(keys, map(self._content, documents), offsets, numbers)
        self._extra(digest.notes, documents, numbers)

    def _take_each(self, digest: Digest, batch: _Batch) -> None:
        for text, offset, number in zip(batch.texts, batch.offsets, batch.numbers, strict=True):
            document = self._document(digest.notes, number, text)
            if document is not None:
                self._take(digest, [document], [offset], [number])

    def _plain(self, texts: Sequence[bytes]) -> list[dict[str, Any]] | None:
        """The documents of lines about which there is nothing to say; None where there is, and each needs a look."""
        documents = flat_objects(texts)
        if documents and self._validator.all_valid(documents) and set().union(*documents) <= self._known:
            return documents
        return None

    @rule("fanship.upload.blank-lines", "fanship.upload.no-size-limit")
    def _batches(self, source: Spooled) -> Iterator[_Batch]:
        """The lines that are not blank, some at a time."""
        number, offset = 1, 0
        with source.open() as reader:
            while lines := self._some_lines(reader):
                texts = [line.strip() for line in lines]
                *offsets, after = accumulate(map(len, lines), initial=offset)
                batch = _Batch(range(number, number + len(lines)), offsets, texts)
                yield batch if all(texts) else batch.without_blanks()
                number, offset = number + len(lines), after

    def _some_lines(self, reader: BinaryIO) -> list[bytes]:
        lines: list[bytes] = []
        size = 0
        while size < _AT_ONCE and (line := reader.readline(self._line_bytes)):
            lines.append(line)
            size += len(line)
        return lines

    @rule("fanship.record.json-lines", "fanship.record.schema", "fanship.record.property-limit")
    def _document(self, notes: Notes, number: int, raw: bytes) -> dict[str, Any] | None:
        """The document of a line, without the keys that nobody knows; None when the line is refused."""
        try:
            text = loads(raw)
        except NotJson as reason:
            self._refuse(notes, "fanship.record.json-lines", number, "", f"is not JSON: {reason}")
            return None
        value = text.value
        if not self._validator.valid(value) and not self._is_misdated(notes, number, value):
            return None
        for at, lost in text.duplicates:
            differs = lost is not None and not equal(lost, value_at(value, at))
            tallies = notes.repeated if differs else notes.repeated_same
            tallies.setdefault(tokens_of(at)[-1], Tally()).add(number, at)
        document: dict[str, Any] = value
        if not document.keys() <= self._known or "property" in document:
            document = self._without_unknown(notes, number, document)
        return document

    @rule("fanship.record.date-time")
    def _is_misdated(self, notes: Notes, number: int, value: Any) -> bool:
        """Note what is wrong with a line; True when it is only an order_date that another reading would take."""
        violations = self._validator.violations(value)
        rules = [(self._contract.ground_rule(violation), violation) for violation in violations]
        others = [(name, violation) for name, violation in rules if name != "fanship.record.date-time"]
        for name, violation in others[:1]:
            self._refuse(notes, name, number, violation.pointer, _problem(violation))
        if not others:
            notes.misdated.add(number, "/order_date", _problem(violations[0]))
        return not others

    @rule("fanship.record.unknown-key")
    def _without_unknown(self, notes: Notes, number: int, document: dict[str, Any]) -> dict[str, Any]:
        unknown = [found for found in self._validator.unknown(document) if found[0] != ("promotion_id",)]
        for at, value in unknown:
            tally = notes.unknown_null if value is None else notes.unknown
            tally.setdefault(str(at[-1]), Tally()).add(number, pointer(*at))
        return known(document, [at for at, _ in unknown]) if unknown else document

    def _refuse(self, notes: Notes, name: str, number: int, at: str, problem: str) -> None:
        notes.refused.setdefault(name, Tally()).add(number, at, problem)


def known(document: Mapping[str, Any], unknown: list[tuple[str | int, ...]]) -> dict[str, Any]:
    """A document less the unknown keys at its own level and in its properties."""
    gone = {at[0] for at in unknown if len(at) == 1}
    kept = {key: value for key, value in document.items() if key not in gone}
    nested = [at for at in unknown if len(at) > 1]
    if nested:
        kept["property"] = [
            {key: value for key, value in entry.items() if ("property", index, key) not in nested}
            for index, entry in enumerate(kept["property"])
        ]
    return kept


def purchase_content(document: Mapping[str, Any]) -> int:
    """A hash of what a purchase says: null equals absent, 100 equals 100.0, equal instants are equal."""
    ordered = document.get("order_date")
    if ordered and not (ordered.endswith("+09:00") and len(ordered) == 25 and ordered[10] == "T"):
        document = {**document, "order_date": _instant(ordered)}
    return member_content(document)


def member_content(document: Mapping[str, Any]) -> int:
    """A hash of what a member's line says."""
    names, values_of = _in_order(tuple(document))
    values = values_of(document)
    if None in values:
        return member_content({key: value for key, value in document.items() if value is not None})
    try:
        return hash((names, values))
    except TypeError:  # something is nested in it
        return hash((names, _frozen(values)))


@lru_cache(maxsize=1_000)
def _in_order(names: tuple[str, ...]) -> tuple[int, Callable[[Mapping[str, Any]], tuple[Any, ...]]]:
    """For documents with these names: a hash of them, and what gives the values in an order that is always the same.

    Many documents have the same names, and values in order are hashed at half the cost of pairs in none.
    """
    ordered = sorted(names)
    return hash(tuple(ordered)), itemgetter(*ordered) if len(ordered) > 1 else lambda held: tuple(held.values())


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return frozenset((name, _frozen(item)) for name, item in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(_frozen, value))
    return value


def _instant(text: str) -> str:
    at = instant(text, "date-time")
    if at is None:
        return text
    written = at.written_at(_JST)
    return at.canonical if written is None else f"{written}+09:00"


@rule("fanship.record.half-property", "fanship.record.fractional-packaging-price")
def note_purchases(notes: Notes, purchases: Sequence[Mapping[str, Any]], numbers: Sequence[int]) -> None:
    """Notes on purchases that are accepted, the odd ones above all."""
    days, members = notes.days, notes.members
    for number, purchase in zip(numbers, purchases, strict=True):
        said = purchase.get
        ordered = said("order_date")
        if ordered:
            day = days.get(ordered[:10])
            if day is None:
                day = days[ordered[:10]] = Tally()
            if day.count < _FIRST_PLACES:
                day.add(number, "/order_date")
            else:
                day.count += 1
        member = said("member_id")
        if member is None:
            notes.memberless += 1
        else:
            members.append(identity(member))
        if said("promotion_id") is not None:
            notes.promoted.add(number, "/promotion_id")
        entries = said("property")
        if entries and any("key" not in entry or "value" not in entry for entry in entries):
            notes.halves.add(number, "/property")
        price = said("packaging_price")
        if isinstance(price, float) and not price.is_integer():
            notes.fractions.add(number, "/packaging_price")


def note_members(_notes: Notes, _members: Sequence[Mapping[str, Any]], _numbers: Sequence[int]) -> None:
    """A member's fields are not known, so there is nothing to find odd about them."""


def _problem(violation: Violation) -> str:
    if violation.keyword == "required":
        return f"lacks {violation.at[-1]}"
    return f"breaks `{violation.keyword}`: {violation.message[:200]}"
