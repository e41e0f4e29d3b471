"""An example with a loss: the first variant of an operation's example that causes one on a new demo tenant."""

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
    """Return a variant with a silent loss, or else with any loss; None if there is none."""
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
    """Return whether the example causes a loss, and whether it is silent."""
    demo = mock.contract.demo
    call = dressed(mock.contract, operation, demo.credentials, example.path, filled(example.body, demo.credentials))
    state = with_given(demo.state, example.given)
    answered = tried(mock, demo.credentials, state, operation.method, call.target, call.headers.items(), call.body)
    if answered is None:
        return False, False
    _, tenant = answered
    run_jobs(tenant)
    return any(finding.loses for finding in tenant.ledger.findings), tenant.ledger.silent > 0


def filled(body: str, credentials: Mapping[str, str]) -> bytes:
    """Return a body with credentials in its {placeholders}."""
    return fill(body, credentials).encode()


def with_given(state: Mapping[str, Any], needed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the needed collections of a state, with the missing documents added."""
    lacking = {name: [row for row in rows if not _has(state.get(name, ()), row)] for name, rows in needed.items()}
    added = {name: [*state.get(name, ()), *rows] for name, rows in lacking.items() if rows}
    return {**state, **added}


def _has(documents: Any, row: Mapping[str, Any]) -> bool:
    """Whether one of the documents has the id of the row."""
    return any(each.get("id") == row.get("id") for each in documents)
