"""Hostile input over a real socket: a clear answer of the vendor's, no traceback, no other tenant touched."""

from __future__ import annotations

import base64
import gzip
import http.client
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from mockservers.core.tenancy.mock import Settings
from mockservers.web.bootstrap import MockApp, Serving
from tests.hostile.serving import purchases, upload

JSON = {"Content-Type": "application/json"}
BASIC = base64.b64encode(b"a:demo-esputnik-api-key").decode()


@pytest.fixture(scope="module")
def mock_app() -> Iterator[MockApp]:
    made = MockApp(Serving())
    made.start()
    yield made
    for vendor in made.mocks:
        statuses = {each["response"]["status"] for each in made.control.journal(f"demo-{vendor}")["exchanges"]}
        assert 500 not in statuses, f"a call to {vendor} caused an internal error"
    made.server.stop()


Asked = tuple[str, str, dict[str, str]]


@pytest.fixture(scope="module")
def imports(mock_app: MockApp) -> dict[str, Asked]:
    """One import of each vendor that reads JSON: method, path, and the headers of its demo tenant's client."""
    return {
        "omnisegment": ("POST", "/omnisegment/api/import-purchase-data/", JSON),
        "esputnik": ("POST", "/esputnik/api/v1/event", {**JSON, "Authorization": f"Basic {BASIC}"}),
        "zangsho": ("POST", "/zangsho/v1/customers/batch", {**JSON, "Authorization": "Bearer 1|demo-zangsho-token"}),
    }


def ask(mock_app: MockApp, asked: Asked, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    """Status and body of the answer to a request of our own making."""
    connection = http.client.HTTPConnection("127.0.0.1", mock_app.server.port, timeout=20)
    method, path, given = asked
    try:
        connection.request(method, path, body, {**given, **headers})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def raw(mock_app: MockApp, sent: bytes) -> bytes:
    """The answer to bytes that no client library would send."""
    with socket.create_connection(("127.0.0.1", mock_app.server.port), timeout=20) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        came = b""
        while chunk := connection.recv(65536):
            came += chunk
        return came


def deep(levels: int) -> bytes:
    return b'{"data":' * levels + b"1" + b"}" * levels


BODIES: dict[str, bytes] = {
    "nothing": b"",
    "white space": b" \r\n\t",
    "no JSON": b"not json",
    "half of it": b'{"data": [1, 2',
    "NaN": b'{"data": NaN}',
    "a number without end": b'{"data": 1e99999}',
    "a number of a thousand digits": b'{"data": ' + b"9" * 1000 + b"}",
    "ten thousand levels of objects": deep(10_000),
    "ten thousand levels of lists": b"[" * 10_000 + b"]" * 10_000,
    "two hundred levels": deep(200),
    "no UTF-8": b'{"data": "\xff\xfe"}',
    "UTF-16": '{"data": "商品"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"data": {}}',
    "half a surrogate": b'{"data": "\\ud800", "\\udfff": 1}',
    "a null character": b'{"data": "\\u0000\x00"}',
    "a key twice": b'{"data": 1, "data": 2, "data": {"a": 1, "a": 2}}',
    "a list": b"[]",
    "a text": b'"data"',
    "true": b"true",
    "null": b"null",
    "an empty key": b'{"": {"": ""}}',
    "a hundred thousand keys": json.dumps({f"key{n}": n for n in range(100_000)}).encode(),
    "a text of four megabytes": json.dumps({"data": "商" * 1_400_000}).encode(),
    "gzip": gzip.compress(b'{"data": {}}'),
}


@pytest.mark.parametrize("vendor", ["omnisegment", "esputnik", "zangsho"])
@pytest.mark.parametrize("kind", BODIES)
def test_a_body_that_is_not_an_import_gets_an_error_of_the_vendor(
    mock_app: MockApp, imports: dict[str, Asked], vendor: str, kind: str
) -> None:
    before = mock_app.control.state(f"demo-{vendor}")
    status, body = ask(mock_app, imports[vendor], BODIES[kind])
    assert status in (400, 401, 403, 413, 422), (status, body[:200])
    assert b"Traceback" not in body
    assert b"<html" not in body.lower()
    assert mock_app.control.state(f"demo-{vendor}") == before


def test_a_compressed_body_is_never_inflated(mock_app: MockApp, imports: dict[str, Asked]) -> None:
    """Ten megabytes of zeros in ten kilobytes: the vendors do not say that they inflate, so nothing is inflated."""
    bomb = gzip.compress(b"0" * 10_000_000)
    for asked in imports.values():
        status, body = ask(mock_app, asked, bomb, **{"Content-Encoding": "gzip"})
        assert status in (400, 403, 415, 422), (status, body[:200])


PATHS = [
    "/omnisegment/../zangsho/v1/customers",
    "/omnisegment/%2e%2e/%2e%2e/etc/passwd",
    "/fanship/v1/2nd/purchases/..%2f..%2fetc/_all",
    "/fanship//v1/2nd/purchases/20251101/_all",
    "/zangsho/v1/customers/%00",
    "/zangsho/v1/orders/%ff%fe",
    "/esputnik/api/v1/event;jsessionid=1",
    "/zangsho/v1/customers/" + "9" * 5_000,
    "/%E5%B8%B3%E7%8D%B8",
    "/__admin/tenants/%2e%2e/state",
    "/__admin/tenants/" + "x" * 5_000,
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_path_is_answered_in_the_requested_media_type(mock_app: MockApp, method: str, path: str) -> None:
    status, body = ask(mock_app, (method, path, JSON))
    assert status in (400, 401, 403, 404, 405, 414), (status, body[:200])
    assert b"Traceback" not in body
    assert b"<html" not in body.lower()


POST = b"POST /zangsho/v1/customers HTTP/1.1\r\nHost: localhost\r\n"
RAW: dict[str, bytes] = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "a length that is none": POST + b"Content-Length: abc\r\n\r\n",
    "a negative length": POST + b"Content-Length: -5\r\n\r\n",
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}",
    "a chunk that is none": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a header flood": b"GET / HTTP/1.1\r\nHost: localhost\r\n"
    + b"".join(b"X-%d: y\r\n" % n for n in range(50_000))
    + b"\r\n",
    "a long header": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 2_000_000 + b"\r\n\r\n",
    "a long path": b"GET /" + b"y" * 2_000_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "a bare line feed": b"GET / HTTP/1.1\nHost: a\n\n",
}


