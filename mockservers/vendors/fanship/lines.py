"""A file of JSON lines, read once: a digest of its documents and a tally of everything odd about them.

Pure over the lines. Nothing here depends on a tenant; what depends on one (readings, time, what is held) is decided on
the digest later, under the tenant's lock.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any

from mockservers.core.contract import Contract
from mockservers.core.jsontext import NotJson, loads, pointer
from mockservers.core.rules import rule
from mockservers.core.spool import Digest, Spooled, identity
from mockservers.core.validation import Validator, Violation

_JST = timezone(timedelta(hours=9))
_FIRST_PLACES = 5


@dataclass(slots=True)
class Tally:
    """How many lines have something in common, the first of them, and what is wrong with the first."""

    count: int = 0
    places: list[str] = field(default_factory=list)
    problem: str = ""

    def add(self, place: str, problem: str = "") -> None:
        """Count one more."""
        self.count += 1
        if len(self.places) < _FIRST_PLACES:
            self.places.append(place)
            self.problem = self.problem or problem


@dataclass(slots=True)
class Notes:
    """What was found in a file besides its documents.

    `refused` by rule: lines that no reading accepts. `misdated`: lines whose order_date alone is wrong. `unknown` and
    `unknown_null` by key: keys that the schema does not know. `repeated`, by key: keys given twice. `days`: order dates
    by calendar day. `members`: identities of the member ids that lines name, `memberless` how many name none.
    """

    refused: dict[str, Tally] = field(default_factory=dict)
    misdated: Tally = field(default_factory=Tally)
    unknown: dict[str, Tally] = field(default_factory=dict)
    unknown_null: dict[str, Tally] = field(default_factory=dict)
    repeated: dict[str, Tally] = field(default_factory=dict)
    promoted: Tally = field(default_factory=Tally)
    halves: Tally = field(default_factory=Tally)
    fractions: Tally = field(default_factory=Tally)
    days: dict[str, Tally] = field(default_factory=dict)
    members: array[int] = field(default_factory=lambda: array("q"))
    memberless: int = 0


class Reader:
    """Digests files of one schema. `extra` looks at each document that is whole, for notes of its kind."""

    def __init__(
        self,
        contract: Contract,
        validator: Validator,
        content: Callable[[Mapping[str, Any]], int],
        extra: Callable[[Notes, dict[str, Any], int], None],
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
        for number, offset, raw in self._lines(source):
            digest.items += 1
            document = self._document(digest.notes, number, raw)
            if document is not None:
                digest.add(document["id"], self._content(document), offset, number)
                self._extra(digest.notes, document, number)
        return digest

    @rule("fanship.upload.blank-lines", "fanship.upload.no-size-limit")
    def _lines(self, source: Spooled) -> Iterator[tuple[int, int, bytes]]:
        """(line number from 1, offset, text) of each line that is not blank."""
        offset = 0
        with source.open() as reader:
            for number, raw in enumerate(iter(partial(reader.readline, self._line_bytes), b""), 1):
                if raw.strip():
                    yield number, offset, raw
                offset += len(raw)

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
            notes.repeated.setdefault(at.rpartition("/")[2], Tally()).add(f"line {number} {at}", repr(lost))
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
            notes.misdated.add(f"line {number} /order_date", _problem(violations[0]))
        return not others

    @rule("fanship.record.unknown-key")
    def _without_unknown(self, notes: Notes, number: int, document: dict[str, Any]) -> dict[str, Any]:
        unknown = [found for found in self._validator.unknown(document) if found[0] != ("promotion_id",)]
        for at, value in unknown:
            tally = notes.unknown_null if value is None else notes.unknown
            tally.setdefault(str(at[-1]), Tally()).add(f"line {number} {pointer(*at)}")
        return known(document, [at for at, _ in unknown]) if unknown else document

    def _refuse(self, notes: Notes, name: str, number: int, at: str, problem: str) -> None:
        notes.refused.setdefault(name, Tally()).add(f"line {number} {at}".rstrip(), problem)


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
    if (
        "property" not in document
        and "promotion_id" not in document
        and None not in document.values()
        and (ordered is None or (len(ordered) == 25 and ordered.endswith("+09:00")))
    ):
        return hash(frozenset(document.items()))
    return hash(frozenset((key, _frozen(key, value)) for key, value in document.items() if value is not None))


def member_content(document: Mapping[str, Any]) -> int:
    """A hash of what a member's line says."""
    return hash(frozenset((key, _frozen("", value)) for key, value in document.items() if value is not None))


def _frozen(key: str, value: Any) -> Any:
    if key == "order_date":
        return _instant(value)
    if isinstance(value, dict):
        return frozenset((name, _frozen("", item)) for name, item in value.items())
    if isinstance(value, list):
        return tuple(_frozen("", item) for item in value)
    return value


def _instant(text: str) -> str:
    try:
        return datetime.fromisoformat(text).astimezone(_JST).isoformat()
    except (ValueError, OverflowError):
        return text


@rule("fanship.record.half-property", "fanship.record.fractional-packaging-price")
def note_purchase(notes: Notes, document: dict[str, Any], number: int) -> None:
    """Notes on a purchase that is accepted and yet odd."""
    ordered = document.get("order_date")
    if ordered:
        day = notes.days.get(ordered[:10])
        if day is None:
            day = notes.days[ordered[:10]] = Tally()
        day.add(f"line {number} /order_date")
    member = document.get("member_id")
    if member is None:
        notes.memberless += 1
    else:
        notes.members.append(identity(member))
    if document.get("promotion_id") is not None:
        notes.promoted.add(f"line {number} /promotion_id")
    if any("key" not in entry or "value" not in entry for entry in document.get("property") or ()):
        notes.halves.add(f"line {number} /property")
    price = document.get("packaging_price")
    if isinstance(price, float) and not price.is_integer():
        notes.fractions.add(f"line {number} /packaging_price")


def note_member(_notes: Notes, _document: dict[str, Any], _number: int) -> None:
    """A member's fields are not known, so there is nothing to find odd about them."""


def _problem(violation: Violation) -> str:
    if violation.keyword == "required":
        return f"lacks {violation.at[-1]}"
    return f"breaks `{violation.keyword}`: {violation.message[:200]}"
