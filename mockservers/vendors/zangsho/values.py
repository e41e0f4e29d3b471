"""Amounts, instants and emails: as they are kept, and when two of them say the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.deciding.draft import Draft
from mockservers.core.exchange.decision import NoteKind
from mockservers.core.values.equality import contains
from mockservers.core.values.formats import decimal
from mockservers.core.values.instants import Instant, instant
from mockservers.core.values.surrogates import has_surrogate
from mockservers.core.values.zones import ahead
from mockservers.vendors.zangsho.holding import fold
from mockservers.vendors.zangsho.problems import Problem, invalid, wrong_type

_EXACT = Context(prec=400)
_PLAIN_UTC = re.compile(r"[0-9-]{10}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")
_UTC = timedelta(0)


@dataclass(frozen=True, slots=True)
class Formats:
    """The fields of a schema, and which of them are amounts, instants and emails by their formats."""

    names: frozenset[str]
    amounts: frozenset[str]
    instants: frozenset[str]
    emails: frozenset[str]

    @classmethod
    def of(cls, contract: Contract, schema: str) -> Formats:
        named: dict[str, set[str]] = {"decimal": set(), "iso8601": set(), "email": set()}
        properties = contract.resolve(schema)["properties"]
        for name, spec in properties.items():
            resolved = contract.resolve(spec["$ref"]) if "$ref" in spec else spec
            named.get(resolved.get("format", ""), set()).add(name)
        return cls(frozenset(properties), *(frozenset(named[form]) for form in ("decimal", "iso8601", "email")))

    def same(self, name: str, sent: Any, held: Any) -> bool:
        """Whether what was sent for a field is held: amounts by their number, instants by their moment."""
        if sent is None or held is None:
            return sent is held
        if name in self.amounts:
            return decimal(sent) == decimal(held)
        if name in self.instants:
            return (instant_of(sent) or sent) == (instant_of(held) or held)
        if name in self.emails:
            return fold(sent) == fold(held)
        return contains(held, sent)

    def differing(self, sent: Mapping[str, Any], held: Mapping[str, Any]) -> list[str]:
        """The fields that were sent and are not held so."""
        return [name for name, value in sent.items() if not self.same(name, value, held.get(name))]


@dataclass(slots=True)
class Content:
    """The fields of an item as they are kept. `notes` are what there is to say of them once they are kept."""

    fields: dict[str, Any]
    notes: list[tuple[NoteKind, str, str, dict[str, Any]]] = field(default_factory=list)


def content(draft: Draft, formats: Formats, given: Mapping[str, Any]) -> Content | Problem:
    """What is given, as it is kept; or the first value that cannot be kept."""
    made = Content(dict(given))
    half = _half_character(draft, given)
    if half is not None:
        return half
    for name, value in given.items():
        if name in formats.amounts:
            kept = _amount(draft, made, name, value)
        elif name in formats.instants:
            kept = _instant(draft, made, name, value)
        else:
            continue
        if isinstance(kept, Problem):
            return kept
        made.fields[name] = kept
    return made


def _half_character(draft: Draft, given: Mapping[str, Any]) -> Problem | None:
    """The first field with half of a character in it, where such a text fails."""
    for name, value in given.items():
        if has_surrogate(value) and draft.reading("zangsho.item.half-character") == "refuse":
            return invalid(draft.contract, "zangsho.item.half-character", name)
    return None


def _amount(draft: Draft, made: Content, name: str, value: str | float) -> str | Problem:
    """A decimal text with at least as many places as the samples have."""
    places: int = draft.value("zangsho.amount.places", "places")
    if isinstance(value, str) and value[-places - 1 : -places] == "." and value[0] != "-":
        return value
    exact = decimal(value)
    if exact is None:
        return wrong_type(draft.contract, name, value, "a decimal")
    if not isinstance(value, str) and draft.reading("zangsho.amount.number") == "refuse":
        return invalid(draft.contract, "zangsho.amount.number", name, kept="nothing")
    if (
        exact < 0
        and name in draft.value("zangsho.amount.negative", "fields")
        and draft.reading("zangsho.amount.negative") == "refuse"
    ):
        return invalid(draft.contract, "zangsho.amount.negative", name)
    amount = _placed(draft, made, name, exact, places)
    if not isinstance(value, str) and not isinstance(amount, Problem):
        made.notes.append(("coerced", "zangsho.amount.number", name, {"kept": amount}))
    return amount


def _placed(draft: Draft, made: Content, name: str, exact: Decimal, places: int) -> str | Problem:
    whole, _, fraction = format(exact, "f").partition(".")
    fraction = fraction.rstrip("0")
    if len(fraction) > places:
        choice = draft.reading("zangsho.amount.places")
        if choice == "refuse":
            return invalid(draft.contract, "zangsho.amount.places", name, kept="nothing")
        if choice == "round":
            context = Context(prec=len(whole) + len(fraction) + 1, rounding=ROUND_HALF_UP)
            rounded = format(exact.quantize(Decimal(1).scaleb(-places), context=context), "f")
            made.notes.append(("truncated", "zangsho.amount.places", name, {"kept": rounded}))
            return rounded
    return f"{whole}.{fraction.ljust(places, '0')}" if places else whole


def _instant(draft: Draft, made: Content, name: str, value: str) -> str | Problem:
    """An instant in UTC, ending in Z."""
    if _PLAIN_UTC.fullmatch(value):
        return value
    parsed = instant(value, "iso8601")
    zoned = parsed is not None and parsed.zoned
    if parsed is not None and not zoned:
        choice = draft.reading("zangsho.instant.without-zone")
        if choice == "refuse":
            return invalid(draft.contract, "zangsho.instant.without-zone", name, kept="nothing")
        zone = draft.value("zangsho.instant.without-zone", "zones")[choice]
        parsed = parsed.taken_at(ahead(zone, parsed))
    written = None if parsed is None else parsed.written_at(_UTC)
    if written is None:
        return wrong_type(draft.contract, name, value, "a moment that the calendar has")
    kept = f"{written}Z"
    if not zoned:
        made.notes.append(("coerced", "zangsho.instant.without-zone", name, {"kept": kept}))
    return kept


def added(one: str, other: str, sign: int = 1) -> str:
    """The sum of two amounts, or their difference with the sign -1; with as many places as the finer one."""
    return format(_EXACT.fma(sign, _exact(other), _exact(one)), "f")


def _exact(amount: str) -> Decimal:
    exact = decimal(amount)
    return Decimal(0) if exact is None else exact  # 0.00 is false, and has two places


def instant_of(value: object) -> Instant | None:
    """The moment that a text names, in UTC, which it is taken for without a zone; None where it names none."""
    parsed = instant(value, "iso8601") if isinstance(value, str) else None
    return None if parsed is None else parsed.taken_at(_UTC)
