"""`mockservers ledger`: what became of what was sent, as a gate for a CI job in any language."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from mockservers.cli.output import write
from mockservers.client import Client, NotFound
from mockservers.core import report


def ledgers(client: Client, tenants: Iterable[str]) -> list[dict[str, Any]]:
    """The ledgers of tenants, all of them when none is named: each with "tenant" and "vendor" beside what it has."""
    named = set(tenants)
    known = client.tenants()
    chosen = [tenant for tenant in known if not named or tenant["id"] in named]
    missing = named - {tenant["id"] for tenant in chosen}
    for name in sorted(missing):
        client.ledger(name)  # raises, with the names there are
    return [ledger for tenant in chosen if (ledger := _ledger(client, tenant, named))]


def _ledger(client: Client, tenant: Mapping[str, Any], named: Container[str]) -> dict[str, Any] | None:
    """A tenant's ledger; None when nobody named it and it is gone by now, as those of running tests go."""
    try:
        return {"tenant": tenant["id"], "vendor": tenant["vendor"], **client.ledger(tenant["id"])}
    except NotFound:
        if tenant["id"] in named:
            raise
        return None


def failures(ledger: Mapping[str, Any], fail_on: str) -> list[dict[str, Any]]:
    """The findings of a ledger that fail the gate."""
    found: list[dict[str, Any]] = ledger["findings"]
    match fail_on:
        case "silent":
            return [finding for finding in found if finding["silent"]]
        case "lost":
            return [finding for finding in found if finding["loses"]]
        case "at-risk":
            return [finding for finding in found if finding["silent"] or finding["outcome"] == "at-risk"]
        case _:
            return []


def fails(ledger: Mapping[str, Any], fail_on: str) -> bool:
    """Whether a ledger fails the gate; silent losses whose findings made room for newer ones count, too."""
    if failures(ledger, fail_on):
        return True
    return fail_on != "never" and ledger["silent"] > 0


def render(found: Iterable[Mapping[str, Any]], fail_on: str) -> str:
    """Ledgers as text."""
    lines: list[str] = []
    for ledger in found:
        lines.append(f"{report.title(ledger['vendor'])} ({ledger['tenant']}): {report.items(ledger)}.")
        if fails(ledger, fail_on):
            lines.append(report.lost(ledger["vendor"], ledger, failures(ledger, fail_on)))
        else:
            lines += report.rows(ledger["findings"])
    return "\n".join(lines) if lines else "No tenant, nothing sent."


def write_junit(found: Iterable[Mapping[str, Any]], fail_on: str, path: Path) -> None:
    """A JUnit XML file: a suite a vendor, a case a tenant, failed with its report when it fails the gate."""
    suites = ET.Element("testsuites", name="mockservers ledger")
    for ledger in found:
        failed = fails(ledger, fail_on)
        suite = ET.SubElement(
            suites, "testsuite", name=ledger["vendor"], tests="1", failures=str(int(failed)), errors="0", skipped="0"
        )
        case = ET.SubElement(suite, "testcase", classname=f"mockservers.{ledger['vendor']}", name=ledger["tenant"])
        if failed:
            said = report.lost(ledger["vendor"], ledger, failures(ledger, fail_on))
            failure = ET.SubElement(case, "failure", message=said.splitlines()[0], type=fail_on)
            failure.text = _printable(said)
    ET.indent(suites)
    write(path, ET.tostring(suites, encoding="utf-8", xml_declaration=True))


def _printable(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return "".join(letter if letter >= " " or letter in "\n\t" else "\ufffd" for letter in text)
