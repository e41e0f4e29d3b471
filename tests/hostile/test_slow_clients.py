"""Clients that dawdle, never listen, or send more than anybody reads: others are answered, memory stays bounded."""

from __future__ import annotations

import http.client
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from mockservers.web.bootstrap import MockApp, Serving
from mockservers.web.http_server.server import Server
from mockservers.web.http_server.slow_clients import MIN_RATE
from tests.hostile.serving import AFTER, BEFORE, UPLOAD, Caller, Served, purchases, soon, upload, upload_head

SLOW = 200
TIMEOUT = 0.6
ORDER = "/zangsho/v1/orders/1"
ZANGSHO = {"Authorization": "Bearer 1|demo-zangsho-token"}
HEAD = f"GET {ORDER} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {ZANGSHO['Authorization']}\r\n".encode()
TOKEN = "demo-fanship-token"
MEGABYTES = {"customers": [{"email": f"{number}@a.example", "name": "x" * 20_000} for number in range(500)]}
"""A state that fills every buffer on the way to a client."""


@pytest.fixture(scope="module")
def mock_app() -> Iterator[MockApp]:
    made = MockApp(Serving())
    made.start()
    yield made
    made.stop()


@pytest.fixture
def hasty(mock_app: MockApp) -> Iterator[Server]:
    """A server of the same mocks that waits a moment where others wait half a minute."""
    made = Server(mock_app.gateway, timeout=TIMEOUT).start()
    yield made
    made.stop()


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def seconds_to_answer(port: int) -> float:
    asked = time.perf_counter()
    with Caller(port) as caller:
        assert caller.ask("GET", ORDER, headers=ZANGSHO)[0] in (200, 404)
    return time.perf_counter() - asked


def is_closed(connection: socket.socket) -> bool:
    """Whether the server is done with it, whatever it said at the end."""
    try:
        while connection.recv(65536):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


BEGINNINGS = {
    "nothing": b"",
    "half a request line": b"GET /zang",
    "half a head": HEAD,
    "a head and half a body": b"POST /zangsho/v1/customers HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{",
    "half an upload": upload_head(TOKEN, 1_000_000) + BEFORE + purchases(2),
    "half a chunk": upload_head(TOKEN, 0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked") + b"fff\r\n--b",
}


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_other_clients_are_answered_while_many_are_slow(mock_app: MockApp, beginning: str) -> None:
    port = mock_app.server.port
    alone = max(seconds_to_answer(port) for _ in range(3))
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(port)) for _ in range(SLOW)]
        for connection in slow:
            connection.sendall(BEGINNINGS[beginning])
        for number in range(5):
            for connection in slow[number::5]:
                connection.sendall(b"x" if beginning != "nothing" else b"")
            assert seconds_to_answer(port) < max(20 * alone, 2.0)
    assert seconds_to_answer(port) < 2.0


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_a_client_that_is_too_slow_is_disconnected(hasty: Server, beginning: str) -> None:
    """An occasional byte does not extend the timeout, which is for the whole request."""
    began = time.monotonic()
    with connect(hasty.port) as connection:
        connection.sendall(BEGINNINGS[beginning])
        connection.settimeout(0.1)
        while not is_closed(connection):
            assert time.monotonic() - began < 20 * TIMEOUT, "it is still there"
            try:
                connection.sendall(b"x" if beginning != "nothing" else b"")
            except ConnectionError:
                break
    assert time.monotonic() - began < 20 * TIMEOUT


def test_a_slow_client_above_the_minimum_rate_is_answered(mock_app: MockApp, hasty: Server) -> None:
    """Twice as long as the timeout, at twice the minimum rate."""
    before = len(mock_app.control.state("demo-fanship")["uploads"])
    lines = purchases(10)
    with connect(hasty.port) as connection:
        connection.sendall(upload_head(TOKEN, len(BEFORE) + len(lines) + len(AFTER)) + BEFORE)
        for at in range(0, len(lines), MIN_RATE):
            connection.sendall(lines[at : at + MIN_RATE])
            time.sleep(0.5)
        connection.sendall(AFTER)
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
    assert len(mock_app.control.state("demo-fanship")["uploads"]) == before + 1


def test_a_connection_may_idle_between_requests(hasty: Server) -> None:
    """As long as the timeout; each request has its own time limit."""
    with Caller(hasty.port) as caller:
        for _ in range(4):
            assert caller.ask("GET", ORDER, headers=ZANGSHO)[0] in (200, 404)
            time.sleep(TIMEOUT * 0.4)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="limits the server from outside")
def test_a_server_out_of_file_descriptors_still_answers(tmp_path: Path) -> None:
    """Idle connections are closed, and the wait for a free descriptor takes no CPU time."""
    with Served(tmp_path / "spool", limits={resource.RLIMIT_NOFILE: 60}) as served, ExitStack() as stack:
        resting = [stack.enter_context(connect(served.port)) for _ in range(150)]
        assert seconds_to_answer(served.port) < 10.0
        before = served.spent
        time.sleep(1.0)
        assert served.spent - before < 0.5
        for connection in resting:
            connection.close()
        assert seconds_to_answer(served.port) < 2.0


# -- who never reads --------------------------------------------------------------------------------------------------


