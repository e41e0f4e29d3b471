"""Unknown keys of which nothing is lost, since their values say nothing: they are named all the same.

It is the key that is misspelt, and its owner will send it with a value one day.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from mockservers.core.accounting.forms import Tokens
from mockservers.core.contract.contract import Contract
from mockservers.core.contract.validation import Shape


def empty_unknown_keys(contract: Contract, operation: str, sent: Any) -> Iterator[tuple[Tokens, Any]]:
    """(place, value) of each key that the contract does not know in a body, or in a line, and that says nothing."""
    shape = _shape(contract, operation)
    for at, value in shape.unknown(sent) if shape else ():
        if says_nothing(value):
            yield at, value


def says_nothing(value: Any) -> bool:
    """Whether a value is null, an empty text, or holds nothing else."""
    if isinstance(value, dict | list):
        return all(map(says_nothing, value.values() if isinstance(value, dict) else value))
    return value is None or value == ""


@lru_cache(maxsize=256)
def _shape(contract: Contract, name: str) -> Shape | None:
    operation = contract.operations[name]
    schema = next(iter(operation.spec["requestBody"]["content"].values()))["schema"]
    if operation.upload:
        schema = schema["properties"][operation.upload]["x-oai-itemSchema"]
    return contract.shape(schema["$ref"]) if "$ref" in schema else None
