"""Schemas that are `true` or `false`, as equivalent objects: the code that reads schemas handles only objects."""

from __future__ import annotations

from typing import Any

_DATA = frozenset({"example", "examples", "default", "enum", "const", "x-demo", "values", "request", "body"})


def as_objects(node: Any) -> Any:
    """Return a contract file with the boolean schemas below `properties` and `items` replaced."""
    if isinstance(node, list):
        return [as_objects(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: _inside(key, item) for key, item in node.items()}


def _inside(key: str, item: Any) -> Any:
    if key in _DATA:
        return item
    if key == "properties" and isinstance(item, dict):
        return {name: _object(schema) for name, schema in item.items()}
    return _object(item) if key == "items" else as_objects(item)


def _object(schema: Any) -> Any:
    """`true` accepts any value, `false` none."""
    if isinstance(schema, bool):
        return {} if schema else {"not": {}}
    return as_objects(schema)
