"""Which operations of a vendor were called: the part of a coverage report about operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from mockservers.core.errors import UnknownName
from mockservers.core.values.plurals import counted

Reports = Iterable[Mapping[str, Any]]


def merged(first: Reports, second: Reports) -> list[dict[str, Any]]:
    """The operations of two reports on the same vendor, with the sums of their calls."""
    operations = {each["operation"]: dict(each) for each in first}
    for each in second:
        operation = operations.setdefault(each["operation"], {**each, "calls": 0})
        operation["calls"] += each["calls"]
    return list(operations.values())


def never_called(reports: Reports, operations: Sequence[str]) -> list[str]:
    """Those of the operations that were never called. UnknownName for one that no vendor has."""
    calls = {each["operation"]: each["calls"] for report in reports for each in report["operations"]}
    for name in operations:
        if name not in calls:
            raise UnknownName("operation", name, calls)
    return [name for name in operations if not calls[name]]


def text(report: Mapping[str, Any]) -> list[str]:
    """The operations that were called, each with its calls and rules, and those that were never called."""
    called, never = called_and_never(report)
    names = ", ".join(each["operation"] for each in never) or "none"
    widest = max((len(each["operation"]) for each in called), default=0)
    lines = ["", f"{report['vendor_title']}: {len(called)} of {counted(len(called) + len(never), 'operation')} called"]
    lines += [
        f"  {each['operation']:{widest}}  {each['method']} {each['path']}  {tried(each, report)}" for each in called
    ]
    return [*lines, f"  never called: {names}"]


def html(report: Mapping[str, Any]) -> str:
    """The same as an HTML list that the reader can open."""
    called, never = called_and_never(report)
    rows = "".join(
        f"<li><code>{escape(each['operation'])}</code> {escape(each['method'])} <code>{escape(each['path'])}</code> "
        f"{tried(each, report)}</li>"
        for each in (*called, *never)
    )
    total = counted(len(called) + len(never), "operation")
    return f"<details open><summary>{len(called)} of {total} called</summary><ul>{rows}</ul></details>"


def called_and_never(report: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """The operations of a report: those that were called, and those that were never called."""
    called = [each for each in report["operations"] if each["calls"]]
    return called, [each for each in report["operations"] if not each["calls"]]


def tried(operation: Mapping[str, Any], report: Mapping[str, Any]) -> str:
    """`3 calls, 2 of its 4 rules exercised`; `never called`."""
    if not operation["calls"]:
        return "never called"
    exercised = {rule["rule"] for rule in report["of"] if rule["times"]}
    rules = operation["rules"]
    calls = counted(operation["calls"], "call")
    count = sum(1 for rule in rules if rule in exercised)
    return f"{calls}, {count} of its {counted(len(rules), 'rule')} exercised" if rules else calls
