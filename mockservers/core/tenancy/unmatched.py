"""What a vendor has in place of an operation that a call asked for: other methods of its path, or the nearest path."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mockservers.core.contract.contract import Contract
from mockservers.core.values.nearest import nearest

_PARAMETER = re.compile(r"\\{\w+\\}")


def instead(contract: Contract, method: str, path: str) -> str:
    """`the path takes POST`, `nearest: POST /v1/customers`; empty where nothing is like it."""
    path = path.partition("?")[0]
    if methods := sorted({each for each, template in _operations(contract) if _fits(template, path)} - {method}):
        return f"the path takes {', '.join(methods)}"
    templates = list(dict.fromkeys(template for _, template in _operations(contract)))
    like = nearest(path, templates)
    methods = sorted({each for each, template in _operations(contract) if template == like})
    return f"nearest: {', '.join(methods)} {like}" if like else ""


def _operations(contract: Contract) -> Iterator[tuple[str, str]]:
    for operation in contract.operations.values():
        yield operation.method, operation.path


def _fits(template: str, path: str) -> bool:
    return re.fullmatch(_PARAMETER.sub("[^/]+", re.escape(template)), path) is not None
