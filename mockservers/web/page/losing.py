"""An example that loses: the first change of an operation's example of which a fresh demo tenant loses something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.contract.contract import Operation
from mockservers.core.contract.placeholders import fill
from mockservers.core.tenancy.mock import Mock
from mockservers.web.page.dressing import dressed
from mockservers.web.page.examples import Example, example_of, variants_that_may_lose
from mockservers.web.page.trial import run_jobs, tried


def losing(mock: Mock, operation: Operation) -> Example | None:
    """One that loses without a word, or else one that loses; None where no change of the example does."""
    example = example_of(mock.contract, operation)
    reported: Example | None = None
    for body in variants_that_may_lose(example.body, operation) if example.body else ():
        changed = Example(example.path, body, example.given)
        lost, silent = _lost(mock, operation, changed)
        if silent:
            return changed
        reported = reported or (changed if lost else None)
    return reported


def _lost(mock: Mock, operation: Operation, example: Example) -> tuple[bool, bool]:
    """Whether something is lost, and whether that is silent."""
    demo = mock.contract.demo
    call = dressed(mock.contract, operation, demo.credentials, example.path, filled(example.body, demo.credentials))
    state = with_given(demo.state, example.given)
    answered = tried(mock, demo.credentials, state, operation.method, call.target, call.headers.items(), call.body)
    if answered is None:
        return False, False
    _, tenant = answered
    run_jobs(tenant)
    return any(found.loses for found in tenant.ledger.findings), tenant.ledger.silent > 0


def filled(body: str, credentials: Mapping[str, str]) -> bytes:
    """A body with credentials in its {placeholders}."""
    return fill(body, credentials).encode()


def with_given(state: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The collections that are named, with the documents that they lack."""
    lacking = {name: [row for row in rows if not _has(state.get(name, ()), row)] for name, rows in given.items()}
    added = {name: [*state.get(name, ()), *rows] for name, rows in lacking.items() if rows}
    return {**state, **added}


def _has(documents: Any, row: Mapping[str, Any]) -> bool:
    """Whether one of the documents has the id of a row."""
    return any(each.get("id") == row.get("id") for each in documents)
