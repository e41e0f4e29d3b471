"""The contract of a new vendor, from its OpenAPI document. Every rule is assumed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from mockservers.cli.scaffold.credentials import Scheme, scheme_of
from mockservers.cli.scaffold.operations import Operations, Stored
from mockservers.cli.scaffold.samples import shown
from mockservers.cli.scaffold.schemas import Cleaner
from mockservers.cli.scaffold.source import Document
from mockservers.core.contract.boolean_schemas import as_objects
from mockservers.core.contract.contract import Contract
from mockservers.core.errors import UsageError

UNKNOWN = "surplus"
"""The unknown key of the demo call, whose value is lost."""

_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_REFUSALS = {
    "unauthorized": (401, "auth.credentials"),
    "invalid": (400, "request.schema"),
    "not-found": (404, "request.route"),
    "method-not-allowed": (405, "request.route"),
    "too-large": (413, "request.limits"),
    "too-many-requests": (429, "request.limits"),
    "unavailable": (503, "request.limits"),
}
_RULES = {
    "auth.credentials": (
        "A call without the credentials of an account is refused.",
        "no account has these credentials",
    ),
    "request.route": ("A path or method without an operation is refused.", "no operation has this path and method"),
    "request.limits": (
        "Calls that are too large or too frequent are refused.",
        "the call is too large or too frequent",
    ),
    "request.schema": ("A body that violates its schema is refused as a whole.", "{problem}"),
    "request.not-modelled": ("A body that is not JSON is refused.", "the mock does not read such a body"),
    "request.unknown-key": (
        "A key that is not in the schema is ignored.",
        "{key} is not in the schema; {given} is lost",
    ),
    "request.repeated-key": (
        "If a key occurs twice in an object, the last value counts.",
        "{key} occurs again later; {given} is lost",
    ),
    "record.same-key": (
        "If two items of a request have the same key, the last one is kept.",
        "a later item has the key {key}",
    ),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A new contract: its files by name, and the values for the package's code."""

    name: str
    title: str
    scheme: Scheme
    stored: list[Stored]
    main: Stored
    openapi: dict[str, Any]
    left_out: list[str]
    body: Any = None
    loses: bool = False
    files: dict[str, Any] = field(default_factory=dict)


def drafted(name: str, document: Document) -> Draft:
    """The contract of a vendor. UsageError if no operation of the document stores anything."""
    cleaner = Cleaner()
    operations = Operations(document, cleaner)
    if not operations.stored:
        raise UsageError("No operation of the document takes a JSON object. Fix: give one that imports something.")
    main = _order_import(operations.stored)
    scheme = scheme_of(document, cleaner.left_out)
    servers = [urlsplit(re.sub(r"\{\w+\}", "v1", str(each.get("url", "")))) for each in document.get("servers", ())]
    hosts = list(dict.fromkeys(each.hostname for each in servers if _HOST.fullmatch(each.hostname or "")))
    title = str(document.get("info", {}).get("title") or name.capitalize())
    openapi = {
        "openapi": "3.1.1",
        "info": {"title": title, "version": str(document.get("info", {}).get("version", "1"))},
        "servers": [{"url": "/" + servers[0].path.strip("/") if servers else "/"}],
        "security": [{scheme.credential: []}],
        "x-order-import": main.operation,
        "paths": operations.paths,
        "components": {"securitySchemes": {scheme.credential: scheme.spec}, "schemas": operations.schemas},
    }
    draft = Draft(name, title, scheme, operations.stored, main, openapi, list(dict.fromkeys(cleaner.left_out)))
    return _with_example(document, draft, hosts or [f"api.{name}.example"])


def _with_example(document: Document, draft: Draft, hosts: list[Any]) -> Draft:
    """The draft with its files, and a body of the main operation that the schema accepts."""
    files = {
        "openapi.yaml": draft.openapi,
        "rules.yaml": _rules(draft),
        "errors.yaml": _errors(draft),
    }
    contract = Contract(draft.name, {name: as_objects(content) for name, content in files.items()})
    content = contract.operations[draft.main.operation].spec["requestBody"]["content"]["application/json"]
    validator = contract.validator(content["schema"]["$ref"])
    body = shown({**document, "components": draft.openapi["components"]}, content)
    for place, _ in validator.unknown(body):
        _take_out(body, place)
    if not validator.valid(body):
        problem = validator.violations(body)[0].message
        raise UsageError(
            f"No body could be generated for {draft.main.operation} that its schema accepts: {problem}. "
            "Fix: give its requestBody an `example`."
        )
    surplus = _with_surplus(draft.main, body)
    loses = surplus is not None and validator.valid(surplus) and len(validator.unknown(surplus)) == 1
    for name, request in _refused_requests(draft, body).items():
        files["errors.yaml"]["refusals"][name]["request"] = request
    files["vendor.yaml"] = _vendor(draft, document, hosts, surplus if loses else body)
    return Draft(
        draft.name,
        draft.title,
        draft.scheme,
        draft.stored,
        draft.main,
        draft.openapi,
        draft.left_out,
        body,
        loses,
        files,
    )


