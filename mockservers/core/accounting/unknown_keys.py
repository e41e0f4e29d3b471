"""Unknown keys with empty values. Nothing is lost, but findings name them.

The key may be misspelt, and a client may later send it with a value.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from mockservers.core.accounting.forms import Tokens, is_empty
from mockservers.core.contract.contract import Contract
from mockservers.core.contract.validation import Shape


def empty_unknown_keys(contract: Contract, operation: str, sent: Any) -> Iterator[tuple[Tokens, Any]]:
    """Yield (place, value) of each unknown key with an empty value in a body or a line."""
    shape = _shape(contract, operation)
    for at, value in shape.unknown(sent) if shape else ():
        if is_empty(value):
            yield at, value


@lru_cache(maxsize=256)
def _shape(contract: Contract, name: str) -> Shape | None:
    operation = contract.operations[name]
    schema = next(iter(operation.spec["requestBody"]["content"].values()))["schema"]
    if operation.upload:
        schema = schema["properties"][operation.upload]["x-oai-itemSchema"]
    return contract.shape(schema["$ref"]) if "$ref" in schema else None
