"""The violation of a schema keyword in words, for the sentence of a finding: `has more than 5 characters`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockservers.core.values.json_text import dumps
from mockservers.core.values.plurals import counted

_WORDS: Mapping[str, Callable[[Any], str]] = {
    "additionalProperties": lambda _: "is not in the vendor's schema, which allows no other keys",
    "unevaluatedProperties": lambda _: "is not in the vendor's schema, which allows no other keys",
    "const": lambda value: f"is not {dumps(value).decode()}",
    "enum": lambda choices: f"is not one of {', '.join(str(each) for each in choices if each is not None)}",
    "format": lambda name: f"is not of the format {name}",
    "pattern": lambda pattern: f"is not of the form {pattern}",
    "minLength": lambda least: f"has fewer than {counted(least, 'character')}",
    "maxLength": lambda most: f"has more than {counted(most, 'character')}",
    "minItems": lambda least: f"has fewer than {counted(least, 'element')}",
    "maxItems": lambda most: f"has more than {counted(most, 'element')}",
    "minProperties": lambda least: f"has fewer than {counted(least, 'key')}",
    "maxProperties": lambda most: f"has more than {counted(most, 'key')}",
    "uniqueItems": lambda _: "has equal elements",
    "minimum": lambda least: f"is less than {least}",
    "maximum": lambda most: f"is more than {most}",
    "exclusiveMinimum": lambda bound: f"is not more than {bound}",
    "exclusiveMaximum": lambda bound: f"is not less than {bound}",
    "multipleOf": lambda factor: f"is not a multiple of {factor}",
}


TYPE_WORDS: Mapping[str, str] = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
    "object": "an object",
    "array": "a list",
    "null": "null",
}
"""The types of JSON Schema in a sentence."""

_NAMES: Mapping[type, str] = {str: "string", bool: "boolean", dict: "object", list: "array", type(None): "null"}


def types_in_words(types: str | list[str]) -> str:
    """Return the types that a schema allows, except null: `a string or a number`."""
    names = [types] if isinstance(types, str) else types
    return " or ".join(TYPE_WORDS[name] for name in names if name != "null") or "null"


def type_of(value: Any) -> str:
    """Return the JSON type of a value, in words."""
    return TYPE_WORDS[_NAMES.get(type(value), "number")]


def in_words(keyword: str, expected: Any) -> str:
    """Return what is wrong with a value that violates a keyword, as the rest of a sentence."""
    words = _WORDS.get(keyword)
    return words(expected) if words else f"violates `{keyword}` of the vendor's schema"
