"""Unmatched calls: their records, and suggestions such as other methods of the path or the most similar path."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mockservers.core.contract.contract import Contract
from mockservers.core.exchange.call import Request
from mockservers.core.exchange.decision import Reply
from mockservers.core.values import real_time
from mockservers.core.values.clock import text
from mockservers.core.values.nearest import nearest

_PARAMETER = re.compile(r"\\{\w+\\}")


def unmatched_record(
    contract: Contract, request: Request, tenant: str, exchange: int, reply: Reply
) -> dict[str, str | int]:
    """Return what `/__admin/unmatched` lists of a call."""
    return {
        "vendor": contract.vendor,
        "vendor_title": contract.title,
        "tenant": tenant,
        "exchange": exchange,
        "method": request.method,
        "path": request.path,
        "status": reply.status,
        "rule": reply.rule,
        "at": text(real_time.now()),
    }


def alternatives(contract: Contract, method: str, path: str) -> str:
    """Return `the path takes POST` or `nearest: POST /v1/customers`; empty if nothing is similar.

    A path that an operation has came without the vendor's prefix, or it would have matched.
    """
    path = path.partition("?")[0]
    if any(each == method and _fits(template, path) for each, template in _operations(contract)):
        return f"the path must begin with /{contract.vendor}: /{contract.vendor}{path}"  # it came without
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
