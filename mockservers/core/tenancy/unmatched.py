"""Suggestions for an unmatched call: other methods of its path, or the most similar path."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mockservers.core.contract.contract import Contract
from mockservers.core.values.nearest import nearest

_PARAMETER = re.compile(r"\\{\w+\\}")


def alternatives(contract: Contract, method: str, path: str) -> str:
    """Return `the path takes POST` or `nearest: POST /v1/customers`; empty if nothing is similar."""
    path = path.partition("?")[0]
    if methods := sorted({each for each, template in _operations(contract) if _fits(template, path)} - {method}):
        return f"the path takes {', '.join(methods)}"
    templates = list(dict.fromkeys(template for _, template in _operations(contract)))
    similar = nearest(path, templates)
    methods = sorted({each for each, template in _operations(contract) if template == similar})
    return f"nearest: {', '.join(methods)} {similar}" if similar else ""


def _operations(contract: Contract) -> Iterator[tuple[str, str]]:
    for operation in contract.operations.values():
        yield operation.method, operation.path


def _fits(template: str, path: str) -> bool:
    return re.fullmatch(_PARAMETER.sub("[^/]+", re.escape(template)), path) is not None
