"""When two JSON values are equal, and when one is contained in another: the answer for every comparison there is.

    equal(one, other)      the same type and the same exact value: true is not 1, 1 is 1.0, keys have no order
    contains(held, sent)   nothing that `sent` says is lacking in `held`
    missing(held, sent)    the places in `sent` that are lacking there

Null, an empty object and an empty list say nothing, so they are contained in anything. `Equality` is the same for
values of which a contract's schema says more: texts of the format `decimal` are equal by their number, those of a date
and time by their instant, e-mail addresses whatever their case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from itertools import repeat
from secrets import token_bytes
from typing import Any

import orjson
from xxhash import xxh3_128_digest

from mockservers.core.values.formats import decimal
from mockservers.core.values.instants import PARSERS, instant
from mockservers.core.values.numbers import exact, is_number, number

At = tuple[str | int, ...]
Form = Callable[[str], tuple[str, Any] | None]
"""What a text stands for: ("number", Decimal), or (kind, canonical text); None where it is only a text."""

_PLAIN_TYPES = frozenset({str, int, bool, type(None)})
"""Types whose values Python compares as JSON does, with others of their type."""

_KEY = int.from_bytes(token_bytes(8))
"""Of this process alone. XXH3 takes a tenth of the time of hashes that withstand those who know the key."""


@dataclass(slots=True)
class Equality:
    """Equality of values that a schema describes: `form` for a text, `properties` of an object, `items` of a list."""

    form: Form | None = None
    properties: dict[str, Equality] = field(default_factory=dict)
    items: Equality | None = None

    def equal(self, one: Any, other: Any) -> bool:
        """Whether two values are the same."""
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
        """Whether nothing that `sent` says is lacking in `held`. What a list says is held in its order."""
        return next(self.missing(held, sent), None) is None

    def missing(self, held: Any, sent: Any, at: At = ()) -> Iterator[At]:
        """The places of `sent`, from `at` on, at which something stands that `held` lacks."""
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
        """The one of several values that lacks least of what `sent` says; None where there is none."""
        return min(held, key=lambda one: sum(1 for _ in self.missing(one, sent)), default=None)

    def canonical(self, value: Any) -> Any:
        """The value in the one form that all values have that are equal to it. Of JSON types, and Decimal."""
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
        """16 bytes, the same within this process for values that are equal, and for no others that can be found."""
        return written_digests((written(self.canonical(value)),))[0]

    def _of(self, key: str) -> Equality:
        return self.properties.get(key, PLAIN)

    def _scalar(self, value: Any) -> tuple[str, Any]:
        """A value that is neither object nor list, so that Python's equality is that of JSON."""
        if is_number(value):
            return "number", exact(value)
        if isinstance(value, str) and self.form is not None:
            stands_for = self.form(value)
            if stands_for is not None:
                return stands_for
        return type(value).__name__, value


PLAIN = Equality()
"""Equality of values of which nothing more is known."""

equal, contains, missing, digest = PLAIN.equal, PLAIN.contains, PLAIN.missing, PLAIN.digest


def of_schema(schema: Mapping[str, Any], resolve: Callable[[str], Any]) -> Equality:
    """Equality as the formats of a schema have it. `resolve` gives what a `$ref` refers to."""
    return _of_schema(schema, resolve, frozenset())


def _of_schema(schema: Any, resolve: Callable[[str], Any], above: frozenset[str]) -> Equality:
    made = Equality()
    if not isinstance(schema, Mapping):
        return made
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference not in above:
        made = _of_schema(resolve(reference), resolve, above | {reference})
    for part in schema.get("allOf", ()):
        other = _of_schema(part, resolve, above)
        made.form, made.items = made.form or other.form, made.items or other.items
        made.properties |= other.properties
    made.form = _FORMS.get(schema.get("format", ""), made.form)
    made.properties |= {name: _of_schema(each, resolve, above) for name, each in schema.get("properties", {}).items()}
    if "items" in schema:
        made.items = _of_schema(schema["items"], resolve, above)
    return made


def _amount(text: str) -> tuple[str, Decimal] | None:
    value = decimal(text)
    return None if value is None else ("number", value)


def _instant(form: str, text: str) -> tuple[str, str] | None:
    named = instant(text, form)
    return None if named is None else ("instant", named.canonical)


def _mailbox(text: str) -> tuple[str, str]:
    return "email", text.strip().casefold()


_FORMS: Mapping[str, Form] = {
    "decimal": _amount,
    **{form: partial(_instant, form) for form in PARSERS},
    "email": _mailbox,
}


def written_digests(canonical: Iterable[bytes]) -> list[bytes]:
    """The digests of canonical values that are written already: for those who have many at once."""
    return list(map(xxh3_128_digest, canonical, repeat(_KEY)))


def _digits(value: Decimal) -> str:
    """A value in scientific notation without zeros at its end: one text for each value."""
    sign, digits, exponent = value.as_tuple()
    shown = "".join(map(str, digits)).strip("0")
    if not shown or not isinstance(exponent, int):
        return "0"
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return f"{'-' * sign}{shown}E{exponent + zeros}"


def written(value: Any) -> bytes:
    """A canonical value as bytes, no two alike: JSON with sorted keys, Python's notation where JSON lacks one."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return repr(_sorted(value)).encode("utf-8", "backslashreplace")


def written_quickly(values: Iterable[Any]) -> list[bytes]:
    """Canonical values as `written` has them, but keys in their order. TypeError where orjson cannot write one."""
    return list(map(orjson.dumps, values))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return ("object", *sorted((key, _sorted(item)) for key, item in value.items()))
    if isinstance(value, list):
        return ("list", *map(_sorted, value))
    return _digits(value) if isinstance(value, Decimal) else (type(value).__name__, value)
