"""Schemas without `$ref` and `allOf`: their targets are merged into the schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Schema = Mapping[str, Any]

_STRUCTURE = frozenset(
    {"type", "properties", "required", "enum", "const", "items", "additionalProperties", "allOf", "anyOf", "oneOf"}
)
_DEEPEST = 20
"""Maximum levels of references, because a schema may contain itself."""


def is_reference(schema: Schema) -> bool:
    """Whether only the `$ref` of a schema describes the value's structure."""
    return "$ref" in schema and not _STRUCTURE & schema.keys()


def absolute(node: Any, file: str) -> Any:
    """A schema of another file than openapi.yaml, with the file's name in references to its own places."""
    if isinstance(node, list):
        return [absolute(item, file) for item in node]
    if not isinstance(node, dict) or not file:
        return node
    return {
        key: file + item if key == "$ref" and isinstance(item, str) and item.startswith("#") else absolute(item, file)
        for key, item in node.items()
    }


def merged(resolve: Callable[[str], Any], schema: Schema, depth: int = 0) -> dict[str, Any]:
    """A schema without `$ref` and `allOf`. `resolve` returns the target of a reference."""
    result = {key: item for key, item in schema.items() if key not in ("$ref", "allOf")}
    if depth > _DEEPEST:
        return result
    parts = [resolve(schema["$ref"])] if "$ref" in schema else []
    for part in (*parts, *schema.get("allOf", ())):
        result = _combined(merged(resolve, part, depth + 1), result)
    return result


def types_of(schema: Schema) -> tuple[str, ...]:
    """The JSON types that a merged schema allows; empty if it allows all."""
    kind = schema.get("type")
    if isinstance(kind, str):
        return (kind,)
    if kind:
        return tuple(kind)
    return ("object",) if "properties" in schema else ("array",) if "items" in schema else ()


def _combined(base: dict[str, Any], override: dict[str, Any]) -> dict[str, Any]:
    result = {**base, **override}
    if "type" in base and "type" in override:
        result["type"] = [kind for kind in types_of(override) if kind in types_of(base)]
    if "enum" in base and "enum" in override:
        result["enum"] = [value for value in override["enum"] if value in base["enum"]]
    if "required" in base or "required" in override:
        result["required"] = [*dict.fromkeys((*base.get("required", ()), *override.get("required", ())))]
    for key in ("anyOf", "oneOf"):
        if key in base and key in override:
            result[key] = [*base[key], *override[key]]
    if "properties" in base and "properties" in override:
        result["properties"] = {**base["properties"], **override["properties"]}
        for key in base["properties"].keys() & override["properties"].keys():
            result["properties"][key] = {"allOf": [base["properties"][key], override["properties"][key]]}
    return result