@pytest.mark.parametrize("kind", RAW)
def test_malformed_http_does_not_affect_other_clients(mock_app: MockApp, imports: dict[str, Asked], kind: str) -> None:
    try:
        came = raw(mock_app, RAW[kind])
    except ConnectionError:
        came = b""
    assert not came or came.split(b" ")[1][:1] in (b"2", b"4", b"5")
    assert b"Traceback" not in came
    assert ask(mock_app, ("GET", "/__admin/health", {}))[0] == 200


def multipart(parts: int, boundary: str = "b", end: str = "--b--\r\n") -> bytes:
    head = 'Content-Disposition: form-data; name="p{}"; filename="f"\r\nContent-Type: application/x-ndjson'
    return "".join(f"--{boundary}\r\n{head.format(n)}\r\n\r\n{{}}\r\n" for n in range(parts)).encode() + end.encode()


FANSHIP: Asked = ("POST", "/fanship/v1/2nd/purchases/20251101/_all", {"Authorization": "Bearer demo-fanship-token"})
FORMS: dict[str, tuple[str, bytes]] = {
    "ten thousand parts": ("multipart/form-data; boundary=b", multipart(10_000)),
    "no boundary": ("multipart/form-data", multipart(1)),
    "another boundary": ("multipart/form-data; boundary=c", multipart(1)),
    "no end": ("multipart/form-data; boundary=b", multipart(1, end="")),
    "nothing": ("multipart/form-data; boundary=b", b""),
    "a boundary without end": ("multipart/form-data; boundary=" + "b" * 10_000, b"--b"),
    "no form at all": ("multipart/form-data; boundary=b", b"\x00" * 100_000),
    "a part without a name": ("multipart/form-data; boundary=b", b"--b\r\n\r\n{}\r\n--b--\r\n"),
}


@pytest.mark.parametrize("kind", FORMS)
def test_a_form_without_an_upload_is_refused(mock_app: MockApp, kind: str) -> None:
    media_type, body = FORMS[kind]
    status, came = ask(mock_app, FANSHIP, body, **{"Content-Type": media_type})
    assert status in (400, 413), (status, came[:200])
    assert b"Traceback" not in came
    assert mock_app.control.state("demo-fanship")["uploads"] == []


