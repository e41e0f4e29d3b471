"""Framing by RFC 9112: one reading of each head, or a refusal. What h11 refuses is taken in named cases alone."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import h11
import httptools
import pytest

from mockservers.web.http_server.head import HEAD_MAX, BadHead, parse, split
from mockservers.web.http_server.server import Server
from tests.web.request_heads import HEADS, TAKEN, Row

ROWS = pytest.mark.parametrize("row", HEADS, ids=lambda row: row.name)

MORE_THAN_H11 = {
    "an empty line before the request": "RFC 9112, section 2.2: a server should ignore it",
    "UTF-8 in the target": "nginx takes it, and the vendors' servers with it; it is read as if it were escaped",
}
"""Heads that are taken though h11 refuses them, and why."""


def verdict(raw: bytes) -> int:
    try:
        head, rest = split(raw.lstrip(b"\r\n"))
        assert head is not None
        assert rest == b""
        parse(head)
    except BadHead as error:
        return error.status
    return TAKEN


def taken_by_h11(raw: bytes) -> bool:
    connection = h11.Connection(h11.SERVER)
    try:
        connection.receive_data(raw)
        return isinstance(connection.next_event(), h11.Request)
    except h11.RemoteProtocolError:
        return False


class Complete:
    """Notes that llhttp came to the end of a head."""

    complete = False

    def on_headers_complete(self) -> None:
        self.complete = True


def taken_by_llhttp(raw: bytes) -> bool:
    events = Complete()
    try:
        httptools.HttpRequestParser(events).feed_data(raw)
    except httptools.HttpParserUpgrade:
        pass
    except httptools.HttpParserError:
        return False
    return events.complete


@ROWS
def test_each_head_has_its_verdict(row: Row) -> None:
    assert verdict(row.raw) == row.verdict


@ROWS
def test_the_table_states_the_verdicts_of_llhttp_and_h11(row: Row) -> None:
    """If this fails, a new version of llhttp or h11 reads a head otherwise: see that the verdict is still right."""
    takers = (taken_by_llhttp(row.raw), taken_by_h11(row.raw))
    assert {(True, True): "both", (True, False): "llhttp", (False, True): "h11"}.get(takers, "neither") == row.takers


def test_a_head_that_h11_refuses_is_refused_except_in_named_cases() -> None:
    more = {row.name for row in HEADS if row.verdict == TAKEN and row.takers in ("llhttp", "neither")}
    assert more == set(MORE_THAN_H11)


# -- over a socket ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def seen() -> list[dict[str, Any]]:
    """The WSGI environments of the requests that the application saw."""
    return []


@pytest.fixture(scope="module")
def server(seen: list[dict[str, Any]]) -> Iterator[Server]:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.append({**environ, "body": environ["wsgi.input"].read()})
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    made = Server(app).start()
    yield made
    made.stop()


def answers(server: Server, sent: bytes) -> bytes:
    """All that comes back until the server closes the connection."""
    with socket.create_connection(server.address, timeout=20) as connection:
        connection.sendall(sent)
        came = b""
        while piece := connection.recv(65536):
            came += piece
    return came


@pytest.mark.parametrize("row", [row for row in HEADS if row.verdict != TAKEN], ids=lambda row: row.name)
def test_a_refused_head_gets_one_answer_and_ends_the_connection(
    server: Server, seen: list[dict[str, Any]], row: Row
) -> None:
    """Whatever follows it: neither a body nor another request is read out of it, and no application sees it."""
    seen.clear()
    came = answers(server, row.raw + b"GET /second HTTP/1.1\r\nHost: a\r\n\r\n")
    assert came.startswith(b"HTTP/1.1 %d " % row.verdict)
    assert came.count(b"\r\nDate: ") == 1
    assert b"Connection: close" in came
    assert seen == []


def asked(server: Server, seen: list[dict[str, Any]], head: bytes, body: bytes = b"") -> dict[str, Any]:
    """The environment of the one request that is sent."""
    seen.clear()
    came = answers(server, head.replace(b"Host:", b"Connection: close\r\nHost:", 1) + body)
    assert came.count(b"HTTP/1.1 200 ") == 1
    (environ,) = seen
    return environ


def test_an_absolute_target_sets_the_path_and_the_host(server: Server, seen: list[dict[str, Any]]) -> None:
    environ = asked(server, seen, b"GET http://b.example:81/x%20y?z=1 HTTP/1.1\r\nHost: a\r\n\r\n")
    assert (environ["PATH_INFO"], environ["QUERY_STRING"]) == ("/x y", "z=1")
    assert environ["HTTP_HOST"] == "b.example:81"


def test_a_header_with_an_underscore_is_dropped(server: Server, seen: list[dict[str, Any]]) -> None:
    """WSGI gives it the variable of the name with a hyphen."""
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent_Length: 1\r\nX_Y: 1\r\nX-Z: 2\r\nContent-Length: 3\r\n\r\n"
    environ = asked(server, seen, head, b"abc")
    assert (environ["CONTENT_LENGTH"], environ["body"]) == ("3", b"abc")
    assert {"HTTP_X_Z"} == {name for name in environ if name.startswith("HTTP_X")}


def test_utf_8_in_a_target_is_read_as_if_percent_encoded(server: Server, seen: list[dict[str, Any]]) -> None:
    environ = asked(server, seen, "GET /帳?獸=1 HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/帳"
    assert environ["QUERY_STRING"] == "%E7%8D%B8=1"
    assert environ["REQUEST_URI"] == "/%E5%B8%B3?%E7%8D%B8=1"


def test_an_unusual_method_reaches_the_application(server: Server, seen: list[dict[str, Any]]) -> None:
    assert asked(server, seen, b"get / HTTP/1.1\r\nHost: a\r\n\r\n")["REQUEST_METHOD"] == "get"


def test_a_repeated_header_is_joined_into_a_list(server: Server, seen: list[dict[str, Any]]) -> None:
    assert asked(server, seen, b"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\nX: b\r\n\r\n")["HTTP_X"] == "a,b"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /" + b"a" * HEAD_MAX, 414),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * HEAD_MAX, 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * (HEAD_MAX // 6), 431),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    ],
    ids=["a long target", "a long header", "many headers", "TLS"],
)
def test_a_malformed_head_is_refused_before_its_end(server: Server, sent: bytes, status: int) -> None:
    assert answers(server, sent).startswith(b"HTTP/1.1 %d " % status)


# -- bodies -----------------------------------------------------------------------------------------------------------

POST = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNKS = {
    "two chunks": (b"3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n", b"abc0123456789"),
    "an extension": (b'3;a="b"\r\nabc\r\n0\r\n\r\n', b"abc"),
    "a trailer": (b"3\r\nabc\r\n0\r\nX: y\r\n\r\n", b"abc"),
    "zeros before the length": (b"0003\r\nabc\r\n000\r\n\r\n", b"abc"),
    "a plus": (b"+3\r\nabc\r\n0\r\n\r\n", None),
    "a prefix": (b"0x3\r\nabc\r\n0\r\n\r\n", None),
    "a space before the length": (b" 3\r\nabc\r\n0\r\n\r\n", None),
    "an underscore": (b"1_0\r\n0123456789abcdef\r\n0\r\n\r\n", None),
    "no length": (b"\r\nabc\r\n0\r\n\r\n", None),
    "17 digits": (b"00000000000000003\r\nabc\r\n0\r\n\r\n", None),
    "LF after the length": (b"3\nabc\r\n0\r\n\r\n", None),
    "LF after the chunk": (b"3\r\nabc\n0\r\n\r\n", None),
    "CR in an extension": (b"3;a\rb\r\nabc\r\n0\r\n\r\n", None),
    "NUL in an extension": (b"3;a\0\r\nabc\r\n0\r\n\r\n", None),
    "a chunk that is longer": (b"3\r\nabcd\r\n0\r\n\r\n", None),
    "a trailer that ends in LF": (b"3\r\nabc\r\n0\r\nX: y\n\r\n", None),
    "an endless extension": (b"3;" + b"a" * 70_000, None),
    "endless trailers": (b"0\r\n" + b"X: y\r\n" * 20_000, None),
}


@pytest.mark.parametrize("case", CHUNKS)
def test_a_chunked_body_is_read_or_ends_the_connection(server: Server, seen: list[dict[str, Any]], case: str) -> None:
    """What is malformed is never passed to an application as a body, and nothing behind it is taken for a request."""
    framed, whole = CHUNKS[case]
    seen.clear()
    came = answers(server, POST + framed + b"GET /second HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    if whole is None:
        assert seen == []
        assert came.count(b"\r\nDate: ") == 1
        assert came.startswith(b"HTTP/1.1 500 ")  # this application does not handle the ValueError; the mocks' do
    else:
        assert [environ["body"] for environ in seen] == [whole, b""]
        assert came.count(b"HTTP/1.1 200 ") == 2


def test_a_client_that_waits_for_100_continue_gets_it_when_the_body_is_read(server: Server) -> None:
    with socket.create_connection(server.address, timeout=20) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"abc")
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK")


def test_a_client_that_waits_for_100_continue_does_not_get_it_if_the_body_is_not_read() -> None:
    """Whether the body follows is then unknown, so the connection ends."""

    def app(_environ: Any, start_response: Any) -> list[bytes]:
        start_response("403 Forbidden", [])
        return [b"no"]

    server = Server(app).start()
    try:
        came = answers(server, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
    finally:
        server.stop()
    assert came.startswith(b"HTTP/1.1 403 ")
    assert b"Connection: close" in came
