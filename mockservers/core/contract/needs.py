"""The parts of a contract's schemas on which a vendor's code depends.

A vendor lists them in `Vendor.needs`, by schema reference: what is true of each value that the schema accepts, in terms
of JSON Schema (`type`, `enum`, `format`, `minimum`, `required`, `properties`, `additionalProperties`, `items`), `$ref`
if the code reads the value by that schema itself, `default` if the schema must have one, or one of a list, `closed` if
the code holds only its properties, `envelope` if the code also knows no further properties than those of the need and
the listed ones, `only` if the code reads the value by the schema of that `$ref` alone, and `covered` if one rule must
cover all violations of the schema. The server does not start if a schema accepts more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.errors import ContractError
from mockservers.core.values.equality import equal
from mockservers.core.values.json_text import dumps, pointer

_ALL = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})
_TYPE_NAMES: Mapping[type, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    dict: "object",
    list: "array",
    type(None): "null",
}
_MAX_DEPTH = 20
_PROSE = frozenset({"description", "title", "$comment", "examples"})

Schema = Mapping[str, Any]
Wrong = tuple[str, str, str]


def check_needs(contract: Contract, needs: Mapping[str, Schema]) -> None:
    """Raise ContractError for the first schema that accepts a value which the vendor's code cannot handle."""
    for reference, need in needs.items():
        _check(contract, reference, contract.resolve(reference), need, "")
        if "envelope" in need:
            _check_envelope(contract, reference, need)
        if "only" in need:
            _check_only(contract, reference, need)
        if need.get("covered"):
            _check_covered(contract, f"{reference}#" if "#" not in reference else reference)


def _check_covered(contract: Contract, place: str) -> None:
    covered = {covered.rstrip("/") for rule in contract.rules.values() for covered in rule.covers}
    if place not in covered:
        reason = f"no rule covers {place}, and the mock needs one for its violations"
        raise ContractError(f"{contract.vendor}/rules.yaml", "/rules", reason, "Fix: put it back into `covers`.")


def _check_envelope(contract: Contract, reference: str, need: Schema) -> None:
    """The code would neither hold nor use another property of an envelope, and nothing would name its loss."""
    file, _, place = reference.partition("#")
    known = [*need.get("properties", ()), *need["envelope"]]
    for name in contract.shape(reference).properties:
        if name not in known:
            declared = name in contract.resolve(reference).get("properties", ())
            at = f"{place}{pointer('properties', name)}" if declared else place
            reason = (
                f"it is an envelope, which the mock does not hold: the value of {name!r} would be lost without a word"
            )
            fix = f"Fix: put the property into the schema of the items, or take it out. Known: {', '.join(known)}."
            raise ContractError(f"{contract.vendor}/{file or 'openapi.yaml'}", at, reason, fix)


def _check_only(contract: Contract, reference: str, need: Schema) -> None:
    """The code reads the values by another schema: this one may describe them, and has nothing that is obeyed."""
    place, target = reference.partition("#")[2], need["only"]
    for keyword, value in contract.resolve(reference).items():
        surplus = value
        if keyword == "properties":
            surplus = {name for name, each in value.items() if name not in need["properties"] or each.keys() - _PROSE}
        if keyword in _PROSE or surplus in (target, [{"$ref": target}], set()):
            continue
        reason = f"the mock reads these values by {target} alone, and would not obey {keyword} here"
        fix = f"Fix: put it into {target}, or take it out."
        raise ContractError(f"{contract.vendor}/openapi.yaml", f"{place}/{keyword}", reason, fix)


def _check(contract: Contract, reference: str, schema: Any, need: Schema, below: str) -> None:
    file, _, place = reference.partition("#")
    parts = list(_parts(contract, schema, file))
    for keyword, reason, fix in (*_wrong_values(parts, need), *_missing_keys(parts, need)):
        at = f"{place}{below}" + (f"/{keyword}" if schema.get(keyword) is not None else "")
        raise ContractError(f"{contract.vendor}/{file or 'openapi.yaml'}", at, reason, fix)
    for name, inner in need.get("properties", {}).items():
        schemas = [part["properties"][name] for part in parts if name in part.get("properties", ())]
        _check(contract, reference, {"allOf": schemas}, inner, f"{below}/properties/{name}")
    if "items" in need:
        items = [part["items"] for part in parts if isinstance(part.get("items"), dict)]
        _check(contract, reference, {"allOf": items}, need["items"], f"{below}/items")
    if "additionalProperties" in need:
        others = [part["additionalProperties"] for part in parts if "additionalProperties" in part]
        if False not in others:
            inner = need["additionalProperties"]
            _check(contract, reference, {"allOf": others}, inner, f"{below}/additionalProperties")