def test_a_client_that_reads_no_answer_blocks_no_others(mock_app: MockApp) -> None:
    """More answers of several megabytes that nobody reads than there are workers at first."""
    port = mock_app.server.port
    mock_app.control.put_state("demo-zangsho", MEGABYTES)
    with ExitStack() as stack:
        for _ in range(24):
            connection = stack.enter_context(socket.socket())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", port))
            connection.sendall(b"GET /__admin/tenants/demo-zangsho/state HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for _ in range(5):
            assert seconds_to_answer(port) < 20.0
    mock_app.control.put_state("demo-zangsho", {"customers": []})
    assert seconds_to_answer(port) < 5.0


def test_a_server_with_open_connections_ends_in_time(mock_app: MockApp) -> None:
    """A slow client, one that never reads, and an idle one."""
    server = Server(mock_app.gateway).start()
    mock_app.control.put_state("demo-zangsho", MEGABYTES)
    with ExitStack() as stack:
        deaf = stack.enter_context(socket.socket())
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", server.port))
        deaf.sendall(b"GET /__admin/tenants/demo-zangsho/state HTTP/1.1\r\nHost: localhost\r\n\r\n")
        slow = stack.enter_context(connect(server.port))
        slow.sendall(HEAD)
        resting = stack.enter_context(Caller(server.port))
        resting.ask("GET", ORDER, headers=ZANGSHO)
        time.sleep(0.5)
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 3.0
    mock_app.control.put_state("demo-zangsho", {"customers": []})
    workers = [thread for thread in threading.enumerate() if thread.name == "mockservers-worker"]
    assert soon(lambda: sum(thread.is_alive() for thread in workers) <= 64)


# -- more than anybody reads ------------------------------------------------------------------------------------------

LARGE = 20 * 1024 * 1024
ASKED = {
    "too large for the vendor": ("POST", "/zangsho/v1/customers/batch", 413),
    "to nowhere": ("POST", "/zangsho/v1/nowhere", 404),
    "with the wrong method": ("PUT", "/zangsho/v1/customers", 405),
    "to no vendor": ("POST", "/nobody/v1/customers", 404),
    "with a GET": ("GET", "/__admin/health", 200),
}


@pytest.mark.parametrize("framing", ["length", "chunked"])
@pytest.mark.parametrize("case", ASKED)
def test_a_client_that_sends_too_much_still_reads_its_answer(mock_app: MockApp, case: str, framing: str) -> None:
    """It sends everything before it reads: a connection that was closed meanwhile would be all that it saw."""
    method, path, expected = ASKED[case]
    connection = http.client.HTTPConnection("127.0.0.1", mock_app.server.port, timeout=20)
    pieces = (b"x" * 65536 for _ in range(LARGE // 65536))
    headers = {**ZANGSHO, "Content-Type": "application/json"}
    if framing == "length":
        headers["Content-Length"] = str(LARGE)
    connection.request(method, path, pieces, headers, encode_chunked=framing == "chunked")
    answer = connection.getresponse()
    assert (answer.status, b"Traceback" in answer.read()) == (expected, False)
    connection.close()


def test_the_unread_rest_of_a_body_is_not_parsed_as_a_request(mock_app: MockApp) -> None:
    """After an answer that did not need the body the next request on the connection is the client's next request."""
    body = b"GET /__admin/version HTTP/1.1\r\nHost: localhost\r\n\r\n"
    head = b"POST /nobody HTTP/1.1\r\nHost: localhost\r\n"
    last = b"GET /__admin/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    framings = (
        b"Content-Length: %d\r\n\r\n%b" % (len(body), body),
        b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body),
    )
    for framed in framings:
        with connect(mock_app.server.port) as connection:
            connection.sendall(head + framed + last)
            came = b""
            while piece := connection.recv(65536):
                came += piece
        assert came.count(b"HTTP/1.1 ") == 2
        assert b'"ok"' in came
        assert b'"version"' not in came


def test_a_body_that_is_too_large_is_reported_under_its_operation(mock_app: MockApp) -> None:
    tenant = mock_app.control.create_tenant({"vendor": "zangsho"})
    with Caller(mock_app.server.port) as caller:
        headers = {"Authorization": f"Bearer {tenant['credentials']['token']}"}
        status, _ = caller.ask("POST", "/zangsho/v1/customers/batch", {"customers": "x" * 9_000_000}, headers)
    assert status == 413
    exchanges = mock_app.control.journal(tenant["id"])["exchanges"]
    assert [exchange["operation"] for exchange in exchanges] == ["importCustomers"]
    findings = mock_app.control.ledger(tenant["id"])["findings"]
    assert [found["rule"] for found in findings] == ["zangsho.request.too-large"]
    assert not [call for call in mock_app.control.unmatched() if call["tenant"] == tenant["id"]]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks at the server from /proc")
def test_input_that_no_operation_reads_takes_no_memory(tmp_path: Path) -> None:
    """Thirty megabytes to a path that there is not, head lines without end, a body of an endless length."""
    with Served(tmp_path / "spool") as served:
        assert upload(served.port, TOKEN, purchases(10))[0] == 200
        idle = served.resident
        served.forget_peak()
        for path in ("/nobody", UPLOAD + "/nowhere", "/__admin/health"):
            head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {30 * 1024 * 1024}\r\n\r\n".encode()
            with connect(served.port) as connection:
                connection.sendall(head)
                for _ in range(30):
                    connection.sendall(b"x" * 1024 * 1024)
                assert connection.recv(20).startswith(b"HTTP/1.1 4")
        for endless in (b"GET /" + b"x" * 30_000_000, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 5_000_000):
            with connect(served.port) as connection:
                try:
                    connection.sendall(endless)
                    assert connection.recv(20).startswith(b"HTTP/1.1 4")
                except ConnectionError:
                    pass
        assert served.peak - idle < 48
        assert seconds_to_answer(served.port) < 2.0
