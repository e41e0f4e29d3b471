"""The bodies of requests: they are read by the schemas that the code knows, and a file is one required part.

A vendor's code reads a request by a schema that it names itself, so that an operation of an overlay refers to the same
one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockservers.core.contract.contract import METHODS, Contract, resolve
from mockservers.core.errors import ContractError
from mockservers.core.values.json_text import pointer

At = tuple[str | int, ...]


def check_uploads(contract: Contract) -> None:
    """ContractError for an upload whose body has no such part."""
    for at, spec in _operations(contract.openapi):
        if "x-upload" in spec:
            _check_upload(contract, at, spec)


def check_request_schemas(vendor: str, theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> None:
    """ContractError where a request of an overlay refers to another schema than the one that the code goes by.

    That is true of a schema in a file of its own, too, wherever the document refers to it.
    """
    for place, reference in [*_of_requests(ours), *_to_files(ours)]:
        where = pointer(*place)
        try:
            given = resolve(theirs, where)
        except (KeyError, IndexError, ValueError, TypeError):
            given = None
        if given != reference:
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
    """(place, value) of each `$ref` in a document."""
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
