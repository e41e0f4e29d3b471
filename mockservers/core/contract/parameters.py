"""The parameters of operations: a path names each of its own, and an overlay keeps those that the code reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mockservers.core.contract.contract import METHODS, resolve
from mockservers.core.errors import ContractError
from mockservers.core.values.json_text import pointer

_TEMPLATE = re.compile(r"\{([^{}]+)\}")

At = tuple[str | int, ...]


def check_path_parameters(vendor: str, openapi: Mapping[str, Any]) -> None:
    """ContractError for a path whose templates are not the required path parameters of an operation on it."""
    for at, parameters in _operations(openapi):
        named = {spec["name"] for spec in parameters if spec["in"] == "path" and spec.get("required") is True}
        for name in sorted(named.symmetric_difference(_TEMPLATE.findall(str(at[1])))):
            reason = f"the path and its required path parameters differ in {name!r}"
            fix = "Fix: declare each {template} of the path, with `required: true`, and nothing else."
            raise ContractError(f"{vendor}/openapi.yaml", pointer(*at), reason, fix)


def check_known_parameters(vendor: str, theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> None:
    """ContractError where an overlay lacks a parameter that the code reads. A header may have another name."""
    given = {at: {_key(spec) for spec in parameters} for at, parameters in _operations(theirs)}
    for at, parameters in _operations(ours):
        for spec in parameters:
            if at in given and _key(spec) not in given[at]:
                reason = f"it has no {spec['in']} parameter {spec['name']!r}, and the mock goes by it"
                raise ContractError(f"{vendor}/openapi.yaml", pointer(*at), reason, "Fix: put it back.")


def _key(spec: Mapping[str, Any]) -> tuple[str, str]:
    """What the code reads a parameter by: a header by its being the only one, whose name the contract gives."""
    return spec["in"], "" if spec["in"] == "header" else spec["name"]


def _operations(openapi: Mapping[str, Any]) -> Iterator[tuple[At, list[Mapping[str, Any]]]]:
    """(place, parameters) of each operation, those of its path among them."""
    for path, item in openapi["paths"].items():
        for method, spec in item.items():
            if method in METHODS:
                given = (*item.get("parameters", ()), *spec.get("parameters", ()))
                yield ("paths", path, method), [_resolved(openapi, each) for each in given]


def _resolved(openapi: Mapping[str, Any], spec: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = resolve(openapi, spec["$ref"].removeprefix("#")) if "$ref" in spec else spec
    return found