def test_two_hundred_thousand_unknown_keys_are_counted_and_a_thousand_are_named(mock_app: MockApp) -> None:
    tenant = mock_app.control.create_tenant({"vendor": "zangsho"})
    keys = 200_000
    body = json.dumps({"email": "a@a.tw", "name": "a", **{f"key{number}": number for number in range(keys)}}).encode()
    authorization = f"Bearer {tenant['credentials']['token']}"
    headers = {**JSON, "Authorization": authorization, "Mock-Explain": "1"}
    assert ask(mock_app, ("POST", "/zangsho/v1/customers", headers), body)[0] == 201
    ledger = mock_app.control.ledger(tenant["id"])
    assert (ledger["items"], ledger["silent"], ledger["evicted"]) == ({"sent": 1, "kept": 1}, keys, 0)
    assert ledger["at_risk"] == 0
    *named, further = ledger["findings"]
    assert [found["key"] for found in named] == [f"key{number}" for number in range(1_000)]
    assert (further["key"], further["nearest"], further["count"]) == ("(further keys)", None, keys - 1_000)
    assert further["why"] == "(further keys) is not a field of the vendor's schema: 199000 times"
    assert further["where"] == [f"/key{number}" for number in range(1_000, 1_005)]


WHOLE: dict[str, tuple[str, bytes]] = {
    "esputnik": ("demo-esputnik", b'{"eventTypeKey": "a", "keyValue": "b"}'),
    "zangsho": ("demo-zangsho", b'{"customers": [{"email": "a@example.com"}]}'),
    "fanship": ("demo-fanship", multipart(1).replace(b'"p0"', b'"filename"').replace(b"{}", b'{"id": "1"}')),
}


@pytest.mark.parametrize("padding", [b"", b" " * 100_000])
@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize("vendor", ["esputnik", "zangsho", "fanship"])
def test_a_truncated_body_is_refused(
    mock_app: MockApp, imports: dict[str, Asked], vendor: str, padding: bytes, *, is_chunked: bool
) -> None:
    """The part that arrives is valid by its syntax."""
    tenant, body = WHOLE[vendor]
    method, path, headers = {**imports, "fanship": FANSHIP}[vendor]
    body += padding
    framing = {"Transfer-Encoding": "chunked"} if is_chunked else {"Content-Length": len(body) + 10}
    given = {"Content-Type": "multipart/form-data; boundary=b", **headers, **framing}
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    sent = b"%x\r\n%s\r\n" % (len(body), body) if is_chunked else body
    before = mock_app.control.ledger(tenant)
    came = raw(mock_app, f"{method} {path} HTTP/1.1\r\nHost: a\r\n{lines}\r\n".encode() + sent)
    assert came.split(b" ")[1][:1] == b"4"
    after = mock_app.control.ledger(tenant)
    assert after["items"]["sent"] - before["items"].get("sent", 0) == 1
    assert after["items"]["refused"] - before["items"].get("refused", 0) == 1
    why = "the chunked body is incomplete" if is_chunked else "it is shorter than its Content-Length"
    assert any(why in finding["why"] for finding in after["findings"][-2:])


@pytest.mark.parametrize("vendor", ["omnisegment", "zangsho", "fanship"])
def test_no_unknown_key_vanishes_from_the_account(vendor: str) -> None:
    """Fifteen hundred keys that no vendor knows, the same number of losses: the law of conservation holds for them."""
    keys = 1_500
    odd: dict[str, Any] = {f"key{number}": number for number in range(keys)}
    with MockApp(Serving(settings=Settings(audit=True))) as mock_app:
        if vendor == "omnisegment":
            call = mock_app.mocks[vendor].contract.demo.call["json"]
            body: Any = {**call, **mock_app.control.tenant("demo-omnisegment").credentials}
            body["data"] = {**body["data"], "transaction_status": "SUCCESS", **odd}
            status, _ = ask(
                mock_app, ("POST", "/omnisegment/api/import-purchase-data/", JSON), json.dumps(body).encode()
            )
        elif vendor == "zangsho":
            headers = {**JSON, "Authorization": "Bearer 1|demo-zangsho-token"}
            body = {"customers": [{"email": "a@a.tw", **odd}, {"email": "b@a.tw", "key1": 2}]}
            status, _ = ask(mock_app, ("POST", "/zangsho/v1/customers/batch", headers), json.dumps(body).encode())
        else:
            documents = map(json.loads, purchases(keys).splitlines())
            lines = [json.dumps({**document, name: 1}) for document, name in zip(documents, odd, strict=True)]
            status, _ = upload(mock_app.server.port, "demo-fanship-token", "\n".join(lines).encode())
        assert status == 200
        ledger = mock_app.control.ledger(f"demo-{vendor}")
        unknown = [found for found in ledger["findings"] if found["outcome"] == "ignored"]
        assert sum(found["count"] for found in unknown) == keys + (vendor == "zangsho")
        assert 1_000 <= len(unknown) < 1_005
        assert ledger["unaccounted"] == []
