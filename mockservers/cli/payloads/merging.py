"""Schemas without `$ref` and `allOf`: what these add is merged into the schema."""

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
    whole = {key: item for key, item in schema.items() if key not in ("$ref", "allOf")}
    if depth > _DEEPEST:
        return whole
    parts = [resolve(schema["$ref"])] if "$ref" in schema else []
    for part in (*parts, *schema.get("allOf", ())):
        whole = _combined(merged(resolve, part, depth + 1), whole)
    return whole


def types_of(schema: Schema) -> tuple[str, ...]:
    """The JSON types that a merged schema allows; none when it allows all."""
    kind = schema.get("type")
    if isinstance(kind, str):
        return (kind,)
    if kind:
        return tuple(kind)
    return ("object",) if "properties" in schema else ("array",) if "items" in schema else ()


def _combined(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    whole = {**base, **own}
    if "type" in base and "type" in own:
        whole["type"] = [kind for kind in types_of(own) if kind in types_of(base)]
    if "enum" in base and "enum" in own:
        whole["enum"] = [value for value in own["enum"] if value in base["enum"]]
    if "required" in base or "required" in own:
        whole["required"] = [*dict.fromkeys((*base.get("required", ()), *own.get("required", ())))]
    for key in ("anyOf", "oneOf"):
        if key in base and key in own:
            whole[key] = [*base[key], *own[key]]
    if "properties" in base and "properties" in own:
        whole["properties"] = {**base["properties"], **own["properties"]}
        for key in base["properties"].keys() & own["properties"].keys():
            whole["properties"][key] = {"allOf": [base["properties"][key], own["properties"][key]]}
    return whole
