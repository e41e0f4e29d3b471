"""Amounts, instants and emails: their equality, and sums of amounts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.value import Value
from mockservers.core.values.equality import contains
from mockservers.core.values.formats import decimal
from mockservers.core.values.instants import Instant, instant

UTC = timedelta(0)

INSTANT = "date-time-or-iso8601"
"""The format of instants in the contract."""

_EXACT = Context(prec=400)
"""Sums are exact up to 400 digits. The default context rounds to 28."""


class FieldFormats(Value):
    """The fields of a schema, and which of them are amounts, instants and emails by their formats."""

    names: frozenset[str]
    amounts: frozenset[str]
    instants: frozenset[str]
    emails: frozenset[str]

    @classmethod
    @lru_cache(maxsize=64)
    def of(cls, contract: Contract, schema: str) -> FieldFormats:
        """Return the formats of a schema's fields."""
        names_by_format: dict[str, set[str]] = {"decimal": set(), INSTANT: set(), "email": set()}
        properties = contract.resolve(schema)["properties"]
        for name, spec in properties.items():
            resolved = contract.resolve(spec["$ref"]) if "$ref" in spec else spec
            names_by_format.get(resolved.get("format", ""), set()).add(name)
        formats = (frozenset(names_by_format[name]) for name in ("decimal", INSTANT, "email"))
        return cls(frozenset(properties), *formats)

    def is_equal(self, name: str, sent: Any, held: Any) -> bool:
        """Return whether the value sent for a field is held: amounts compare as numbers, instants as moments."""
        if sent is None or held is None:
            return held is None and contains(held, sent)  # an empty object has no content
        if name in self.amounts:
            return decimal(sent) == decimal(held)
        if name in self.instants:
            return (instant_of(sent) or sent) == (instant_of(held) or held)
        if name in self.emails:
            return fold(sent) == fold(held)
        return contains(held, sent)

    def differing(self, sent: Mapping[str, Any], held: Mapping[str, Any]) -> list[str]:
        """Return the fields whose sent value is not held."""
        return [name for name, value in sent.items() if not self.is_equal(name, value, held.get(name))]


def fold(email: object) -> str:
    """Return an email as it is indexed: stripped and case-folded."""
    return _folded(email if email.__class__ is str else str(email))


@lru_cache(maxsize=4096)
def _folded(email: str) -> str:
    return email.strip().casefold()


def is_blank(value: Any) -> bool:
    """Return whether a value is an empty text or only white space."""
    return isinstance(value, str) and not value.strip()


def add(one: str, other: str, sign: int = 1) -> str:
    """Return the sum of two amounts, or their difference with the sign -1.

    It has the larger count of decimal places.
    """
    return format(_EXACT.fma(sign, _exact(other), _exact(one)), "f")


def instant_of(value: object) -> Instant | None:
    """Return the moment of a text, in UTC if it has no offset; None if it is not a moment."""
    parsed = instant(value, INSTANT) if isinstance(value, str) else None
    return None if parsed is None else parsed.taken_at(UTC)


def _exact(amount: str) -> Decimal:
    exact = decimal(amount)
    return Decimal(0) if exact is None else exact  # 0.00 is false, and has two places
