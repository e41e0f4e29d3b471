"""When two JSON values are equal, and when one contains another. All comparisons use this module.

    equal(one, other)      the same type and the same exact value: true is not 1, 1 is 1.0, in whatever order the keys
    contains(held, sent)   `held` has everything that `sent` says
    missing(held, sent)    the places in `sent` that `held` lacks

Null, an empty object and an empty list say nothing, so every value contains them. `Equality` does the same for values
with a schema: texts of the format `decimal` are compared as numbers, dates and times as instants, e-mail addresses
without regard to case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from itertools import repeat
from secrets import token_bytes
from typing import Any

import orjson
from xxhash import xxh3_128_digest

from mockservers.core.value import Struct, field
from mockservers.core.values.formats import decimal
from mockservers.core.values.instants import PARSERS, instant
from mockservers.core.values.numbers import exact, is_number, number

At = tuple[str | int, ...]
Form = Callable[[str], tuple[str, Any] | None]
"""The value that a text represents: ("number", Decimal), or (kind, canonical text); None if it is only a text."""

_PLAIN_TYPES = frozenset({str, int, bool, type(None)})
"""Types whose values Python compares as JSON does, within one type."""

_KEY = int.from_bytes(token_bytes(8))
"""Of this process only. XXH3 takes a tenth of the time of a cryptographic hash, and is safe while the key is secret."""


class Equality(Struct):
    """Equality of values that a schema describes: `form` for a text, `properties` of an object, `items` of a list."""

    form: Form | None = None
    properties: dict[str, Equality] = field(default_factory=dict)
    items: Equality | None = None

    def at(self, steps: Iterable[str]) -> Equality:
        """Equality of the values at a place in a value, or at all places that a pattern with `*` names."""
        equality = self
        for step in steps:
            items = equality.items if step == "*" or step.isdecimal() else None
            equality = equality.properties.get(step) or items or PLAIN
        return equality

    def equal(self, one: Any, other: Any) -> bool:
        """Whether two values are equal."""
        kind = type(one)
        if kind is type(other) and kind in _PLAIN_TYPES and self.form is None:
            return bool(one == other)
        if isinstance(one, dict):
            return (
                isinstance(other, dict)
                and one.keys() == other.keys()
                and all(self._of(key).equal(value, other[key]) for key, value in one.items())
            )
        if isinstance(one, list):
            inner = self.items or PLAIN
            return isinstance(other, list) and len(one) == len(other) and all(map(inner.equal, one, other))
        return bool(self._scalar(one) == self._scalar(other))

    def contains(self, held: Any, sent: Any) -> bool:
        """Whether `held` has everything that `sent` says. Items of a list must be held in the same order."""
        return next(self.missing(held, sent), None) is None

    def missing(self, held: Any, sent: Any, at: At = ()) -> Iterator[At]:
        """Yield the places of values in `sent` that `held` lacks. Each place starts with `at`."""
        if sent is None:
            return
        if isinstance(sent, dict):
            known = held if isinstance(held, dict) else {}
            for key, value in sent.items():
                yield from self._of(key).missing(known.get(key), value, (*at, key))
        elif isinstance(sent, list):
            yield from self._missing_items(held if isinstance(held, list) else [], sent, at)
        elif not self.equal(held, sent):
            yield at

    def _missing_items(self, held: list[Any], sent: list[Any], at: At) -> Iterator[At]:
        inner, start = self.items or PLAIN, 0
        for index, value in enumerate(sent):
            place = next((n for n in range(start, len(held)) if inner.contains(held[n], value)), None)
            if place is not None:
                start = place + 1
            else:
                beside = held[index] if len(held) == len(sent) else inner.nearest(held[start:], value)
                yield from inner.missing(beside, value, (*at, index))

    def nearest(self, held: list[Any], sent: Any) -> Any:
        """Return the value of the list that lacks least of what `sent` says; None for an empty list."""
        return min(held, key=lambda one: sum(1 for _ in self.missing(one, sent)), default=None)

    def canonical(self, value: Any) -> Any:
        """Return the canonical form of a value, which all equal values share. It has JSON types and Decimal."""
        if isinstance(value, dict):
            return {key: self._of(key).canonical(item) for key, item in value.items()}
        if isinstance(value, list):
            inner = self.items or PLAIN
            return [inner.canonical(item) for item in value]
        if isinstance(value, str) and self.form is not None:
            stands_for = self.form(value)
            if stands_for is None:
                return value
            return number(stands_for[1]) if stands_for[0] == "number" else list(stands_for)
        if isinstance(value, float | Decimal):
            return number(exact(value))
        return value

    def digest(self, value: Any) -> bytes:
        """Return 16 bytes. Within this process equal values have equal digests, and others different ones."""
        return written_digests((written(self.canonical(value)),))[0]

    def _of(self, key: str) -> Equality:
        return self.properties.get(key, PLAIN)

    def _scalar(self, value: Any) -> tuple[str, Any]:
        """Return a value that is neither object nor list in a form that Python compares as JSON does."""
        if is_number(value):
            return "number", exact(value)
        if isinstance(value, str) and self.form is not None:
            stands_for = self.form(value)
            if stands_for is not None:
                return stands_for
        return type(value).__name__, value


PLAIN = Equality()
"""Equality of values without a schema."""

equal, contains, missing, digest = PLAIN.equal, PLAIN.contains, PLAIN.missing, PLAIN.digest


def of_schema(schema: Mapping[str, Any], resolve: Callable[[str], Any]) -> Equality:
    """Return the equality that the formats of a schema define. `resolve` returns the target of a `$ref`."""
    return _of_schema(schema, resolve, frozenset())


def _of_schema(schema: Any, resolve: Callable[[str], Any], above: frozenset[str]) -> Equality:
    equality = Equality()
    if not isinstance(schema, Mapping):
        return equality
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference not in above:
        equality = _of_schema(resolve(reference), resolve, above | {reference})
    for part in schema.get("allOf", ()):
        other = _of_schema(part, resolve, above)
        equality.form, equality.items = equality.form or other.form, equality.items or other.items
        equality.properties |= other.properties
    equality.form = _FORMS.get(schema.get("format", ""), equality.form)
    equality.properties |= {
        name: _of_schema(each, resolve, above) for name, each in schema.get("properties", {}).items()
    }
    if "items" in schema:
        equality.items = _of_schema(schema["items"], resolve, above)
    return equality


def _amount(text: str) -> tuple[str, Decimal] | None:
    value = decimal(text)
    return None if value is None else ("number", value)


def _instant(form: str, text: str) -> tuple[str, str] | None:
    moment = instant(text, form)
    return None if moment is None else ("instant", moment.canonical)


def _mailbox(text: str) -> tuple[str, str]:
    return "email", text.strip().casefold()


_FORMS: Mapping[str, Form] = {
    "decimal": _amount,
    **{form: partial(_instant, form) for form in PARSERS},
    "email": _mailbox,
}


def written_digests(canonical: Iterable[bytes]) -> list[bytes]:
    """Return the digests of many canonical values that are already bytes."""
    return list(map(xxh3_128_digest, canonical, repeat(_KEY)))


def _digits(value: Decimal) -> str:
    """Return a number in scientific notation without trailing zeros: equal numbers have the same text."""
    sign, digits, exponent = value.as_tuple()
    shown = "".join(map(str, digits)).strip("0")
    if not shown or not isinstance(exponent, int):
        return "0"
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return f"{'-' * sign}{shown}E{exponent + zeros}"


def written(value: Any) -> bytes:
    """Return a canonical value as bytes, distinct for each value: JSON with sorted keys, `repr` if orjson fails."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return repr(_sorted(value)).encode("utf-8", "backslashreplace")


def written_quickly(values: Iterable[Any]) -> list[bytes]:
    """Return canonical values as JSON with keys in their present order. TypeError if orjson cannot write one."""
    return list(map(orjson.dumps, values))


def lines_written_quickly(values: Iterable[Any]) -> list[bytes]:
    """Return the same as lines, with LF at the end of each."""
    return list(map(orjson.dumps, values, repeat(None), repeat(orjson.OPT_APPEND_NEWLINE)))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return ("object", *sorted((key, _sorted(item)) for key, item in value.items()))
    if isinstance(value, list):
        return ("list", *map(_sorted, value))
    return _digits(value) if isinstance(value, Decimal) else (type(value).__name__, value)
