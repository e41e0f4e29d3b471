"""A verdict as text, as JSON and as JUnit XML. This module decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from mockservers.core.accounting.evidence import Account
from mockservers.core.accounting.finding_groups import Row
from mockservers.core.accounting.verdict import Failure, Verdict
from mockservers.core.value import to_builtins
from mockservers.reports.text import fixes, table

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

ROWS_OF_A_RULE = 5
"""Maximum number of rows of one rule and outcome in a text. Further rows are counted in one line."""


def text(verdict: Verdict) -> str:
    """A heading and a table for each failure; empty if there is none."""
    return "\n".join(line for failure in verdict.failures for line in lines(failure))


def lines(failure: Failure) -> list[str]:
    """The heading, the rows in columns, the fixes and the notes."""
    shown, omitted = _shortened(failure.rows)
    return [failure.heading, *table(shown), *omitted, *fixes(shown), *failure.notes]


def _shortened(rows: Sequence[Row]) -> tuple[list[Row], list[str]]:
    shown: list[Row] = []
    omitted: dict[tuple[str, str], int] = {}
    count_by_rule: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row.outcome, row.rule)
        count_by_rule[key] = count_by_rule.get(key, 0) + 1
        if count_by_rule[key] <= ROWS_OF_A_RULE:
            shown.append(row)
        else:
            omitted[key] = omitted.get(key, 0) + row.count
    return shown, [f"  and {count} more {outcome} by {rule}" for (outcome, rule), count in omitted.items()]


def to_dict(verdict: Verdict) -> dict[str, Any]:
    """As JSON: {"failed", "sent", "failures": [{"kind", "heading", "vendor", "tenant", "rows", "notes", "count"}]}."""
    return {"failed": verdict.failed, "sent": verdict.sent, "failures": to_builtins(verdict.failures)}


def junit(name: str, accounts: Iterable[Account], verdict: Verdict) -> bytes:
    """JUnit XML: one suite per vendor, one case per tenant, and one case for calls that reached no tenant."""
    from xml.etree import ElementTree as ET  # noqa: PLC0415 - few runs write JUnit

    cases: dict[str, dict[str, list[Failure]]] = {}
    for account in accounts:
        cases.setdefault(account.vendor, {})[account.tenant] = []
    for failure in verdict.failures:
        vendor, case = failure.vendor or "mockservers", failure.tenant or failure.kind
        cases.setdefault(vendor, {}).setdefault(case, []).append(failure)
    suites = ET.Element("testsuites", name=name)
    for vendor, of_vendor in cases.items():
        failed = sum(1 for failures in of_vendor.values() if failures)
        suite = ET.SubElement(
            suites, "testsuite", name=vendor, tests=str(len(of_vendor)), failures=str(failed), errors="0", skipped="0"
        )
        for case, failures in of_vendor.items():
            element = ET.SubElement(suite, "testcase", classname=f"mockservers.{vendor}", name=printable(case))
            if failures:
                _failed(element, failures)
    ET.indent(suites)
    document: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _failed(case: Element, failures: Sequence[Failure]) -> None:
    """One failure element for all reasons, because readers of JUnit expect one."""
    reasons = "\n".join(line for failure in failures for line in lines(failure))
    message = "; ".join(failure.heading for failure in failures)
    element = case.makeelement("failure", {"message": printable(message), "type": failures[0].kind})
    element.text = printable(reasons)
    case.append(element)


def printable(text: str) -> str:
    """Text without the characters that XML cannot contain."""
    return "".join(letter if letter in "\n\t" or _holds(letter) else "\ufffd" for letter in text)


def _holds(letter: str) -> bool:
    return " " <= letter < "\ud800" or "\ue000" <= letter <= "\ufffd" or letter >= "\U00010000"
