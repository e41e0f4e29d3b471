"""The same calls through different doors, and all that there is to see of them afterwards."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

import requests
from werkzeug.test import EnvironBuilder, run_wsgi_app

import mockservers
from mockservers.core.contract import fill
from mockservers.core.contracts import data_directory
from mockservers.testing.server import MockServer
from mockservers.web.seeds import demo
from tests.asking import contract

NOW = "2026-01-15T03:00:00+00:00"
_OF_THE_TRANSPORT = {"date", "server", "connection", "transfer-encoding"}
_OF_THE_CLIENT = {"host", "user-agent", "accept", "accept-encoding", "connection", "content-length"}
_BOUNDARY = "a-boundary-that-no-client-chose"


@dataclass(frozen=True)
class Asked:
    """A request as bytes. `path` is below the vendor's host."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    timeout: float = 20

    @classmethod
    def of(cls, request: Mapping[str, Any], credentials: Mapping[str, str]) -> Asked:
        """A request as the contracts' examples and refusals have it."""
        word = base64.b64encode(f"any:{credentials.get('api_key')}".encode()).decode()
        known = {**credentials, "basic": f"Basic {word}"}
        told = json.loads(fill(json.dumps(request), known))
        headers, body = dict(told.get("headers", {})), b""
        if "json" in told:
            headers.setdefault("Content-Type", "application/json")
            body = json.dumps(told["json"], ensure_ascii=False).encode()
        elif "text" in told:
            body = told["text"].encode()
        elif "file" in told:
            headers["Content-Type"] = f"multipart/form-data; boundary={_BOUNDARY}"
            body = _multipart(told["file"])
        return cls(told["method"], told["path"], headers, body)


@dataclass(frozen=True)
class Answered:
    """What a client saw."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @classmethod
    def of(cls, status: int, headers: Mapping[str, str], body: bytes) -> Answered:
        kept = [(name, value) for name, value in headers.items() if name.lower() not in _OF_THE_TRANSPORT]
        return cls(status, tuple(sorted(kept)), body)


Door = Callable[[MockServer, str, Asked], Answered]


def by_wsgi(server: MockServer, vendor: str, asked: Asked) -> Answered:
    path, _, query = asked.path.partition("?")
    parts = [unquote_to_bytes(part).decode("latin-1") for part in re.split("%2F", path)]
    builder = EnvironBuilder(
        base_url=contract(vendor).origin, method=asked.method, query_string=query, headers=asked.headers.items(),
        data=asked.body, environ_overrides={"PATH_INFO": "%2F".join(parts)},
    )  # fmt: skip
    chunks, status, headers = run_wsgi_app(server.harness.gateway, builder.get_environ(), buffered=True)
    return Answered.of(int(status[:3]), dict(headers.items()), b"".join(chunks))


def by_intercept(server: MockServer, vendor: str, asked: Asked) -> Answered:
    with mockservers.intercept(server=server):
        return _requested(requests.Session(), contract(vendor).origin, asked)


def by_http(server: MockServer, vendor: str, asked: Asked) -> Answered:
    with requests.Session() as session:
        session.trust_env = False
        return _requested(session, f"{server.url}/{vendor}", asked)


def by_https(server: MockServer, vendor: str, asked: Asked) -> Answered:
    with requests.Session() as session:
        session.trust_env = False
        session.proxies, session.verify = {"https": server.https.proxy}, str(server.https.ca)
        return _requested(session, server.https.url(vendor), asked)


def by_name(server: MockServer, vendor: str, asked: Asked) -> Answered:
    """As a client that was told by DNS where the vendor's host is; its Host header says the vendor's name."""
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(server.https.ca)
        host = contract(vendor).hosts[0]
        told = Asked(asked.method, asked.path, {"Host": host, **asked.headers}, asked.body, asked.timeout)
        return _requested(session, f"https://localhost:{server.https.https_port}", told)


DOORS: Mapping[str, Door] = {
    "http": by_http, "wsgi": by_wsgi, "intercept": by_intercept, "https by proxy": by_https, "https by name": by_name,
}  # fmt: skip


def _requested(session: requests.Session, base: str, asked: Asked) -> Answered:
    answer = session.request(
        asked.method,
        base + asked.path,
        headers=dict(asked.headers),
        data=asked.body,
        timeout=asked.timeout,
        allow_redirects=False,
    )
    return Answered.of(answer.status_code, answer.headers, answer.content)


def cases(vendor: str) -> Iterator[tuple[str, Mapping[str, Any], list[Mapping[str, Any]]]]:
    """Name, what the vendor holds before, and the requests: the page's, those that are refused, and odd ones."""
    for path in sorted((data_directory("contracts") / vendor / "examples").glob("*.json")):
        example = json.loads(path.read_text("utf-8"))
        yield path.stem, example.get("given", {}), [example["request"]]
    for refusal in contract(vendor).refusals.values():
        if refusal.request:
            yield f"refusal {refusal.name}", {}, [refusal.request] * refusal.request.get("times", 1)
    spec = contract(vendor).openapi["x-demo"]
    operation = contract(vendor).operations[spec["operation"]]
    told = {"method": operation.method, "path": fill(operation.path, spec.get("path", {}))}
    headers = {**spec.get("headers", {}), **({"Authorization": "{basic}"} if "user" in spec else {})}
    body = {"json": spec["json"]} if "json" in spec else {"file": _file(spec["file"])}
    yield "demo, twice", {}, [{**told, "headers": headers, **body}] * 2
    for name, odd in _odd(told, headers).items():
        yield name, {}, [odd]