def _wrong_values(parts: list[Schema], need: Schema) -> Iterator[Wrong]:
    """Yield (keyword, reason, fix) for each keyword that accepts values which the code does not know."""
    types = set(_ALL) if "type" not in need else {need["type"]} if isinstance(need["type"], str) else set(need["type"])
    surplus = sorted(_types(parts) - types)
    if surplus:
        names = " or ".join(sorted(types))
        yield (
            "type",
            f"it accepts {', '.join(surplus)}, and the mock can only take {names}",
            f"Fix: allow only {names}.",
        )
    if "enum" in need:
        listed = next((part["enum"] for part in parts if "enum" in part), ["anything"])
        for value in [value for value in listed if value not in need["enum"]]:
            names = ", ".join(str(known) for known in need["enum"] if known)
            yield "enum", f"it accepts {value}, and the mock only knows {names}", f"Fix: choose from {names}."
    if "format" in need and not any(part.get("format") == need["format"] for part in parts):
        yield "format", f"it is not {need['format']}, and the mock depends on it", "Fix: put it back."
    if "minimum" in need and not any(part.get("minimum", need["minimum"] - 1) >= need["minimum"] for part in parts):
        least = need["minimum"]
        yield (
            "minimum",
            f"it accepts less than {least}, and the mock cannot",
            f"Fix: give a minimum of at least {least}.",
        )
    if "$ref" in need and not any(part.get("$ref") == need["$ref"] for part in parts):
        yield "$ref", f"the mock reads this by {need['$ref']}", "Fix: put it back, and edit that schema."
    if need.get("closed") and any(part.get("additionalProperties") not in (None, False) for part in parts):
        reason = "it accepts keys beside its properties, and the mock would not hold them"
        yield "additionalProperties", reason, "Fix: list the keys in `properties`, or omit `additionalProperties`."
    if "default" in need:
        yield from _wrong_default([part["default"] for part in parts if "default" in part], need["default"])


def _wrong_default(defaults: list[Any], known: Any) -> Iterator[Wrong]:
    """`known` is a list of the defaults that the code knows, or True."""
    if not defaults:
        yield "default", "it has no default, and the mock depends on it", "Fix: put it back."
    elif isinstance(known, list) and not any(equal(defaults[0], each) for each in known):
        names = ", ".join(dumps(each).decode() for each in known)
        yield "default", f"it is {defaults[0]!r}, and the mock only knows {names}", f"Fix: choose from {names}."


def _missing_keys(parts: list[Schema], need: Schema) -> Iterator[Wrong]:
    required = {name for part in parts for name in part.get("required", ())}
    properties = {name for part in parts for name in part.get("properties", ())}
    for name in need.get("required", ()):
        if name not in required:
            yield "required", f"{name!r} is not required, and the mock depends on it", "Fix: put it back."
    for name in need.get("properties", ()):
        if name not in properties:
            yield "properties", f"it has no property {name!r}, and the mock depends on it", "Fix: put it back."


def _parts(contract: Contract, schema: Any, file: str, depth: int = 0) -> Iterator[Schema]:
    """Yield a schema, and all others that each of its valid values obeys."""
    if not isinstance(schema, dict) or depth > _MAX_DEPTH:
        return
    yield schema
    for each in schema.get("allOf", ()):
        yield from _parts(contract, each, file, depth + 1)
    if "$ref" in schema:
        target = _absolute(schema["$ref"], file)
        yield from _parts(contract, contract.resolve(target), target.partition("#")[0], depth + 1)


def _absolute(reference: str, file: str) -> str:
    return file + reference if reference.startswith("#") else reference


def _types(parts: list[Schema]) -> set[str]:
    """Return the types that all parts allow."""
    allowed = set(_ALL)
    for part in parts:
        if "type" in part:
            allowed &= _with_integer({part["type"]} if isinstance(part["type"], str) else set(part["type"]))
        values = [part["const"]] if "const" in part else part.get("enum")
        if values is not None:
            allowed &= _with_integer({_TYPE_NAMES[type(value)] for value in values})
    return allowed - ({"integer"} if "number" in allowed else set())


def _with_integer(types: set[str]) -> set[str]:
    return types | ({"integer"} if "number" in types else set())
