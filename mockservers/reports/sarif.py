"""Losses as SARIF 2.1.0, for code scanning and editors: https://docs.oasis-open.org/sarif/sarif/v2.1.0/.

A result's artifact is the file of the test that sent the call; if it is unknown, the call's page on the server.
Its logical location is the place in the body of the request.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from mockservers.core.accounting.evidence import Evidence
from mockservers.core.accounting.verdict import Failure, Verdict
from mockservers.reports.call_line import permalink
from mockservers.reports.losses import KINDS, Loss, losses
from mockservers.reports.verdict import lines

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
RESULTS_MOST = 5_000
"""GitHub takes 25,000 results and shows 5,000."""

_LEVELS = {"silent": "error", "lost": "warning", "at-risk": "note"}
_SERVER = "SERVER"
_SOURCES = "%SRCROOT%"


def sarif(
    evidence: Evidence, verdict: Verdict, coverage: Iterable[Mapping[str, Any]], *, version: str, url: str = ""
) -> bytes:
    """A SARIF log of one run: every loss and risk, and every other failure. Expected losses are suppressed.

    `coverage` is that of the server or run, and has the rules' sentences. `url` is the address of the server.
    """
    listed_losses = losses(evidence)
    sentences = {rule["rule"]: rule["says"] for report in coverage for rule in report["of"]}
    rules: dict[str, dict[str, Any]] = {}
    results = [_loss(each, _rule(rules, each, sentences)) for each in listed_losses[:RESULTS_MOST]]
    results += [_failure(each, _kind(rules, each)) for each in verdict.failures if each.kind not in KINDS]
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "mockservers",
                "version": version,
                "rules": [each["rule"] for each in rules.values()],
            }
        },
        "columnKind": "utf16CodeUnits",
        "results": results,
        "properties": {"itemsSent": verdict.sent, "resultsLeftOut": max(0, len(listed_losses) - RESULTS_MOST)},
    }
    if url:
        run["originalUriBaseIds"] = {_SERVER: {"uri": f"{url.rstrip('/')}/"}}
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace") + b"\n"


def _rule(rules: dict[str, dict[str, Any]], loss: Loss, sentences: Mapping[str, str]) -> int:
    """The index of a loss's rule among those of the run."""
    finding = loss.finding
    name = str(finding["rule"])
    if name not in rules:
        text = sentences.get(name, name)
        rule: dict[str, Any] = {
            "id": name,
            "shortDescription": {"text": text},
            "fullDescription": {"text": text},
            "help": {"text": finding["fix"]},
            "properties": {"provenance": finding["provenance"], "tags": [loss.account.vendor, finding["outcome"]]},
        }
        if finding.get("source"):
            rule["helpUri"] = finding["source"]
        rules[name] = {"index": len(rules), "rule": rule}
    return int(rules[name]["index"])


def _kind(rules: dict[str, dict[str, Any]], failure: Failure) -> int:
    """The index of the rule of a failure that is not a loss: the kind of the failure."""
    if failure.kind not in rules:
        text = {"text": f"mockservers: {failure.kind}"}
        rule = {"id": failure.kind, "shortDescription": text, "fullDescription": text, "help": text}
        rules[failure.kind] = {"index": len(rules), "rule": rule}
    return int(rules[failure.kind]["index"])


def _loss(loss: Loss, rule: int) -> dict[str, Any]:
    finding, account = loss.finding, loss.account
    call = {"vendor": account.vendor, "tenant": account.tenant, "exchange": finding["exchange"]}
    places = [place for place in finding["where"] if place]  # an empty place is the whole body
    result: dict[str, Any] = {
        "ruleId": finding["rule"],
        "ruleIndex": rule,
        "level": _LEVELS[loss.kind],
        "message": {"text": f"{account.title}: {finding['why']}. {finding['fix']}"},
        "locations": [
            {
                "physicalLocation": _artifact(loss, permalink(call).removeprefix("/")),
                "logicalLocations": [{"fullyQualifiedName": place, "kind": "property"} for place in places],
            }
        ],
        "occurrenceCount": max(1, int(finding["count"])),
        "partialFingerprints": {"loss/v1": _fingerprint(loss)},
        "properties": {"loss": loss.kind, "outcome": finding["outcome"], "reported": finding["reported"], **call},
    }
    if not places:
        del result["locations"][0]["logicalLocations"]
    if loss.expected:
        result["suppressions"] = [{"kind": "external", "status": "accepted"}]
    return result


def _failure(failure: Failure, rule: int) -> dict[str, Any]:
    place = "/".join(part for part in ("calls", failure.vendor, failure.tenant) if part)
    text = "\n".join(lines(failure))
    return {
        "ruleId": failure.kind,
        "ruleIndex": rule,
        "level": "error",
        "message": {"text": text},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": place, "uriBaseId": _SERVER}}}],
    }


def _artifact(loss: Loss, call: str) -> dict[str, Any]:
    file, line = loss.file
    if not file:
        return {"artifactLocation": {"uri": call, "uriBaseId": _SERVER}}
    place: dict[str, Any] = {"artifactLocation": {"uri": file, "uriBaseId": _SOURCES}}
    return place | {"region": {"startLine": line}} if line else place


def _fingerprint(loss: Loss) -> str:
    """A hash of a loss that is equal in every run, so that the loss is one alert."""
    finding = loss.finding
    parts = (loss.account.vendor, finding["rule"], finding["outcome"], finding["key"], loss.test)
    return hashlib.sha256("\0".join(map(str, parts)).encode("utf-8", "backslashreplace")).hexdigest()[:32]
