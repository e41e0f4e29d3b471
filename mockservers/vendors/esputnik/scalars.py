"""Scalars of another JSON type than the schema's: a number instead of text, a number as text, `"true"`.

Callers send them (PHP's `time()`, ids read from a database), and parsers of typed languages convert them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.deciding.draft import Draft
from mockservers.core.value import Struct, field
from mockservers.core.values.formats import decimal, is_decimal
from mockservers.core.values.json_text import dumps, pointer
from mockservers.core.values.numbers import exact, is_number, number

_RULE = "esputnik.request.scalars"
_BOOLEANS = {"true": True, "false": False}
Place = tuple[str | int, ...]


class Converted(Struct):
    """A value with each scalar in the type of its schema, and the places at which it had another."""

    value: Any
    places: list[Place] = field(default_factory=list)


def convert_scalars(contract: Contract, schema: str, value: Any) -> Converted:
    """Convert each scalar to the type that a schema of the contract gives it, if that is possible."""
    converted = Converted(None)
    converted.value = _convert(contract, {"$ref": f"#/components/schemas/{schema}"}, value, (), converted.places)
    return converted


def _convert(contract: Contract, schema: Mapping[str, Any], value: Any, at: Place, places: list[Place]) -> Any:
    while "$ref" in schema:
        target = contract.resolve(f"openapi.yaml{schema['$ref']}")
        schema = {**target, **{key: each for key, each in schema.items() if key != "$ref"}}
    if isinstance(value, dict):
        properties, additional = schema.get("properties", {}), schema.get("additionalProperties")
        additional = additional if isinstance(additional, dict) else {}
        return {
            key: _convert(contract, properties.get(key, additional), item, (*at, key), places)
            for key, item in value.items()
        }
    if isinstance(value, list):
        inner = schema.get("items", {})
        return [_convert(contract, inner, item, (*at, index), places) for index, item in enumerate(value)]
    types = schema.get("type", ())
    scalar = _convert_scalar([types] if isinstance(types, str) else types, value)
    if scalar is not value:
        places.append(at)
    return scalar


def _convert_scalar(types: Any, value: Any) -> Any:
    """Convert a scalar to one of these types; unchanged if it has one of them or can't be converted."""
    numeric = "number" in types or "integer" in types
    if value is None or not types:
        return value
    if isinstance(value, str):
        if "string" in types:
            return value
        amount = decimal(value) if numeric and is_decimal(value) else None
        if amount is not None:
            return number(amount)
        return _BOOLEANS.get(value.lower(), value) if "boolean" in types else value
    has_its_type = "boolean" in types if isinstance(value, bool) else numeric
    return value if has_its_type or "string" not in types else as_written(value)


def as_written(value: Any) -> str:
    """A number, true or false as JSON text, with 1.0 written as 1."""
    return dumps(number(exact(value)) if is_number(value) else value).decode()


def accept_other_types(
    draft: Draft, *, item: int | None = None, at: tuple[str, ...] = (), converted: bool = True
) -> bool:
    """Whether scalars of other types are accepted. Note them if they are stored `converted`."""
    if draft.reading(_RULE) == "refuse":
        return False
    if converted and at:
        draft.note("coerced", _RULE, item=item, at=at, count=len(at))
    return True


def pointers_of(converted: Converted, *base: str | int) -> tuple[str, ...]:
    """The converted places as JSON pointers; `base` is the place of the value itself."""
    return tuple(pointer(*base, *at) for at in converted.places)


def is_non_text_scalar(value: Any) -> bool:
    """Whether a value is a number, true or false."""
    return isinstance(value, bool) or is_number(value)


def as_text(value: Any) -> str:
    """A scalar as the text by which it is compared, 1.0 like 1; empty for a list, an object or null."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(number(exact(value))) if is_number(value) else ""
