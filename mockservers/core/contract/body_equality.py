"""Equality of the values in a request, by the formats of their schemas."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from mockservers.core.contract.contract import Contract, Operation
from mockservers.core.values.equality import Equality, of_schema
from mockservers.core.values.json_text import tokens_of


@lru_cache(maxsize=256)
def equality_of_items(contract: Contract, name: str) -> Equality:
    """Equality of an operation's items by the formats of their schema."""
    operation = contract.operations[name]
    if operation.upload:
        lines = _body_schema(operation)["properties"][operation.upload]
        return of_schema(lines["x-oai-itemSchema"], contract.resolve)
    return equality_of_body(contract, name).at(tokens_of(operation.items))


@lru_cache(maxsize=256)
def equality_of_body(contract: Contract, name: str) -> Equality:
    """Equality of an operation's body by the formats of its schema."""
    return of_schema(_body_schema(contract.operations[name]), contract.resolve)


def _body_schema(operation: Operation) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = next(iter(operation.spec["requestBody"]["content"].values()))["schema"]
    return schema
