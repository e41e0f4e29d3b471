"""`mockservers ledger`: what became of what was sent, as a gate for a CI job in any language."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from mockservers.client import Client
from mockservers.core.accounting.evidence import Evidence, counting, gather
from mockservers.core.accounting.verdict import Policy, Verdict, judge
from mockservers.reports import text as report
from mockservers.reports.verdict import junit, text, to_dict
from mockservers.testing.expectations import known


@dataclass(frozen=True, slots=True)
class Gate:
    """What fails a gate. `at_least` of None is one item, unless nothing fails it. `expected` are rules or patterns."""

    fail_on: str = "never"
    at_least: int | None = None
    expected: Collection[str] = ()
    tenants: Collection[str] = ()

    @property
    def policy(self) -> Policy:
        """UsageError for an expected rule that no vendor has."""
        fails = self.fail_on != "never"
        least = int(fails) if self.at_least is None else self.at_least
        return Policy(self.fail_on, known(self.expected), (), least, tuple(self.tenants) if fails else ())


def looked_at(client: Client, gate: Gate) -> tuple[Evidence, Verdict]:
    """The ledgers of tenants, all of them when the gate names none, and the verdict on them."""
    policy = gate.policy
    evidence = gather(client, gate.tenants)
    return evidence, judge(evidence, policy)


def render(evidence: Evidence, verdict: Verdict) -> str:
    """A line a tenant with its findings, and then what fails."""
    failed = {failure.tenant for failure in verdict.failures}
    lines: list[str] = []
    for account in evidence.accounts:
        lines.append(f"{account.title} ({account.tenant}): {report.items(account.ledger)}.")
        if account.tenant not in failed:
            lines += report.rows(counting(account.ledger))
    if verdict.failed:
        lines.append(text(verdict))
    return "\n".join(lines) if lines else "No tenant, nothing sent."


def as_json(evidence: Evidence, verdict: Verdict) -> dict[str, Any]:
    """{"ledgers": [{"tenant", "vendor", "items", …}], "verdict": {"failed", "sent", "failures"}}."""
    ledgers = [{"tenant": each.tenant, "vendor": each.vendor, **each.ledger} for each in evidence.accounts]
    return {"ledgers": ledgers, "verdict": to_dict(verdict)}


def as_junit(evidence: Evidence, verdict: Verdict) -> bytes:
    """JUnit XML: a suite a vendor, a case a tenant, failed with its report when it fails the gate."""
    return junit("mockservers ledger", evidence.accounts, verdict)
