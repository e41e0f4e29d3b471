"""Scalars of another JSON type than the schema has: a number where it has text, a number as text, `"true"`.

Callers send them (PHP's `time()`, ids read from a database), and parsers of typed languages convert them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.deciding.draft import Draft
from mockservers.core.values.formats import decimal, is_decimal
from mockservers.core.values.json_text import dumps, pointer
from mockservers.core.values.numbers import exact, is_number, number

_RULE = "esputnik.request.scalars"
_TRUTHS = {"true": True, "false": False}
Place = tuple[str | int, ...]


@dataclass(slots=True)
class Typed:
    """A value whose scalars have the types of its schema, and the places at which they had others."""

    value: Any
    places: list[Place] = field(default_factory=list)


def typed(contract: Contract, schema: str, value: Any) -> Typed:
    """A value with each scalar in the type that a schema of the contract gives it, where it can be converted."""
    made = Typed(None)
    made.value = _typed(contract, {"$ref": f"#/components/schemas/{schema}"}, value, (), made.places)
    return made


def _typed(contract: Contract, schema: Mapping[str, Any], value: Any, at: Place, places: list[Place]) -> Any:
    while "$ref" in schema:
        target = contract.resolve(f"openapi.yaml{schema['$ref']}")
        schema = {**target, **{key: each for key, each in schema.items() if key != "$ref"}}
    if isinstance(value, dict):
        named, others = schema.get("properties", {}), schema.get("additionalProperties")
        others = others if isinstance(others, dict) else {}
        return {key: _typed(contract, named.get(key, others), item, (*at, key), places) for key, item in value.items()}
    if isinstance(value, list):
        inner = schema.get("items", {})
        return [_typed(contract, inner, item, (*at, index), places) for index, item in enumerate(value)]
    types = schema.get("type", ())
    made = _scalar([types] if isinstance(types, str) else types, value)
    if made is not value:
        places.append(at)
    return made


def _scalar(types: Any, value: Any) -> Any:
    """A scalar in one of these types; itself where it has one of them, or can be none."""
    numeric = "number" in types or "integer" in types
    if value is None or not types:
        return value
    if isinstance(value, str):
        if "string" in types:
            return value
        amount = decimal(value) if numeric and is_decimal(value) else None
        if amount is not None:
            return number(amount)
        return _TRUTHS.get(value.lower(), value) if "boolean" in types else value
    has_its_type = "boolean" in types if isinstance(value, bool) else numeric
    return value if has_its_type or "string" not in types else as_written(value)


def as_written(value: Any) -> str:
    """A number, true or false as the text that JSON writes it with, 1.0 as 1."""
    return dumps(number(exact(value)) if is_number(value) else value).decode()


def taken(draft: Draft, *, item: int | None = None, at: tuple[str, ...] = (), converted: bool = True) -> bool:
    """Whether scalars of other types are taken. Where they are not held as they came, it is noted."""
    if draft.reading(_RULE) == "refuse":
        return False
    if converted and at:
        draft.note("coerced", _RULE, item=item, at=at, count=len(at))
    return True


def places_of(found: Typed, *base: str | int) -> tuple[str, ...]:
    """The places of a value that is itself at a place, as JSON pointers."""
    return tuple(pointer(*base, *at) for at in found.places)


def is_scalar_but_text(value: Any) -> bool:
    """Whether a value is a number, true or false."""
    return isinstance(value, bool) or is_number(value)
