"""Violations of a schema as sentences: the place, the error and the fix.

The fix shows the schema's first example. For a pattern, it is the schema's title, or else its `description`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from mockservers.core.contract.validation import Validator, Violation
from mockservers.core.errors import RequestError
from mockservers.core.values.json_text import dumps, pointer, tokens_of
from mockservers.core.values.nearest import did_you_mean
from mockservers.core.values.plurals import counted

MOST = 20
"""The most errors of one value: a long list of invalid documents would have as many as documents."""

_SHOWN = 60
_TYPES = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "object": "a JSON object",
    "array": "a list",
    "null": "null",
}
_FORMATS = {"date-time": "an RFC 3339 date-time with an offset"}


def errors(
    validator: Validator, root: Mapping[str, Any], value: Any, parameter: str | None = None
) -> list[RequestError]:
    """Return the errors of a value, up to `MOST`. `root` is the document that contains the schema.

    Errors name the query `parameter` if there is one; otherwise each has a JSON pointer.
    """
    by_place: dict[tuple[str, str], RequestError] = {}
    for violation in validator.violations(value):
        schema = _schema(root, violation)
        for place, detail, fix in sentences(violation, schema):
            at = None if parameter else pointer(*place)
            by_place.setdefault((at or "", detail), RequestError(detail, fix, at, parameter))
    return list(islice(by_place.values(), MOST))


def _schema(root: Mapping[str, Any], violation: Violation) -> Mapping[str, Any]:
    """Return the schema that contains the violated keyword."""
    schema: Any = root
    for token in tokens_of(violation.ground.partition("#")[2])[:-1]:
        schema = schema[int(token)] if isinstance(schema, list) else schema[token]
    return schema if isinstance(schema, Mapping) else {}


def sentences(violation: Violation, schema: Mapping[str, Any]) -> list[tuple[tuple[str | int, ...], str, str]]:
    """Return (place, error, fix) of a violation."""
    at, properties = violation.at, schema.get("properties", {})
    if violation.keyword == "additionalProperties":
        return [(at, *unknown("key", str(at[-1]), properties))]
    if violation.keyword == "required":
        return [(at, "is required.", f"add it{_example(properties.get(at[-1], {}))}.")]
    if schema.get("maxProperties") == 1 and violation.keyword in ("minProperties", "maxProperties"):
        fix = f"give one of: {', '.join(properties)}."
        return [(at, f"must have exactly one key, not {_shown(violation.value)}.", fix)]
    if violation.keyword == "pattern" and "title" in schema:
        fix = f"give {schema['title']}{_example(schema)}."
        return [(at, f"must be {schema['title']}, not {_shown(violation.value)}.", fix)]
    if violation.keyword in _PHRASES:
        verb, phrase = _PHRASES[violation.keyword](violation.expected, schema)
        fix = f"give {phrase}{_example(schema)}."
        return [(at, f"must {verb} {phrase}, not {_shown(violation.value)}.", fix)]
    return [(at, f"{_shown(violation.value)} is not allowed.", schema.get("description", "give another value."))]


def unknown(noun: str, name: str, known: Iterable[str]) -> tuple[str, str]:
    """Return (error, fix) for an unknown key or parameter."""
    names = list(known)
    suggestion = did_you_mean(name, names)
    fix = "rename it or remove it" if suggestion else "remove it"
    return f"unknown {noun}.{suggestion}", f"{fix}. Available: {', '.join(names) or 'none'}."


def _example(schema: Mapping[str, Any]) -> str:
    return f", for example {_shown(schema['examples'][0])}" if schema.get("examples") else ""


def _range(_: Any, schema: Mapping[str, Any]) -> tuple[str, str]:
    if {"minimum", "maximum"} <= schema.keys():
        return "be", f"a number from {schema['minimum']} to {schema['maximum']}"
    bounds = [
        f"{words} {schema[keyword]}"
        for keyword, words in (("exclusiveMinimum", "above"), ("minimum", "at least"), ("maximum", "at most"))
        if keyword in schema
    ]
    return "be", f"a number {' and '.join(bounds)}"


_PHRASES: Mapping[str, Callable[[Any, Mapping[str, Any]], tuple[str, str]]] = {
    "type": lambda kinds, _: (
        "be",
        " or ".join(_TYPES[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds)),
    ),
    "enum": lambda choices, _: ("be", f"one of {', '.join(map(_shown, choices))}"),
    "const": lambda value, _: ("be", _shown(value)),
    "format": lambda name, _: ("be", _FORMATS.get(name, name)),
    "minLength": lambda least, _: ("have", f"at least {counted(least, 'character')}"),
    "maxLength": lambda most, _: ("have", f"at most {counted(most, 'character')}"),
    "minItems": lambda least, _: ("have", f"at least {counted(least, 'item')}"),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum"), _range),
}
"""The requirement of a keyword, as a verb and a phrase: `must be a string`, `give a string`."""


def _shown(value: Any) -> str:
    """Return a value as JSON, shortened."""
    try:
        written = dumps(value).decode("utf-8", "replace")
    except (TypeError, ValueError):  # NaN, or an integer of more digits than Python writes
        return "a number that JSON cannot represent" if isinstance(value, int | float) else type(value).__name__
    return written if len(written) <= _SHOWN else f"{written[:_SHOWN]}…"
