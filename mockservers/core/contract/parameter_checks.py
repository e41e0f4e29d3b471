"""Checks of parameters: a path and its parameters agree, and an overlay keeps the parameters that the code reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mockservers.core.contract.contract import METHODS, Contract, resolve
from mockservers.core.errors import ContractError
from mockservers.core.values.json_text import pointer

_TEMPLATE = re.compile(r"\{([^{}]+)\}")

At = tuple[str | int, ...]


def check_path_parameters(vendor: str, openapi: Mapping[str, Any]) -> None:
    """Raise ContractError for an operation whose required path parameters differ from the templates in its path."""
    for at, parameters in _operations(openapi):
        named = {spec["name"] for spec in parameters if spec["in"] == "path" and spec.get("required") is True}
        for name in sorted(named.symmetric_difference(_TEMPLATE.findall(str(at[1])))):
            reason = f"the path and its required path parameters differ in {name!r}"
            fix = "Fix: declare each {template} of the path, with `required: true`, and nothing else."
            raise ContractError(f"{vendor}/openapi.yaml", pointer(*at), reason, fix)


def check_known_parameters(vendor: str, overlay: Mapping[str, Any], shipped: Mapping[str, Any]) -> None:
    """Raise ContractError if an overlay lacks a parameter that the code reads. A header may have another name."""
    overlaid = {at: {_key(spec) for spec in parameters} for at, parameters in _operations(overlay)}
    for at, parameters in _operations(shipped):
        for spec in parameters:
            if at in overlaid and _key(spec) not in overlaid[at]:
                reason = f"it has no {spec['in']} parameter {spec['name']!r}, and the mock depends on it"
                raise ContractError(f"{vendor}/openapi.yaml", pointer(*at), reason, "Fix: put it back.")


def check_read_parameters(contract: Contract, shipped: Mapping[str, Any]) -> None:
    """Raise ContractError for a query parameter that an overlay adds: no code reads it, and its value would be lost.

    An undeclared parameter is ignored, and a finding names it. The code reads every credential.
    """
    known = {at: {spec["name"] for spec in parameters} for at, parameters in _operations(shipped)}
    credentials = {each.name for each in contract.credentials}
    for at, parameters in _operations(contract.openapi):
        for spec in parameters:
            if spec["in"] in ("query", "cookie") and spec["name"] not in known.get(at, set()) | credentials:
                reason = f"the mock does not read the {spec['in']} parameter {spec['name']!r}"
                fix = "Fix: take it out. The ledger then names each value that is sent for it."
                raise ContractError(f"{contract.vendor}/openapi.yaml", pointer(*at), reason, fix)


def _key(spec: Mapping[str, Any]) -> tuple[str, str]:
    """Return the identity of a parameter for the code. An operation has one header at most, whose name may change."""
    return spec["in"], "" if spec["in"] == "header" else spec["name"]


def _operations(openapi: Mapping[str, Any]) -> Iterator[tuple[At, list[Mapping[str, Any]]]]:
    """Yield (place, parameters) of each operation, including those of its path."""
    for path, item in openapi["paths"].items():
        for method, spec in item.items():
            if method in METHODS:
                parameters = (*item.get("parameters", ()), *spec.get("parameters", ()))
                yield ("paths", path, method), [_resolved(openapi, each) for each in parameters]


def _resolved(openapi: Mapping[str, Any], spec: Mapping[str, Any]) -> Mapping[str, Any]:
    resolved: Mapping[str, Any] = resolve(openapi, spec["$ref"].removeprefix("#")) if "$ref" in spec else spec
    return resolved
