"""Zangsho's answers: records under `data`, pages with `meta`, and errors by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.exchange.decision import Reply
from mockservers.vendors.zangsho.problems import Problem


def data_reply(contract: Contract, operation: str, data: Any) -> Reply:
    """Return the success of an operation."""
    return contract.reply(operation, {"data": data})


def page_reply(
    contract: Contract, operation: str, records: Sequence[Mapping[str, Any]], *, page: int, per_page: int, total: int
) -> Reply:
    """Return one page of a list."""
    start = (page - 1) * per_page
    meta = {
        "current_page": page,
        "from": start + 1 if records else None,
        "last_page": max(1, -(-total // per_page)),
        "per_page": per_page,
        "to": start + len(records) if records else None,
        "total": total,
    }
    return contract.reply(operation, {"data": records, "meta": meta})


def validation_error(contract: Contract, problems: Sequence[Problem]) -> Reply:
    """Refuse a whole request: the vendor's texts by field, and the first of them as the message.

    Rule: `zangsho.request.validation-error`.
    """
    errors: dict[str, list[str]] = {}
    for problem in problems:
        errors.setdefault(problem.name, []).append(problem.text)
    return contract.refusal("invalid", message=problems[0].text, errors=errors)
