"""The types of the values that rules name, checked at the start: `contracts/schema/values.schema.json` declares them.

A wrong one names its file, its place, the reason and the fix. A value that has no type is one that nothing reads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from mockservers.core.errors import ContractError, UsageError
from mockservers.core.values import clock
from mockservers.core.values.json_text import dumps, pointer
from mockservers.core.values.nearest import did_you_mean
from mockservers.core.values.zones import zone

FILE = "values.schema.json"
_LONGEST = timedelta(days=366)
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


def check_values(owner: str, rules: Mapping[str, Any], resolve: Callable[[str], Any], schemas: Path) -> None:
    """Check the values of a rules.yaml. ContractError for the first that is wrong, missing, or not read by anything."""
    types = _types(schemas / FILE)
    for rule, name, given in _values(rules):
        at = ("rules", rule, "values", name)
        declared = types.get(rule, {})
        if name not in declared:
            fix = f"{did_you_mean(name, declared)} Fix: correct its name, or take it out.".strip()
            raise ContractError(f"{owner}/rules.yaml", pointer(*at), "nothing in the mock reads this value", fix)
        _check(owner, at, declared[name], given, resolve)
    for rule in rules:
        for name in types.get(rule, {}):
            if name not in rules[rule].get("values", {}):
                raise ContractError(
                    f"{owner}/rules.yaml",
                    pointer("rules", rule, "values", name),
                    "it is missing, and the mock goes by it",
                    "Put it back.",
                )


def _check(
    owner: str, at: tuple[str, ...], schema: Mapping[str, Any], given: Any, resolve: Callable[[str], Any]
) -> None:
    referred = isinstance(given, dict) and set(given) == {"$ref"}
    value = resolve(given["$ref"]) if referred else given
    if schema.get("$comment") == "Only by $ref." and not referred:
        reason = f"{_shown(given)} would contradict the place in the contract that the mock goes by"
        raise ContractError(f"{owner}/rules.yaml", pointer(*at), reason, str(schema["description"]))
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # as JSON Schema has it
    for error in _validator(dumps(schema)).iter_errors(value):
        place = (*at, *map(str, error.instance_path))
        source = f" ({given['$ref']})" if referred else ""
        wrong = value
        for key in error.instance_path:
            wrong = wrong[key]
        part = "" if place == at else f"{_shown(wrong)} does not fit: {error.message}; "
        reason = f"{part}{_shown(value)}{source} is not {schema['title']}"
        raise ContractError(f"{owner}/rules.yaml", pointer(*place), reason, str(schema["description"]))


def _values(rules: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for rule, spec in rules.items():
        for name, given in spec.get("values", {}).items():
            yield rule, name, given


@cache
def _types(path: Path) -> Mapping[str, Mapping[str, Any]]:
    """{rule: {value: its schema}}, references to `$defs` followed."""
    content = json.loads(path.read_text("utf-8"))

    def followed(node: Any) -> Any:
        if isinstance(node, dict):
            if "$ref" in node:
                return followed(content["$defs"][node["$ref"].rpartition("/")[2]])
            return {key: followed(item) for key, item in node.items()}
        return [followed(item) for item in node] if isinstance(node, list) else node

    return {rule: followed(spec["properties"]) for rule, spec in content["properties"].items()}


@cache
def _validator(schema: bytes) -> Any:
    return jsonschema_rs.Draft202012Validator(json.loads(schema), formats=_FORMATS, validate_formats=True)


def _shown(value: Any) -> str:
    text = dumps(value).decode("utf-8", "replace")
    return text if len(text) <= 80 else f"{text[:80]}…"


def _holds(parse: Callable[[str], object]) -> Callable[[str], bool]:
    def holds(text: str) -> bool:
        try:
            return parse(text) is not None
        except (UsageError, re.error, OverflowError, RecursionError):
            return False

    return holds


def _is_length(text: str) -> bool:
    return _holds(clock.duration)(text) and clock.duration(text) <= _LONGEST


_FORMATS: dict[str, Callable[[str], bool]] = {
    "zone": _holds(zone),
    "hour": lambda text: _HOUR.fullmatch(text) is not None,
    "length": _is_length,
    "window": lambda text: _is_length(text) and clock.duration(text) > timedelta(),
    "pattern": _holds(re.compile),
}
