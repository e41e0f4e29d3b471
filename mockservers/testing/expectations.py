"""The losses that the running test expects, from its marks."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from mockservers.core.accounting.expected_rules import checked
from mockservers.core.accounting.verdict import Verdict
from mockservers.core.errors import UsageError
from mockservers.testing.running_test import running

_expected_of_run: set[str] = set()


def of_marks(marks: Iterable[tuple[tuple[Any, ...], Mapping[str, Any]]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The rules that `expect_loss` marks accept, and the rules of strict marks. UsageError for a wrong mark."""
    accepted: list[str] = []
    required: list[str] = []
    for args, options in marks:
        if not args:
            raise UsageError(
                'expect_loss names no rule. Fix: @pytest.mark.expect_loss("zangsho.request.unknown-key"), or a pattern '
                'such as "zangsho.*".'
            )
        unknown = sorted(set(options) - {"strict"})
        if unknown:
            raise UsageError(f"expect_loss has no option {unknown[0]!r}. Available: strict.")
        strict = options.get("strict", False)
        if not isinstance(strict, bool):
            raise UsageError(f"strict of expect_loss must be True or False, not {strict!r}.")
        rules = known(args)
        accepted += rules
        required += rules if strict else ()
    return tuple(accepted), tuple(required)


def known(rules: Iterable[Any]) -> tuple[str, ...]:
    """Rule ids and patterns, unchanged. UsageError for one that matches no rule of a vendor."""
    if not isinstance(rules, str):
        rules = tuple(rules)
    named = checked(rules, _rules() if rules else frozenset())
    _expected_of_run.update(named)
    return named


def expected_of_run() -> frozenset[str]:
    """What any test of this process has expected so far."""
    return frozenset(_expected_of_run)


def _rules() -> frozenset[str]:
    server = sys.modules.get("mockservers.testing.server")
    started = getattr(server, "_started", ())
    if started:
        contracts = started[-1].contracts.values()
    else:
        from mockservers.vendors import load_contract, vendor_names

        contracts = [load_contract(name) for name in vendor_names()]
    return frozenset(rule for contract in contracts for rule in contract.rules)


def advice(verdict: Verdict) -> str:
    """How to expect the first loss of a verdict; empty if it has none."""
    rule = next((failure.rule for failure in verdict.failures if failure.rule), "")
    if not rule:
        return ""
    if running().can_be_marked:
        return f'Expected? Mark the test: @pytest.mark.expect_loss("{rule}")'
    return f'Expected? Say so before the end of the test: tenant.expect_loss("{rule}")'
