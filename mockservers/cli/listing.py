"""`mockservers rules` and `mockservers errors`: what the contracts say, as text and JSON."""

from __future__ import annotations

import json
import shlex
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mockservers.core.contract.authorization import placeholders
from mockservers.core.contract.contract import Contract
from mockservers.core.contract.placeholders import filled
from mockservers.core.contract.provenance import label, weaker
from mockservers.core.contract.refusals import Refusal
from mockservers.core.errors import UsageError
from mockservers.vendors import load_contract


def listed_rules(vendors: Iterable[str], contracts: Path | None = None) -> list[dict[str, Any]]:
    """The rules of vendors, by the folder `contracts` if there is one.

    {"rule", "says", "provenance", "provenance_of", "source", "reason", "refs", "reading"}.
    """
    return [
        {
            "rule": rule.id,
            "says": rule.says,
            "provenance": rule.provenance,
            "provenance_of": dict(rule.provenance_of),
            "source": dict(rule.source) or None,
            "reason": rule.reason or None,
            "refs": list(rule.refs),
            "reading": rule.reading
            and {
                "default": rule.reading.default,
                "choices": {
                    choice: {"says": says, "recoverable": rule.reading.recoverable[choice]}
                    for choice, says in rule.reading.choices.items()
                },
            },
        }
        for name in vendors
        for rule in load_contract(name, contracts).rules.values()
    ]


def render_rules(rules: Iterable[Mapping[str, Any]]) -> str:
    """Rules as text."""
    lines: list[str] = []
    for rule in rules:
        lines.append(f"{rule['rule']}  ({label(rule['provenance_of'])})")
        lines.append(_wrapped(rule["says"]))
        if rule["reason"]:
            lines.append(_wrapped(f"Why: {rule['reason']}"))
        if rule["source"]:
            words = f" · “{rule['source']['words']}”" if "words" in rule["source"] else ""
            lines.append(f"    {rule['source']['url']} · {rule['source']['section']}{words}")
        for choice, meaning in (rule["reading"] or {"choices": {}})["choices"].items():
            default = " (default)" if choice == rule["reading"]["default"] else ""
            survives = "" if meaning["recoverable"] else " No client can prevent the loss."
            lines.append(_wrapped(f"--reading {rule['rule']}={choice}{default}: {meaning['says']}.{survives}"))
        lines.append("")
    return "\n".join(lines).rstrip()


def listed_errors(name: str, url: str, contracts: Path | None = None) -> list[dict[str, Any]]:
    """The refusals of a vendor, with a request to the server at `url` for each.

    {"refusal", "status", "headers", "body", "rule", "provenance", "provenance_of", "request", "curl"}.
    UsageError for a wrong URL.
    """
    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise UsageError(f"{url!r} is not the address of a server. Fix: --url http://127.0.0.1:8080.")
    contract = load_contract(name, contracts)
    return [
        {
            "refusal": refusal.name,
            "status": refusal.status,
            "headers": dict(refusal.headers),
            "body": refusal.body,
            "rule": refusal.rule,
            "provenance": weaker(refusal.provenance_of),
            "provenance_of": dict(refusal.provenance_of),
            "request": _request(contract, refusal) or None,
            "curl": _curl(contract, refusal, url.rstrip("/")) if refusal.request else None,
        }
        for refusal in contract.refusals.values()
    ]


def render_errors(errors: Iterable[Mapping[str, Any]]) -> str:
    """Refusals as text, with a curl command for each that a request can cause."""
    lines: list[str] = []
    for error in errors:
        body = error["body"] if isinstance(error["body"], str) else json.dumps(error["body"], ensure_ascii=False)
        lines.append(f"{error['refusal']}  {error['status']}  {error['rule']}  ({label(error['provenance_of'])})")
        lines.append(f"    {body if error['body'] is not None else '(no body)'}")
        lines.append(f"    {error['curl'] or 'the contract has no request that causes it'}")
        lines.append("")
    return "\n".join(lines).rstrip()


def _curl(contract: Contract, refusal: Refusal, url: str) -> str:
    request = _request(contract, refusal)
    words = ["curl", "-s", "-X", request["method"]]
    for header, value in request.get("headers", {}).items():
        words += ["-H", f"{header}: {value}"]
    if "json" in request:
        words += ["-H", "Content-Type: application/json", "-d", json.dumps(request["json"], ensure_ascii=False)]
    elif "text" in request:
        words += ["--data-binary", request["text"]]
    stdin = ""
    if "file" in request:
        file = request["file"]
        stdin = f"printf %s {shlex.quote(file['text'])} | "
        words += ["-F", f"{file['name']}=@-;filename={file['filename']};type={file['type']}"]
    curl = stdin + shlex.join([*words, f"{url}/{contract.vendor}{request['path']}"])
    times = request.get("times", 1)
    return f"for n in $(seq {times}); do {curl}; done" if times > 1 else curl


def _request(contract: Contract, refusal: Refusal) -> dict[str, Any]:
    """The request that causes a refusal, with the demo tenant's credentials."""
    request: dict[str, Any] = filled(dict(refusal.request), placeholders(contract, contract.demo.credentials))
    return request


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 110, initial_indent="    ", subsequent_indent="      ")
