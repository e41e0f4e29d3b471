"""The values of rules, validated against their declared types before anything uses them.

The error names the file, the place, the reason and the fix. A value without a declared type is unused, and an error.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import jsonschema_rs

from mockservers.core.contract.contract import resolve as resolved
from mockservers.core.contract.user_folder import VALUES
from mockservers.core.contract.value_types import AMONG, FORMATS, Types
from mockservers.core.errors import ContractError
from mockservers.core.values.json_text import dumps, pointer
from mockservers.core.values.nearest import did_you_mean
from mockservers.core.values.printable import shortened


def check_values(
    owner: str,
    rules: Mapping[str, Any],
    types: Types,
    resolve: Callable[[str], Any],
    overridden: Mapping[str, Any] | None = None,
) -> None:
    """Check the values of a rules.yaml. Raise ContractError for the first that is invalid, missing or unused.

    `overridden` has the original content of the files that an overlay overrides: the error names one of those.
    """
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
        _check(_Value(owner, at, value, declared[name]), resolve, overridden or {})
    for rule in rules:
        for name in types.get(rule, {}):
            if name not in rules[rule].get("values", {}):
                raise ContractError(
                    f"{owner}/rules.yaml",
                    pointer("rules", rule, "values", name),
                    "it is missing, and the mock depends on it",
                    "Fix: put it back.",
                )


@dataclass(frozen=True, slots=True)
class _Value:
    """A value of a rule as it is written, its place, and its type."""

    owner: str
    at: tuple[str, ...]
    stated: Any
    schema: Mapping[str, Any]

    @property
    def reference(self) -> str:
        """The reference that stands for the value, or an empty text."""
        referred = isinstance(self.stated, dict) and set(self.stated) == {"$ref"}
        return str(self.stated["$ref"]) if referred else ""

    @property
    def place(self) -> str:
        return pointer(*self.at)


def _check(value: _Value, resolve: Callable[[str], Any], overridden: Mapping[str, Any]) -> None:
    actual = resolve(value.reference) if value.reference else value.stated
    fix = str(value.schema["description"])
    if value.schema.get("$comment") == "Only by $ref." and not value.reference:
        reason = f"{_shown(value.stated)} would contradict the place in the contract that the mock reads"
        raise ContractError(f"{value.owner}/rules.yaml", value.place, reason, fix)
    if isinstance(actual, float) and actual.is_integer():
        actual = int(actual)  # JSON Schema treats 1.0 as an integer
    schema = _with_choices(value.schema, lambda reference: _listed(value, reference, resolve, overridden))
    for error in _validator(dumps(schema)).iter_errors(actual):
        inner = pointer(*map(str, error.instance_path))
        wrong = resolved(actual, inner)
        _check_original(value, wrong, resolve, overridden)
        reason = f"{_shown(actual)} is not {value.schema['title']}"
        if inner or isinstance(actual, dict | list):
            reason += f": {_detail(error, schema, wrong)}"
        if not value.reference:
            raise ContractError(f"{value.owner}/rules.yaml", value.place + inner, reason, fix)
        # An overlay keeps the reference, so the target was edited.
        file, _, target = value.reference.partition("#")
        reason += f"; rules.yaml#{value.place} refers to it"
        raise ContractError(f"{value.owner}/{file}", target + inner, reason, fix)


def _check_original(value: _Value, wrong: Any, resolve: Callable[[str], Any], overridden: Mapping[str, Any]) -> None:
    """Raise ContractError if an overlay took a name away that a rule still has."""
    original = overridden.get("rules.yaml")
    edited = original is not None and resolved(original, value.place) != value.stated
    for reference in () if edited or value.reference else _lists(value.schema):
        file, _, place = reference.partition("#")
        names = wrong if isinstance(wrong, dict | list) else [wrong]
        listed = resolved(overridden[file], place) if file in overridden else ()
        lost = [name for name in names if name in listed and name not in resolve(reference)]
        if lost:
            reason = f"it lacks {_shown(lost[0])}, which rules.yaml#{value.place} names"
            fix = "Fix: put it back, or override rules.yaml, too."
            raise ContractError(f"{value.owner}/{file}", place, reason, fix)


def _listed(
    value: _Value, reference: str, resolve: Callable[[str], Any], overridden: Mapping[str, Any]
) -> Iterable[Any]:
    """Return the elements of a list, or the names of an object, to which a type refers."""
    try:
        listed: Iterable[Any] = resolve(reference)
    except (KeyError, IndexError, ValueError, TypeError):
        file, _, place = reference.partition("#")
        if file in overridden:
            reason = f"it is missing, and rules.yaml#{value.place} goes by it"
            raise ContractError(f"{value.owner}/{file}", place, reason, "Fix: put it back.") from None
        at, fix = pointer(value.at[1], value.at[3]), "Fix: refer to a place that the contract has."
        raise ContractError(f"{value.owner}/{VALUES}", at, f"unresolved reference {reference}", fix) from None
    return listed


def _detail(error: Any, schema: Any, wrong: Any) -> str:
    """Return what is wrong with a part of a value: by the title of its schema, if it has one."""
    inner = schema
    for token in list(error.schema_path)[:-1]:
        inner = inner[token]
    title = inner.get("title") if inner is not schema and isinstance(inner, dict) else None
    return f"{_shown(wrong)} is not {title}" if title else str(error.message)


def _with_choices(schema: Any, listed: Callable[[str], Iterable[Any]]) -> Any:
    """Return a schema with `enum` for `among`, which refers to lists or objects of the contract."""
    if isinstance(schema, dict):
        found = {key: _with_choices(item, listed) for key, item in schema.items() if key != AMONG}
        if AMONG in schema:
            found["enum"] = list(dict.fromkeys(name for each in schema[AMONG] for name in listed(each)))
        return found
    return [_with_choices(item, listed) for item in schema] if isinstance(schema, list) else schema


def _lists(schema: Any) -> Iterator[str]:
    """Yield the places to which a schema refers by `among`."""
    if isinstance(schema, dict):
        yield from schema.get(AMONG, ())
    for item in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _lists(item) if isinstance(item, dict | list) else ()


def _values(rules: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for rule, spec in rules.items():
        for name, value in spec.get("values", {}).items():
            yield rule, name, value


@cache
def _validator(schema: bytes) -> Any:
    return jsonschema_rs.Draft202012Validator(json.loads(schema), formats=FORMATS, validate_formats=True)


def _shown(value: Any) -> str:
    return shortened(dumps(value).decode("utf-8", "replace"), 80)
