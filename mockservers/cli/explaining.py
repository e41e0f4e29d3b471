"""`mockservers explain`: what a vendor would do with a file, without a server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mockservers.core.contract.contract import Contract, Operation
from mockservers.core.deciding.shared_rules import refused_unstored
from mockservers.core.errors import UnknownName, UsageError
from mockservers.core.exchange.call import Part, Request
from mockservers.core.state.spool import Spooled
from mockservers.core.tenancy.mock import Mock
from mockservers.core.value import replace
from mockservers.core.values import clock
from mockservers.core.values.json_text import NotJson, dumps, loads
from mockservers.reports import text as report
from mockservers.vendors import load_contract, vendor, vendor_title

_PARAMETER = re.compile(r"\{([^{}/]+)\}")


@dataclass(frozen=True, slots=True)
class Question:
    """What to explain. `path` are values of the operation's path by name: {"day": "20251101"}."""

    vendor: str
    body: bytes
    operation: str | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)
    now: str | None = None
    readings: Mapping[str, str] = field(default_factory=dict)
    contracts: Path | None = None


def explain(question: Question) -> dict[str, Any]:
    """{"vendor", "operation", "filled_in", "reply", "items", "lost", "silent", "findings"}.

    `reply` is {"status", "headers", "body"}. `filled_in` names credentials that this function adds, because a real
    call must have them in its body.
    """
    mock = Mock(vendor(question.vendor), load_contract(question.vendor, question.contracts))
    operation = _operation(mock.contract, question.operation)
    now = clock.moment(question.now) if question.now else None
    tenant = mock.create(readings=question.readings, now=now, frozen=True)
    tenant.replace_state(question.state)
    absent = _absent_credentials(mock.contract, operation, question.body)
    body = _with_members(question.body, {name: tenant.credentials[name] for name in absent})
    request = _request(mock.contract, operation, body)
    path = _path(operation, question.path)
    if len(request.body) > mock.contract.body_max:
        request = replace(request, body=b"", broken="the body is too large")
        refused = refused_unstored(mock.contract, "too-large")
        answer = tenant.exchange(mock.call(operation.id, path, request), request, lambda _call, _view: refused)
    else:
        answer = tenant.exchange(mock.call(operation.id, path, request), request)
    while tenant.due:
        tenant.advance_to(tenant.due[-1].due)
    ledger = tenant.ledger.to_dict()
    return {
        "vendor": question.vendor,
        "operation": operation.id,
        "filled_in": absent,
        "reply": {
            "status": answer.reply.status,
            "headers": dict(answer.reply.headers),
            "body": answer.reply.body.decode("utf-8", "replace"),
        },
        "items": ledger["items"],
        "lost": sum(finding["count"] for finding in ledger["findings"] if finding["loses"]),
        "silent": ledger["silent"],
        "findings": ledger["findings"],
    }


def render(answer: Mapping[str, Any]) -> str:
    """An explanation as text."""
    reply = answer["reply"]
    lines = [
        f"{vendor_title(answer['vendor'])} {answer['operation']} answers {reply['status']} {reply['body']}".rstrip(),
        f"{report.items(answer)}. Lost: {answer['lost']}, silently: {answer['silent']}.",
        *report.rows(answer["findings"]),
    ]
    if answer["filled_in"]:
        names = " and ".join(answer["filled_in"])
        pronoun = "it" if len(answer["filled_in"]) == 1 else "them"
        lines.append(f"Added: {names} of a test account. The body of a real call must have {pronoun}.")
    return "\n".join(lines)


def _operation(contract: Contract, name: str | None) -> Operation:
    name = name or contract.openapi["x-order-import"]
    if name not in contract.operations:
        raise UnknownName(f"operation of {contract.vendor}", name, contract.operations)
    return contract.operations[name]


def _path(operation: Operation, arguments: Mapping[str, str]) -> dict[str, str]:
    """The values of a path, by the names in its template. The user may also give the `x-name` of a parameter."""
    names = {name: _shown_name(operation, name) for name in _PARAMETER.findall(operation.path)}
    values = {name: arguments.get(shown_name, arguments.get(name)) for name, shown_name in names.items()}
    for name in arguments:
        if name not in names and name not in names.values():
            raise UnknownName(f"--path value of {operation.id}", name, names.values())
    if len(arguments) != len(names) or None in values.values():
        expected = " ".join(f"--path {name}=…" for name in names.values()) or "no --path"
        raise UsageError(f"{operation.id} takes {expected}.")
    return {name: value for name, value in values.items() if value is not None}


def _shown_name(operation: Operation, name: str) -> str:
    for parameter in operation.spec.get("parameters", ()):
        if parameter.get("in") == "path" and parameter.get("name") == name:
            return str(parameter.get("x-name", name))
    return name


def _absent_credentials(contract: Contract, operation: Operation, body: bytes) -> list[str]:
    """The credentials that the operation requires in its body and that are missing there."""
    content = operation.spec.get("requestBody", {}).get("content", {}).get("application/json")
    try:
        value = loads(body).value if content else None
    except NotJson:
        return []
    if not isinstance(value, dict):
        return []
    required = set(_required(contract, content["schema"]))
    return [each.name for each in contract.credentials if each.name in required and each.name not in value]


def _required(contract: Contract, schema: Mapping[str, Any]) -> Iterator[str]:
    yield from schema.get("required", ())
    if "$ref" in schema:
        yield from _required(contract, contract.resolve(schema["$ref"]))


def _with_members(body: bytes, members: Mapping[str, str]) -> bytes:
    """A JSON object with more members. The others stay byte for byte: exact numbers, repeated keys."""
    if not members:
        return body
    before, brace, after = body.partition(b"{")
    added = dumps(members)[1:-1]
    return before + brace + added + (b"" if after.lstrip().startswith(b"}") else b",") + after


def _request(contract: Contract, operation: Operation, body: bytes) -> Request:
    headers = {"content-type": "application/json"}
    if not operation.upload:
        return Request(operation.method, operation.path, headers=headers, body=body)
    encoding = operation.spec["requestBody"]["content"]["multipart/form-data"]["encoding"][operation.upload]
    part = Part(operation.upload, "blob", encoding["contentType"], Spooled.of(body))
    return Request(operation.method, operation.path, headers={"content-type": "multipart/form-data"}, parts=(part,))
