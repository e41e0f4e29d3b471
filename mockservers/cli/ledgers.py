"""`mockservers ledger`: what became of what was sent, as a gate for a CI job in any language."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import click

from mockservers.cli.output import has_colour, write_through
from mockservers.client import Client
from mockservers.core.accounting.evidence import Evidence, counting, gather
from mockservers.core.accounting.mutant import tests_mutant
from mockservers.core.accounting.verdict import Policy, Verdict, judge
from mockservers.core.value import replace
from mockservers.core.values.json_text import dumps
from mockservers.reports import text as report
from mockservers.reports.call_line import call_line
from mockservers.reports.sarif import sarif
from mockservers.reports.verdict import junit, text, to_dict
from mockservers.testing.expectations import known
from mockservers.web.version import package_version


@dataclass(frozen=True, slots=True)
class Gate:
    """What fails a gate. `at_least` is None for one item, or none with "never". `expected` are rules or patterns."""

    fail_on: str = "never"
    at_least: int | None = None
    expected: Collection[str] = ()
    tenants: Collection[str] = ()

    @property
    def policy(self) -> Policy:
        """UsageError for an expected rule that no vendor has."""
        fail_on = "never" if tests_mutant() else self.fail_on
        fails = fail_on != "never"
        least = int(fails) if self.at_least is None else self.at_least
        return Policy(fail_on, known(self.expected), (), least, tuple(self.tenants) if fails else ())


def judged(client: Client, gate: Gate) -> tuple[Evidence, Verdict]:
    """The ledgers of the gate's tenants, or of all tenants if it names none, and the verdict on them.

    The accounts carry the rules that the gate expects.
    """
    policy = gate.policy
    evidence = gather(client, gate.tenants)
    verdict = judge(evidence, policy)
    accounts = tuple(replace(account, accepted=policy.expected) for account in evidence.accounts)
    return replace(evidence, accounts=accounts), verdict


def render(evidence: Evidence, verdict: Verdict) -> str:
    """One line per tenant with its findings, and then the failures."""
    failed = {failure.tenant for failure in verdict.failures}
    lines: list[str] = []
    for account in evidence.accounts:
        lines.append(f"{account.title} ({account.tenant}): {report.items(account.ledger)}.")
        if account.tenant not in failed:
            lines += report.rows(counting(account.ledger))
    if verdict.failed:
        lines.append(text(verdict))
    return "\n".join(lines) if lines else "There is no tenant, and nothing was sent."


def as_json(evidence: Evidence, verdict: Verdict) -> dict[str, Any]:
    """{"ledgers": [{"tenant", "vendor", "items", …}], "verdict": {"failed", "sent", "failures"}}."""
    ledgers = [{"tenant": each.tenant, "vendor": each.vendor, **each.ledger} for each in evidence.accounts]
    return {"ledgers": ledgers, "verdict": to_dict(verdict)}


def as_junit(evidence: Evidence, verdict: Verdict) -> bytes:
    """JUnit XML: one suite per vendor, one case per tenant. A tenant that fails the gate is a failed case."""
    return junit("mockservers ledger", evidence.accounts, verdict)


def as_sarif(client: Client, evidence: Evidence, verdict: Verdict) -> bytes:
    """SARIF 2.1.0: a result for each loss, which names the page of its call."""
    coverage = client.coverage()["vendors"]
    return sarif(evidence, verdict, coverage, version=package_version(), url=client.url)


def follow(client: Client, tenants: Collection[str], *, as_json: bool) -> None:
    """Print each call as it is answered, of these tenants or of all, in the format of `mockservers serve`."""
    click.echo(f"Following {client.url}. Ctrl-C ends it.", err=True)
    for call in client.events():
        if not tenants or call["tenant"] in tenants:
            line = dumps(call).decode("utf-8", "replace") if as_json else ""
            write_through(f"{line or call_line(call, url=client.url, colour=has_colour())}\n")