def _odd(told: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Mapping[str, Any]]:
    """What is right up to one thing that a transport could treat in its own way."""
    right = {**told, "headers": headers}
    return {
        "no body": right,
        "no JSON": {**right, "text": '{"a": '},
        "no credentials": {**told, "json": {}},
        "HEAD": {**right, "method": "HEAD"},
        "OPTIONS": {**right, "method": "OPTIONS"},
        "DELETE with a body": {**right, "method": "DELETE", "json": {"a": 1}},
        "query of its own": {**right, "path": told["path"] + "?a=%E5%B8%B3&b=1+2&b=3"},
        "escaped slash": {**right, "path": told["path"].replace("/", "/a%2Fb/", 1)},
        "a slash too many": {**right, "path": f"{told['path']}/"},
        "words of the east": {**right, "path": "/%E5%B8%B3%E7%8D%B8"},
        "two slashes": {**right, "path": told["path"].replace("/", "/.//", 1).replace("/./", "/x/")},
        "long": {**right, "json": {"a": "帳獸" * 50_000}},
    }


def _file(text: str) -> dict[str, str]:
    return {"name": "filename", "filename": "blob", "type": "application/x-ndjson", "text": text + "\n"}


def _multipart(file: Mapping[str, str]) -> bytes:
    head = f'Content-Disposition: form-data; name="{file["name"]}"; filename="{file["filename"]}"'
    lines = [f"--{_BOUNDARY}", head, f"Content-Type: {file['type']}", "", file["text"], f"--{_BOUNDARY}--", ""]
    return "\r\n".join(lines).encode()


def seen(server: MockServer, vendor: str, door: Door) -> dict[str, Any]:
    """For every case the answers, and what journal, ledger, state and clock have of it two days later."""
    return {name: _seen(server, vendor, door, given, told) for name, given, told in cases(vendor)}


def _seen(
    server: MockServer, vendor: str, door: Door, given: Mapping[str, Any], told: list[Mapping[str, Any]]
) -> dict[str, Any]:
    control = server.control
    strangers = len(control.strangers()[vendor]["exchanges"])
    credentials = demo(vendor)["credentials"]
    spec = {"vendor": vendor, "id": "seen", "standing": True, "now": NOW, "credentials": credentials, "state": given}
    control.create_tenant(spec)
    try:
        answers = [door(server, vendor, Asked.of(request, credentials)) for request in told]
        return {
            "answers": answers,
            "journal": [_without_client(exchange) for exchange in control.journal("seen")["exchanges"]],
            "unmatched": [call["path"] for call in control.unmatched() if call["tenant"] == "seen"],
            "strangers": len(control.strangers()[vendor]["exchanges"]) - strangers,
            "fired": control.move_clock("seen", {"advance": "P2D"})["fired"],
            "ledger": control.ledger("seen"),
            "state": control.state("seen"),
        }
    finally:
        control.delete_tenant("seen")
        for mock in server.harness.mocks.values():
            mock.unmatched.clear()


def _without_client(exchange: dict[str, Any]) -> dict[str, Any]:
    request = exchange["request"]
    headers = {name: value for name, value in request["headers"].items() if name not in _OF_THE_CLIENT}
    return {**exchange, "request": {**request, "headers": headers}}
