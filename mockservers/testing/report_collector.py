"""The data of a test run for its report: losses, failures and calls of its tests, summed over its processes.

The plugin imports this module in every run, so slow imports wait until a report is asked for.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Protocol

from mockservers.core.accounting.evidence import Account, Evidence
from mockservers.core.accounting.finding_groups import Row
from mockservers.core.accounting.verdict import Failure, Verdict
from mockservers.core.errors import ServerUnavailable, UsageError
from mockservers.core.value import Struct, asdict, field, replace, to_builtins
from mockservers.testing.running_test import running

CALLS_SHOWN = 1_000
"""Maximum number of the newest calls in a report, and of those that lost something."""


class Journals(Protocol):
    """The admin calls that the report needs."""

    def journal(self, name: str, *, after: int = 0) -> dict[str, Any]: ...


def _newest() -> deque[dict[str, Any]]:
    return deque(maxlen=CALLS_SHOWN)


class _Collected(Struct):
    accounts: list[dict[str, Any]] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)
    reached_none: dict[str, int] = field(default_factory=lambda: {"unmatched": 0, "unauthenticated": 0})
    lossless: deque[dict[str, Any]] = field(default_factory=_newest)
    lossy: deque[dict[str, Any]] = field(default_factory=_newest)
    calls: int = 0


_collected: list[_Collected] = []
"""One collector if a report was asked for. It is global, because tenants are closed in many places."""


def want() -> None:
    """Start collecting, without earlier data."""
    _collected[:] = [_Collected()]


def wanted() -> bool:
    """Whether a report was asked for."""
    return bool(_collected)


def collect_calls(controls: Journals, account: Account, after: int) -> None:
    """Add the calls of a tenant after an exchange. The running test sent them."""
    from mockservers.core.accounting.call_summary import summaries

    with suppress(UsageError, ServerUnavailable):  # the tenant was deleted, or the server ended: the verdict says so
        exchanges = controls.journal(account.tenant, after=after)["exchanges"]
        for call in summaries(account.vendor, account.tenant, exchanges, account.ledger["findings"]):
            _add_call(call | {"test": running().test})


def collect_verdict(evidence: Evidence, verdict: Verdict) -> None:
    """Add the evidence of the running test since its last verdict, and its failures."""
    from mockservers.core.accounting.call_summary import loss_of, summary

    (run,) = _collected
    test = running()
    for account in evidence.accounts:
        lost = [each | {"test": test.test, "line": test.line} for each in account.ledger["findings"] if loss_of(each)]
        if lost or account.ledger["items"].get("sent"):
            ledger = {"vendor_title": account.title, "items": dict(account.ledger["items"]), "findings": lost}
            accepted = (*account.accepted, *test.policy.expected)
            run.accounts.append({**asdict(replace(account, ledger={}, accepted=accepted)), "ledger": ledger})
    run.reached_none["unmatched"] += len(evidence.unmatched)
    run.reached_none["unauthenticated"] += len(evidence.without_tenant)
    for call in evidence.unauthenticated:
        _add_call(summary(call["vendor"], call["tenant"], call, (), call["why"]) | {"test": test.test})
    collect_failures(verdict)


def collect_failures(verdict: Verdict) -> None:
    """Add the failures of the running test."""
    (run,) = _collected
    test = running().test
    run.failures += [
        to_builtins(replace(each, heading=f"{test}: {each.heading}" if test else each.heading))
        for each in verdict.failures
    ]


def _add_call(call: dict[str, Any]) -> None:
    (run,) = _collected
    run.calls += 1
    (run.lossy if call["losses"] or call["reached"] != "tenant" else run.lossless).append(call)


def handed_over() -> str:
    """The data of this process, as text."""
    (run,) = _collected
    return json.dumps(asdict(run), default=list)


def take_over(text: str) -> None:
    """Add the data of another process."""
    (run,) = _collected
    data = json.loads(text)
    run.accounts += data["accounts"]
    run.failures += data["failures"]
    run.calls += data["calls"]
    run.lossy.extend(data["lossy"])
    run.lossless.extend(data["lossless"])
    for kind, count in data["reached_none"].items():
        run.reached_none[kind] += count


def evidence() -> Evidence:
    """The evidence of the run. Calls that reached no tenant are only counted."""
    (run,) = _collected
    nothing: Mapping[str, Any] = {"operation": "any"}
    return Evidence(
        tuple(Account(**each) for each in run.accounts),
        (nothing,) * run.reached_none["unmatched"],
        (nothing,) * run.reached_none["unauthenticated"],
    )


def verdict() -> Verdict:
    """The failures of all tests, each with the test in its heading."""
    (run,) = _collected
    return Verdict(tuple(map(_failure, run.failures)), evidence().sent)


def calls() -> tuple[list[dict[str, Any]], int]:
    """The calls of the report, calls with losses first, then the newest, and the number of those left out."""
    (run,) = _collected
    newest = [*reversed(run.lossy), *reversed(run.lossless)]
    return newest, run.calls - len(newest)


def _failure(data: Mapping[str, Any]) -> Failure:
    rows = tuple(Row(**{**row, "places": tuple(map(tuple, row["places"]))}) for row in _list(data["rows"]))
    return Failure(**{**data, "rows": rows, "notes": tuple(data["notes"])})


def _list(rows: Iterable[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in rows]
