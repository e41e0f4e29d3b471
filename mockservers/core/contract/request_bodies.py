"""Checks of request bodies: they keep the schemas that the code uses, and an upload has one required file part.

A vendor's code names the schema by which it reads a request, so an overlay's operation must refer to the same one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockservers.core.contract.contract import METHODS, Contract, resolve
from mockservers.core.errors import ContractError
from mockservers.core.values.json_text import pointer

At = tuple[str | int, ...]


def check_uploads(contract: Contract) -> None:
    """Raise ContractError for an upload whose body has no such part."""
    for at, spec in _operations(contract.openapi):
        if "x-upload" in spec:
            _check_upload(contract, at, spec)


def check_request_schemas(vendor: str, overlay: Mapping[str, Any], shipped: Mapping[str, Any]) -> None:
    """Raise ContractError if a request of an overlay refers to another schema than the one that the code uses.

    The same applies to each reference to a schema file.
    """
    for place, reference in [*_of_requests(shipped), *_to_files(shipped)]:
        where = pointer(*place)
        try:
            found_reference = resolve(overlay, where)
        except (KeyError, IndexError, ValueError, TypeError):
            found_reference = None
        if found_reference != reference:
            reason = f"the mock reads this request by {reference}"
            raise ContractError(f"{vendor}/openapi.yaml", where, reason, "Fix: put it back, and edit that schema.")


def _of_requests(openapi: Mapping[str, Any]) -> Iterator[tuple[At, str]]:
    for at, spec in _operations(openapi):
        yield from _references(spec.get("requestBody"), (*at, "requestBody"))


def _to_files(openapi: Mapping[str, Any]) -> Iterator[tuple[At, str]]:
    schemas = openapi.get("components", {}).get("schemas", {})
    for place, reference in _references(schemas, ("components", "schemas")):
        if not reference.startswith("#"):
            yield place, reference


def _operations(openapi: Mapping[str, Any]) -> Iterator[tuple[At, Mapping[str, Any]]]:
    for path, item in openapi["paths"].items():
        for method, spec in item.items():
            if method in METHODS:
                yield ("paths", path, method), spec


def _references(node: Any, at: At) -> Iterator[tuple[At, str]]:
    """Yield (place, value) of each `$ref` in a document."""
    if isinstance(node, dict):
        for key, item in node.items():
            if key == "$ref":
                yield (*at, key), item
            else:
                yield from _references(item, (*at, key))


def _check_upload(contract: Contract, at: At, spec: Mapping[str, Any]) -> None:
    part, content = spec["x-upload"], spec.get("requestBody", {}).get("content", {})
    form = content.get("multipart/form-data", {})
    schema, encoding = form.get("schema", {}), form.get("encoding", {})
    known = schema.get("properties", {}).get(part, {})
    if part in schema.get("required", ()) and "x-oai-itemSchema" in known and "contentType" in encoding.get(part, {}):
        return
    reason = (
        f"the multipart/form-data of requestBody has no required part {part!r} with x-oai-itemSchema and contentType"
    )
    place = pointer(*at, "x-upload")
    raise ContractError(f"{contract.vendor}/openapi.yaml", place, reason, "Fix: give both the same name.")
