"""A schema as rows of a table: each field with its type, limits and description."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.contract.placeholders import sentence
from mockservers.core.value import Value

_DEEPEST = 5
_SHOWN = 12
_BOUNDS = {
    "minimum": "≥ {value}",
    "maximum": "≤ {value}",
    "exclusiveMinimum": "> {value}",
    "exclusiveMaximum": "< {value}",
    "minLength": "at least {value} character(s)",
    "maxLength": "at most {value} character(s)",
    "minItems": "at least {value} item(s)",
    "maxItems": "at most {value} item(s)",
    "pattern": "matches {value}",
    "default": "default {value}",
    "const": "always {value}",
}


class Row(Value):
    """A field: its depth, name, type, limits and description, and whether it is required."""

    depth: int
    name: str
    required: bool
    type: str
    limits: str
    says: str


def rows(contract: Contract, schema: Any) -> list[Row]:
    """Return the fields of a schema, and the fields inside them."""
    return list(_fields(contract, resolved(contract, schema), 0))


def resolved(contract: Contract, schema: Any) -> Mapping[str, Any]:
    """Resolve a schema that is a reference."""
    while isinstance(schema, Mapping) and "$ref" in schema:
        schema = contract.resolve(schema["$ref"])
    return schema if isinstance(schema, Mapping) else {}


def row(contract: Contract, name: str, schema: Any, says: str = "", *, required: bool = False) -> Row:
    """Return the row of one field."""
    resolved_schema = resolved(contract, schema)
    return Row(
        0,
        name,
        required,
        _type(contract, resolved_schema),
        _limits(resolved_schema),
        says or str(resolved_schema.get("description", "")),
    )


def _fields(contract: Contract, parent: Mapping[str, Any], depth: int) -> Iterator[Row]:
    for part in ("allOf", "oneOf", "anyOf"):
        for each in parent.get(part, ()) if depth < _DEEPEST else ():
            yield from _fields(contract, resolved(contract, each), depth)
    if "items" in parent and "properties" not in parent:
        yield from _fields(contract, resolved(contract, parent["items"]), depth)
    required = parent.get("required", ())
    for name, schema in parent.get("properties", {}).items() if depth < _DEEPEST else ():
        field = resolved(contract, schema)
        yield Row(
            depth,
            name,
            name in required,
            _type(contract, field),
            _limits(field),
            str(schema.get("description") or field.get("description", "")),
        )
        yield from _fields(contract, field, depth + 1)


def _type(contract: Contract, schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "")
    kinds = [str(each) for each in (kind if isinstance(kind, list) else [kind]) if each]
    if "array" in kinds:
        item = _type(contract, resolved(contract, schema.get("items", {})))
        kinds[kinds.index("array")] = f"list of {item}" if item else "list"
    return " or ".join(kinds) or "any"


def _limits(schema: Mapping[str, Any]) -> str:
    limits = [str(schema["format"])] if "format" in schema else []
    limits += [
        sentence(text, {"value": schema[name]}) for name, text in _BOUNDS.items() if schema.get(name) is not None
    ]
    allowed = schema.get("enum", ())
    if allowed:
        more = f" and {len(allowed) - _SHOWN} more" if len(allowed) > _SHOWN else ""
        limits.append("one of " + ", ".join(map(str, allowed[:_SHOWN])) + more)
    return "; ".join(limits)
