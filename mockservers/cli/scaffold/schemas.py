"""Converts schemas of an OpenAPI document for a contract: OpenAPI 3.1, without keywords that contracts do not check."""

from __future__ import annotations

from typing import Any

from mockservers.cli.scaffold.source import Document, followed
from mockservers.core.contract.checking import is_pattern
from mockservers.core.contract.keywords import LISTS, MAPS, SCHEMA, SUBSCHEMAS
from mockservers.core.values.formats import ANNOTATIONS, FORMATS

_NAMES = frozenset(
    {"headers", "content", "schemas", "responses", "parameters", "requestBodies", "paths", "properties", "encoding"}
)
"""Keys whose objects have names as keys, so that `x-` is no extension there."""


class Cleaner:
    """Cleans schemas, and lists the parts that it had to omit in `left_out`."""

    def __init__(self) -> None:
        self.left_out: list[str] = []

    def schema(self, node: Any) -> Any:
        """A schema with only keywords of JSON Schema; keywords of OpenAPI 3.0 are translated."""
        if not isinstance(node, dict):
            return node
        if isinstance(node.get("$ref"), str):
            return {"$ref": node["$ref"]}
        cleaned = {key: self._keyword(key, item) for key, item in node.items() if self._keeps(key, item)}
        for bound in ("Minimum", "Maximum"):
            if cleaned.get(f"exclusive{bound}") is True and bound.lower() in cleaned:
                cleaned[f"exclusive{bound}"] = cleaned.pop(bound.lower())
            elif isinstance(cleaned.get(f"exclusive{bound}"), bool):
                del cleaned[f"exclusive{bound}"]
        return _nullable(cleaned) if node.get("nullable") is True else cleaned

    def tree(self, node: Any, under: str = "") -> Any:
        """Any other part of a document: its schemas are cleaned, and extensions are omitted."""
        if isinstance(node, list):
            return [self.tree(item) for item in node]
        if not isinstance(node, dict):
            return node
        return {
            key: item if key in ("example", "examples") else self._part(key, item)
            for key, item in node.items()
            if under in _NAMES or not key.startswith("x-")
        }

    def _part(self, key: str, item: Any) -> Any:
        return self.schema(item) if key == "schema" else self.tree(item, key)

    def _keyword(self, key: str, item: Any) -> Any:
        if key in MAPS and isinstance(item, dict):
            return {name: self.schema(schema) for name, schema in item.items()}
        if key in LISTS or (key in SUBSCHEMAS and isinstance(item, list)):
            return [self.schema(schema) for schema in item]
        return self.schema(item) if key in SUBSCHEMAS else item

    def _keeps(self, key: str, item: Any) -> bool:
        if key == "format" and item not in FORMATS and item not in ANNOTATIONS:
            self.left_out.append(f"the format {item}, which nothing here checks")
            return False
        if key == "pattern" and not is_pattern(item):
            self.left_out.append(f"the pattern {item}, which is not a regular expression of ECMA-262")
            return False
        return key in SCHEMA


def merged(document: Document, schema: Any, depth: int = 0) -> dict[str, Any]:
    """A schema without references, `allOf`, `oneOf` and `anyOf`: of the last two, only the first branch is merged."""
    schema = followed(document, schema)
    if not isinstance(schema, dict) or depth > 20:
        return {}
    result = {key: item for key, item in schema.items() if key not in ("allOf", "oneOf", "anyOf")}
    for part in (*schema.get("allOf", ()), *schema.get("oneOf", ())[:1], *schema.get("anyOf", ())[:1]):
        merged_part = merged(document, part, depth + 1)
        properties = {**result.get("properties", {}), **merged_part.get("properties", {})}
        required = [*result.get("required", ()), *merged_part.get("required", ())]
        result = {**merged_part, **result}
        result |= {"properties": properties} if properties else {}
        result |= {"required": required} if required else {}
    return result


def is_object(schema: dict[str, Any]) -> bool:
    """Whether a merged schema describes objects."""
    return schema.get("type") == "object" or ("type" not in schema and "properties" in schema)


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    return schema