def _order_import(stored: list[Stored]) -> Stored:
    """The operation that imports orders, judged by names: first for a batch, then for one order, then any."""

    def rank(each: Stored) -> tuple[bool, bool, bool]:
        return "{" in each.path, "order" not in f"{each.operation}{each.path}".lower(), not each.items

    return min(stored, key=rank)


def _rules(draft: Draft) -> dict[str, Any]:
    reason = "The document does not mention it."
    rules: dict[str, Any] = {
        f"{draft.name}.{name}": {"says": says, "why": reason_text, "provenance": "assumed", "reason": reason}
        for name, (says, reason_text) in _RULES.items()
    }
    rules[f"{draft.name}.request.schema"]["covers"] = ["openapi.yaml#/components/schemas"]
    forms = [
        {"sent": f"/{name}/**", "as": "directive", "of": [each.operation]}
        for each in draft.stored
        for name in each.directives
    ]
    if forms:
        rules[f"{draft.name}.request.directives"] = {
            "says": "The other keys of a batch say how to process its items, and are not kept.",
            "provenance": "assumed",
            "reason": reason,
            "forms": forms,
        }
    return {"numbers": [], "rules": rules}


def _errors(draft: Draft) -> dict[str, Any]:
    return {
        "refusals": {
            name: {"status": status, "rule": f"{draft.name}.{rule}", "provenance": "assumed"}
            for name, (status, rule) in _REFUSALS.items()
        }
    }


def _refused_requests(draft: Draft, body: Any) -> dict[str, dict[str, Any]]:
    """Refusal -> a request that causes it, for those that need no credentials."""
    base = draft.openapi["servers"][0]["url"].rstrip("/")
    path = base + re.sub(r"\{\w+\}", "1", draft.main.path)
    methods = draft.openapi["paths"][draft.main.path]
    stored = next(name for name, spec in methods.items() if spec["operationId"] == draft.main.operation)
    unused = next((method for method in ("delete", "put", "patch", "post", "get") if method not in methods), None)
    return {
        "unauthorized": {"method": stored.upper(), "path": path, "json": body},
        "not-found": {"method": "GET", "path": f"{base}/no-such-path"},
        **({"method-not-allowed": {"method": unused.upper(), "path": path}} if unused else {}),
    }


def _vendor(draft: Draft, document: Document, hosts: list[Any], body: Any) -> dict[str, Any]:
    page = str(document.get("externalDocs", {}).get("url", ""))
    value = f"demo-{draft.name}-{draft.scheme.credential}"
    call: dict[str, Any] = {"operation": draft.main.operation, "json": body}
    parameters = re.findall(r"\{(\w+)\}", draft.main.path)
    if parameters:
        call["path"] = dict.fromkeys(parameters, "1")
    return {
        "title": draft.title,
        "pages": [page if re.match(r"https?://[^/]", page) else f"https://{draft.name}.example/api"],
        "hosts": [{"name": host} for host in hosts],
        "credentials": {draft.scheme.credential: {"pattern": "[A-Za-z0-9._~-]{8,128}", "template": "mock-{hex24}"}},
        "demo": {"credentials": {draft.scheme.credential: value}, "call": call},
    }


def _with_surplus(main: Stored, body: Any) -> Any:
    """The body with an unknown key in its first item; None if it has no item."""
    if not main.items:
        return {**body, UNKNOWN: "lost"} if isinstance(body, dict) else None
    name = main.items.strip("/*")
    items = body.get(name) if name else body
    if not items:
        return None
    changed = [{**items[0], UNKNOWN: "lost"}, *items[1:]]
    return {**body, name: changed} if name else changed


def _take_out(body: Any, place: tuple[Any, ...]) -> None:
    for token in place[:-1]:
        body = body[token]
    body.pop(place[-1], None)
