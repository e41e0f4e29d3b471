"""What the test that is running expects to be lost: read from its marks, asked when it is judged."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any

from mockservers.core.accounting.verdict import Policy, Verdict
from mockservers.core.errors import UsageError

_PATTERN = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Running:
    """The test that is running: its node id, what fails it, and whether a mark can be put on it."""

    test: str = ""
    policy: Policy = field(default_factory=Policy)
    can_be_marked: bool = False


_running = [Running()]


def running() -> Running:
    """The test that is running, or what holds outside of one."""
    return _running[-1]


def run(test: Running | None) -> None:
    """Let this be the test that is running; None ends it."""
    _running[1:] = [] if test is None else [test]


def of_marks(marks: Iterable[tuple[tuple[Any, ...], Mapping[str, Any]]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The rules that `expect_loss` marks accept, and those of them that must be met. UsageError for a wrong mark."""
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
    """Rule ids and patterns of them, as given. UsageError for one that no rule of a vendor has or matches."""
    if isinstance(rules, str):
        raise UsageError(f"Expected rules are a list, not the text {rules!r}. Fix: [{rules!r}].")
    given = tuple(rules)
    names = _rules() if given else frozenset()
    for rule in given:
        if not isinstance(rule, str):
            raise UsageError(f"A rule is named by its id, a text, not by {rule!r}.")
        if rule in names or (_PATTERN & set(rule) and any(fnmatchcase(name, rule) for name in names)):
            continue
        close = get_close_matches(rule, names, n=3, cutoff=0.5) or sorted(names)[:3]
        raise UsageError(
            f"Unknown rule {rule!r}. Nearest: {', '.join(close)}. `mockservers rules` lists all; patterns such as "
            f'"{rule.partition(".")[0]}.*" match several.'
        )
    return given


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
    """How the first thing that fails can be accepted; empty where nothing can be."""
    rule = next((failure.rule for failure in verdict.failures if failure.rule), "")
    if not rule:
        return ""
    if running().can_be_marked:
        return f'Expected? Mark the test: @pytest.mark.expect_loss("{rule}")'
    return f'Expected? Say so before the end of the test: tenant.expect_loss("{rule}")'
