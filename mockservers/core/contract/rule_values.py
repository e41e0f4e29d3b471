"""The values of rules, validated against their declared types before anything uses them.

The error names the file, the place, the reason and the fix. A value without a declared type is unused, and an error.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import jsonschema_rs

from mockservers.core.contract.user_folder import VALUES
from mockservers.core.contract.value_types import FORMATS, Types
from mockservers.core.errors import ContractError
from mockservers.core.values.json_text import dumps, pointer
from mockservers.core.values.nearest import did_you_mean


def check_values(owner: str, rules: Mapping[str, Any], types: Types, resolve: Callable[[str], Any]) -> None:
    """Check the values of a rules.yaml. Raise ContractError for the first that is invalid, missing or unused."""
    for rule in types:
        if rule not in rules:
            fix = f"{did_you_mean(rule, rules)} Fix: correct it, or take it out.".strip()
            raise ContractError(f"{owner}/{VALUES}", pointer(rule), "rules.yaml has no such rule", fix)
    for rule, name, value in _values(rules):
        at = ("rules", rule, "values", name)
        declared = types.get(rule, {})
        if name not in declared:
            fix = f"{did_you_mean(name, declared)} Fix: correct its name, or take it out. {VALUES} declares all values."
            raise ContractError(f"{owner}/rules.yaml", pointer(*at), "the mock does not use this value", fix.strip())
        _check(owner, at, declared[name], value, resolve)
    for rule in rules:
        for name in types.get(rule, {}):
            if name not in rules[rule].get("values", {}):
                raise ContractError(
                    f"{owner}/rules.yaml",
                    pointer("rules", rule, "values", name),
                    "it is missing, and the mock depends on it",
                    "Put it back.",
                )


def _check(
    owner: str, at: tuple[str, ...], schema: Mapping[str, Any], stated: Any, resolve: Callable[[str], Any]
) -> None:
    referred = isinstance(stated, dict) and set(stated) == {"$ref"}
    value = resolve(stated["$ref"]) if referred else stated
    if schema.get("$comment") == "Only by $ref." and not referred:
        reason = f"{_shown(stated)} would contradict the place in the contract that the mock reads"
        raise ContractError(f"{owner}/rules.yaml", pointer(*at), reason, str(schema["description"]))
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # JSON Schema treats 1.0 as an integer
    for error in _validator(dumps(schema)).iter_errors(value):
        place = (*at, *map(str, error.instance_path))
        source = f" ({stated['$ref']})" if referred else ""
        wrong = value
        for key in error.instance_path:
            wrong = wrong[key]
        part = "" if place == at else f"{_shown(wrong)} does not fit: {error.message}; "
        reason = f"{part}{_shown(value)}{source} is not {schema['title']}"
        raise ContractError(f"{owner}/rules.yaml", pointer(*place), reason, str(schema["description"]))


def _values(rules: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for rule, spec in rules.items():
        for name, value in spec.get("values", {}).items():
            yield rule, name, value


@cache
def _validator(schema: bytes) -> Any:
    return jsonschema_rs.Draft202012Validator(json.loads(schema), formats=FORMATS, validate_formats=True)


def _shown(value: Any) -> str:
    text = dumps(value).decode("utf-8", "replace")
    return text if len(text) <= 80 else f"{text[:80]}…"
