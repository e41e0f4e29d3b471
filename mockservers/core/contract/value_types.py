"""The types that a contract's values.yaml declares: rule -> value -> type. The values are in rules.yaml.

A type is the name of a shared type (`contracts/schema/values.schema.json`) or a schema, which may refer to shared types
as `#/$defs/zone`. Its title describes the value, its description the fix for an invalid one. In a
schema, `among: ["openapi.yaml#/…"]` stands for an enum: the elements of the lists, or the names of the objects, there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from mockservers.core.errors import ContractError, UsageError
from mockservers.core.values import clock
from mockservers.core.values.json_text import pointer
from mockservers.core.values.nearest import did_you_mean
from mockservers.core.values.zones import zone

Types = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""{rule: {value: its schema}}, with references resolved."""

AMONG = "among"
_SHARED = "#/$defs/"
_LONGEST = timedelta(days=366)
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


def declared_types(file: str, content: Mapping[str, Mapping[str, Any]], shared: Path) -> Types:
    """Return the types of a values.yaml. ContractError, with the name `file`, for an invalid type."""
    return {
        rule: {name: _schema(file, pointer(rule, name), declared, _shared(shared)) for name, declared in values.items()}
        for rule, values in content.items()
    }


def _schema(file: str, place: str, declared: Any, shared: Mapping[str, Any]) -> Mapping[str, Any]:
    schema: dict[str, Any] = _resolved(
        file, place, {"$ref": _SHARED + declared} if isinstance(declared, str) else declared, shared
    )
    try:
        jsonschema_rs.Draft202012Validator(schema, formats=FORMATS, validate_formats=True)
    except jsonschema_rs.ValidationError as error:
        raise ContractError(
            file, place, f"it is not a valid schema: {error.message}", "Fix: correct the keyword."
        ) from None
    formats = [node["format"] for node in _nodes(schema) if isinstance(node.get("format"), str)]
    unchecked = [name for name in formats if name not in FORMATS]
    if unchecked:
        fix = f"Fix: use one of: {', '.join(FORMATS)}."
        raise ContractError(file, place, f"unknown format {unchecked[0]!r}", fix)
    return schema


def _resolved(file: str, place: str, node: Any, shared: Mapping[str, Any]) -> Any:
    """Return a schema with its references resolved."""
    if isinstance(node, list):
        return [_resolved(file, place, item, shared) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" not in node:
        return {key: _resolved(file, place, item, shared) for key, item in node.items()}
    name = str(node["$ref"]).removeprefix(_SHARED)
    if name not in shared:
        fix = f"{did_you_mean(name, shared)} Available: {', '.join(shared)}, or a schema.".strip()
        raise ContractError(file, place, f"there is no type {name!r}", fix)
    return _resolved(file, place, shared[name], shared)


def _nodes(node: Any) -> list[dict[str, Any]]:
    """Return every object of a schema."""
    if isinstance(node, list):
        return [objects for item in node for objects in _nodes(item)]
    return [node, *(objects for item in node.values() for objects in _nodes(item))] if isinstance(node, dict) else []


@cache
def _shared(path: Path) -> Mapping[str, Any]:
    types: Mapping[str, Any] = json.loads(path.read_text("utf-8"))["$defs"]
    return types


# -- formats ------------------------------------------------------------------------------------------------------


def _is_parsed_by(parse: Callable[[str], object]) -> Callable[[str], bool]:
    def holds(text: str) -> bool:
        try:
            return parse(text) is not None
        except (UsageError, re.error, OverflowError, RecursionError):
            return False

    return holds


def _is_length(text: str) -> bool:
    return _is_parsed_by(clock.duration)(text) and clock.duration(text) <= _LONGEST


FORMATS: dict[str, Callable[[str], bool]] = {
    "zone": _is_parsed_by(zone),
    "hour": lambda text: _HOUR.fullmatch(text) is not None,
    "length": _is_length,
    "window": lambda text: _is_length(text) and clock.duration(text) > timedelta(),
    "pattern": _is_parsed_by(re.compile),
}
"""The values of `format` in a type."""
