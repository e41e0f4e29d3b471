"""The same calls through different transports, and all that there is to see of them afterwards."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import unquote_to_bytes
from uuid import uuid4

import requests
from werkzeug.test import EnvironBuilder, run_wsgi_app

import mockservers
from mockservers.core.contract.loading import data_directory
from mockservers.core.contract.placeholders import fill
from mockservers.testing.server import MockServer, RemoteServer
from tests.asking import contract
from tests.elsewhere import Elsewhere

NOW = "2026-01-15T03:00:00+00:00"
MARK = "X-Seen"
"""A header by which a call is known again that no tenant has."""

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
        known = {**credentials, "basic": f"Basic {_basic(credentials)}"}
        filled = json.loads(fill(json.dumps(request), known))
        headers, body = dict(filled.get("headers", {})), b""
        if "json" in filled:
            headers.setdefault("Content-Type", "application/json")
            body = json.dumps(filled["json"], ensure_ascii=False).encode()
        elif "text" in filled:
            body = filled["text"].encode()
        elif "file" in filled:
            headers["Content-Type"] = f"multipart/form-data; boundary={_BOUNDARY}"
            body = _multipart(filled["file"])
        return cls(filled["method"], filled["path"], headers, body)


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


def by_wsgi(server: MockServer, vendor: str, asked: Asked) -> Answered:
    path, _, query = asked.path.partition("?")
    parts = [unquote_to_bytes(part).decode("latin-1") for part in re.split("%2F", path)]
    builder = EnvironBuilder(
        base_url=contract(vendor).origin, method=asked.method, query_string=query, headers=asked.headers.items(),
        data=asked.body, environ_overrides={"PATH_INFO": "%2F".join(parts)},
    )  # fmt: skip
    chunks, status, headers = run_wsgi_app(server.mock_app.gateway, builder.get_environ(), buffered=True)
    return Answered.of(int(status[:3]), dict(headers.items()), b"".join(chunks))


def by_intercept(server: MockServer | RemoteServer, vendor: str, asked: Asked) -> Answered:
    with mockservers.intercept(server=server):
        return _requested(requests.Session(), contract(vendor).origin, asked)


def by_http(server: MockServer | RemoteServer, vendor: str, asked: Asked) -> Answered:
    with _session() as session:
        return _requested(session, f"{server.url}/{vendor}", asked)


def by_http_and_name(server: MockServer | RemoteServer, vendor: str, asked: Asked) -> Answered:
    """As a client in a network where the vendor's name is the server's: `Host` says whom it means."""
    with _session() as session:
        return _requested(session, server.url, _named(asked, vendor))


def by_https(server: MockServer | RemoteServer, vendor: str, asked: Asked) -> Answered:
    with _session(server.https.ca, server.https.proxy) as session:
        return _requested(session, server.https.url(vendor), asked)


def by_https_and_name(server: MockServer | RemoteServer, vendor: str, asked: Asked) -> Answered:
    """As a client that finds the vendor's host by DNS; its Host header says the vendor's name."""
    with _session(server.https.ca) as session:
        return _requested(session, f"https://localhost:{server.https.https_port}", _named(asked, vendor))


def by_its_https(server: Elsewhere, vendor: str, asked: Asked) -> Answered:
    """By the proxy that the server itself brings along."""
    with _session(server.its_ca, server.its_proxy) as session:
        return _requested(session, contract(vendor).origin, asked)


def by_its_https_and_name(server: Elsewhere, vendor: str, asked: Asked) -> Answered:
    """At the https port that the server itself opens."""
    with _session(server.its_ca) as session:
        return _requested(session, f"https://localhost:{server.its_https_port}", _named(asked, vendor))


Transport = Callable[[Any, str, Asked], Answered]
HERE: Mapping[str, Transport] = {
    "wsgi": by_wsgi, "intercept": by_intercept, "http": by_http, "http by name": by_http_and_name,
    "https by proxy": by_https, "https by name": by_https_and_name,
}  # fmt: skip
"""To a server in this process."""

ELSEWHERE: Mapping[str, Transport] = {
    "intercept": by_intercept, "http": by_http, "http by name": by_http_and_name,
    "https by proxy": by_https, "https by name": by_https_and_name,
    "its https by proxy": by_its_https, "its https by name": by_its_https_and_name,
}  # fmt: skip
"""To `tests.elsewhere`: a container, or a process of its own."""


def _session(ca: Path | None = None, proxy: str | None = None) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    if ca:
        session.verify = str(ca)
    if proxy:
        session.proxies = {"https": proxy}
    return session


def _named(asked: Asked, vendor: str) -> Asked:
    return replace(asked, headers={"Host": contract(vendor).hosts[0], **asked.headers})


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
    spec = contract(vendor).demo.call
    operation = contract(vendor).operations[spec["operation"]]
    request = {"method": operation.method, "path": fill(operation.path, spec.get("path", {}))}
    headers = {**spec.get("headers", {}), **({"Authorization": "{basic}"} if "user" in spec else {})}
    body = {"json": spec["json"]} if "json" in spec else {"file": _file(spec["file"])}
    yield "demo, twice", {}, [{**request, "headers": headers, **body}] * 2
    for name, odd in _odd(request, headers).items():
        yield name, {}, [odd]


def _odd(request: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Mapping[str, Any]]:
    """Requests that are valid but for one detail that a transport could treat differently."""
    right = {**request, "headers": headers}
    return {
        "no body": right,
        "no JSON": {**right, "text": '{"a": '},
        "no credentials": {**request, "json": {}},
        "HEAD": {**right, "method": "HEAD"},
        "OPTIONS": {**right, "method": "OPTIONS"},
        "DELETE with a body": {**right, "method": "DELETE", "json": {"a": 1}},
        "query of its own": {**right, "path": request["path"] + "?a=%E5%B8%B3&b=1+2&b=3"},
        "escaped slash": {**right, "path": request["path"].replace("/", "/a%2Fb/", 1)},
        "a slash too many": {**right, "path": f"{request['path']}/"},
        "words of the east": {**right, "path": "/%E5%B8%B3%E7%8D%B8"},
        "two slashes": {**right, "path": request["path"].replace("/", "/.//", 1).replace("/./", "/x/")},
        "long": {**right, "json": {"a": "帳獸" * 50_000}},
    }


def _file(text: str) -> dict[str, str]:
    return {"name": "filename", "filename": "blob", "type": "application/x-ndjson", "text": text + "\n"}


def _multipart(file: Mapping[str, str]) -> bytes:
    head = f'Content-Disposition: form-data; name="{file["name"]}"; filename="{file["filename"]}"'
    lines = [f"--{_BOUNDARY}", head, f"Content-Type: {file['type']}", "", file["text"], f"--{_BOUNDARY}--", ""]
    return "\r\n".join(lines).encode()


def seen(server: MockServer | RemoteServer, vendor: str, transport: Transport) -> dict[str, Any]:
    """For every case the answers, and what journal, ledger, state and clock have of it two days later."""
    return {name: _seen(server, vendor, transport, given, sent) for name, given, sent in cases(vendor)}


def _seen(
    server: MockServer | RemoteServer,
    vendor: str,
    transport: Transport,
    given: Mapping[str, Any],
    sent: list[Mapping[str, Any]],
) -> dict[str, Any]:
    control, own = server.control, _Own.made(vendor)
    spec = {"vendor": vendor, "id": own.name, "frozen": True, "now": NOW, "credentials": own.credentials}
    control.create_tenant({**spec, "state": given})
    try:
        asked = [Asked.of(request, own.credentials) for request in sent]
        answers = [transport(server, vendor, replace(one, headers={**one.headers, MARK: own.name})) for one in asked]
        unauthenticated = [call for call in control.unauthenticated()["calls"] if own.sent(call)]
        return {
            "answers": [own.taken_out_of(answer) for answer in answers],
            **own.taken_out(
                {
                    "journal": [_without_client(exchange) for exchange in control.journal(own.name)["exchanges"]],
                    "unmatched": [call["path"] for call in control.unmatched() if call["tenant"] == own.name],
                    "unauthenticated": [_unnumbered(call) for call in unauthenticated],
                    "fired": control.move_clock(own.name, {"advance": "P2D"})["fired"],
                    "ledger": control.ledger(own.name),
                    "state": control.state(own.name),
                }
            ),
        }
    finally:
        control.delete_tenant(own.name)


@dataclass(frozen=True)
class _Own:
    """A tenant's id and credentials. Without them two tenants can be compared."""

    name: str
    credentials: Mapping[str, str]

    @classmethod
    def made(cls, vendor: str) -> _Own:
        made = {"tid": f"OA-{token_hex(8)}", "api_key": str(uuid4()), "token": f"token-{token_hex(8)}"}
        return cls(f"seen-{token_hex(8)}", {about.name: made[about.name] for about in contract(vendor).credentials})

    def sent(self, exchange: Mapping[str, Any]) -> bool:
        return bool(exchange["request"]["headers"].get(MARK.lower()) == self.name)

    def taken_out(self, value: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._without(json.dumps(value)))
        return found

    def taken_out_of(self, answer: Answered) -> Answered:
        body = self._without(answer.body.decode("latin-1")).encode("latin-1")
        return Answered(answer.status, tuple((name, self._without(value)) for name, value in answer.headers), body)

    def _without(self, text: str) -> str:
        for name, value in (*self.credentials.items(), ("basic", _basic(self.credentials)), ("id", self.name)):
            text = text.replace(value, f"<{name}>")
        return text


def _basic(credentials: Mapping[str, str]) -> str:
    return base64.b64encode(f"any:{credentials.get('api_key')}".encode()).decode()


def _without_client(exchange: Mapping[str, Any]) -> dict[str, Any]:
    """An exchange without what a client adds by itself, and without the real time that it took."""
    request = exchange["request"]
    headers = {name: value for name, value in request["headers"].items() if name not in _OF_THE_CLIENT}
    return {**exchange, "took": None, "request": {**request, "headers": headers}}


def _unnumbered(exchange: Mapping[str, Any]) -> dict[str, Any]:
    """An exchange without the number and the time that it has among all that are unauthenticated."""
    return {name: value for name, value in _without_client(exchange).items() if name not in ("id", "exchange", "at")}
