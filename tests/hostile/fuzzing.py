"""Fuzz the HTTP server and multipart uploads.

    python -m tests.hostile.fuzzing [--seconds 60] [--seed 0]

Requests come from a grammar and from mutants of those that reached lines of `web/http_server` that none before reached.
Each is sent over a socket that the client closes for writing, and the law is:

    each request is read as h11 reads it: method, target, body
    a request gets one answer, and what is no request one refusal, after which the connection ends
    no answer is a server error (501 and 505 refuse what HTTP has and this server lacks), and none takes long
    behind the dispatcher and its workers, over TCP, the answers are the same

An upload that is answered with 200 is held; of all others nothing is, and the outcomes of all add up.
Prints each breach as Python bytes. Exit status 1 if there is any.
"""

from __future__ import annotations

import argparse
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

import h11

from mockservers.web.bootstrap import MockApp, Serving
from mockservers.web.http_server import wsgi
from mockservers.web.http_server.connection import Connection
from mockservers.web.http_server.head import HEAD_MAX
from mockservers.web.http_server.server import Server
from mockservers.web.http_server.wsgi import answer, shared_environment
from tests.hostile.request_grammar import multipart, mutated, request

SECONDS = 5.0
"""Longer than that no request of these sizes takes, on however busy a machine."""

OVER_TCP = 0.2
"""The share of requests that are sent over TCP, too."""

RIGHT_5XX = (501, 505)
UPLOAD = b"POST /fanship/v1/2nd/purchases/20251101/_all HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %b\r\n"
_FOLDER = str(Path(wsgi.__file__).parent)

Reading = tuple[str, str, bytes]
"""Method, target and body of a request."""


@dataclass
class Echo:
    """An application that notes what it was asked."""

    readings: list[Reading] = field(default_factory=list)

    def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
        status = "400 Bad Request"
        try:
            body = environ["wsgi.input"].read()
        except ValueError:
            body = None
        if body is not None and environ["wsgi.input"].ended:
            self.readings.append((environ["REQUEST_METHOD"], environ["REQUEST_URI"], body))
            status = "200 OK"
        start_response(status, [("Content-Length", "2")])
        return [b"ok"]


def exchange(raw: bytes, application: Any) -> bytes:
    """All that a server answers to these bytes, after which the client says nothing more."""
    client, server = socket.socketpair()
    with closing(client):
        client.sendall(raw)
        client.shutdown(socket.SHUT_WR)
        connection = Connection(server, ("127.0.0.1", 1), timeout=SECONDS)
        while connection.next_request() == "request" and answer(connection, application, shared_environment("a", 80)):
            pass
        connection.close()
        came = b""
        while piece := client.recv(65536):
            came += piece
        return came


def over_tcp(raw: bytes, address: tuple[str, int]) -> bytes:
    """All that a server at an address answers to these bytes. TimeoutError when it neither answers nor ends."""
    with socket.create_connection(address, timeout=SECONDS) as client:
        came = b""
        try:
            client.sendall(raw)
            client.shutdown(socket.SHUT_WR)
            while piece := client.recv(65536):
                came += piece
        except ConnectionError:
            pass
        return came


def statuses(came: bytes, methods: list[str]) -> list[int]:
    """The statuses of final answers, in their order. ValueError for what are no answers."""
    found: list[int] = []
    while came:
        head, end, came = came.partition(b"\r\n\r\n")
        if not end or not head.startswith(b"HTTP/1.1 "):
            raise ValueError(f"no answer: {head[:80]!r}")
        status = int(head[9:12])
        if status == 100:
            continue
        method = methods[len(found)] if len(found) < len(methods) else ""
        lengths = [line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        if method != "HEAD":
            came = came[int(lengths[0]) :]
        found.append(status)
    return found


def by_h11(raw: bytes) -> tuple[list[Reading], bytes]:
    """The requests that h11 finds, and what is left where it finds none any more.

    As this server does, h11 is to skip empty lines before a request, and to read UTF-8 in a target as if escaped.
    """
    found: list[Reading] = []
    while raw := raw.lstrip(b"\r\n"):
        line, end, rest = raw.partition(b"\r\n")
        escaped = b"".join(b"%%%02X" % byte if byte > 0x7F else bytes((byte,)) for byte in line)
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_MAX)
        try:
            connection.receive_data(escaped + end + rest)
            connection.receive_data(b"")
            asked = connection.next_event()
            if not isinstance(asked, h11.Request):
                return found, raw
            body = b""
            while isinstance(event := connection.next_event(), h11.Data):
                body += event.data
            if not isinstance(event, h11.EndOfMessage):
                return found, raw
        except h11.RemoteProtocolError:
            return found, raw
        found.append((asked.method.decode(), asked.target.decode(), body))
        raw = connection.trailing_data[0]
    return found, raw


def breach_of_head(raw: bytes, address: tuple[str, int] | None = None) -> str:
    """What is wrong with the answers to these bytes, also at an address where an Echo is served. Empty: nothing."""
    echo = Echo()
    began = time.monotonic()
    came = exchange(raw, echo)
    if time.monotonic() - began > SECONDS:
        return f"took {time.monotonic() - began:.1f} s"
    methods = [method for method, _, _ in echo.readings]
    try:
        found = statuses(came, methods)
        elsewhere = found if address is None else statuses(over_tcp(raw, address), methods)
    except (ValueError, TimeoutError) as error:
        return str(error)
    if elsewhere != found:
        return f"answered by {found}, and over TCP by {elsewhere}"
    expected, left = by_h11(raw)
    return _misread(echo.readings, expected) or _misanswered(found, len(echo.readings), len(expected) + bool(left))


def _misread(readings: list[Reading], expected: list[Reading]) -> str:
    for ours, theirs in zip(readings, expected, strict=False):
        if ours != theirs:
            return f"read as {ours!r}, by h11 as {theirs!r}"
    return f"read as {readings[len(expected)]!r}, and refused by h11" if len(readings) > len(expected) else ""


def _misanswered(found: list[int], read: int, most: int) -> str:
    """What is wrong with statuses, of which `read` belong to requests that the application read."""
    refusals = found[read:]
    if found[:read] != [200] * read:
        return f"a request was not answered: {found}"
    if len(refusals) > 1 or len(found) > most:
        return f"more answers than requests: {found}"
    if refusals and refusals[0] >= 500 and refusals[0] not in RIGHT_5XX:
        return f"a server error: {found}"
    return ""


class Uploads:
    """Uploads to a FANSHIP tenant of a server in this process."""

    def __init__(self, mock_app: MockApp) -> None:
        self._app, self._control = mock_app.gateway, mock_app.control
        self._renew()

    def _renew(self) -> None:
        tenant = self._control.create_tenant({"vendor": "fanship", "frozen": True})
        self.name, self._token, self._held = tenant["id"], tenant["credentials"]["token"].encode(), 0

    def breach(self, body: bytes, *, chunked: bool = False) -> str:
        """What is wrong with the answer to an upload with this body, and with what became of it."""
        head = UPLOAD % self._token + b"Content-Type: multipart/form-data; boundary=b\r\n"
        framed = (
            b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" if body else b"%.0sContent-Length: 0\r\n\r\n%b"
        )
        sized = b"Content-Length: %d\r\n\r\n%b"
        began = time.monotonic()
        came = exchange(head + (framed if chunked and body else sized) % (len(body), body), self._app)
        if time.monotonic() - began > SECONDS:
            return f"took {time.monotonic() - began:.1f} s"
        try:
            found = statuses(came, [])
        except ValueError as error:
            return str(error)
        held = len(self._control.state(self.name)["uploads"])
        self._held, before = held, self._held
        if len(found) != 1 or found[0] not in (200, 400, 413):
            return f"answered by {found}"
        if held != before + (found[0] == 200):
            return f"{held - before} uploads are held after {found[0]}"
        items = dict(self._control.ledger(self.name)["items"])
        sent = items.pop("sent")
        if held >= 200:
            self._control.delete_tenant(self.name)
            self._renew()
        return "" if sent == sum(items.values()) else f"{sent} items were sent, and became {items}"


@contextmanager
def reached() -> Iterator[set[tuple[str, int]]]:
    """The lines of the server that this thread reaches, as they are reached."""
    lines: set[tuple[str, int]] = set()

    def in_file(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            lines.add((frame.f_code.co_filename, frame.f_lineno))
        return in_file

    def on_call(frame: FrameType, _event: str, _: Any) -> Any:
        return in_file if frame.f_code.co_filename.startswith(_FOLDER) else None

    before = sys.gettrace()
    sys.settrace(on_call)
    try:
        yield lines
    finally:
        sys.settrace(before)


@contextmanager
def _echoing() -> Iterator[tuple[str, int]]:
    server = Server(Echo(), timeout=SECONDS / 2).start()
    try:
        yield server.address
    finally:
        server.stop()


@dataclass
class Report:
    """How many requests were sent, and those that broke the law."""

    heads: int = 0
    forms: int = 0
    lines: int = 0
    breaches: list[tuple[bytes, str]] = field(default_factory=list)


def fuzz(goes_on: Callable[[Report], bool], seed: int = 0) -> Report:
    """Fuzz as long as a condition holds: two heads for each upload."""
    rng, report = Random(seed), Report()
    corpus: list[bytes] = []
    known: set[tuple[str, int]] = set()
    with MockApp(Serving(vendors=["fanship"], demo=False)) as mock_app, _echoing() as address:
        uploads = Uploads(mock_app)
        while goes_on(report):
            for _ in range(2):
                raw = request(rng) if not corpus or rng.random() < 0.4 else mutated(rng.choice(corpus), rng, corpus)
                with reached() as lines:
                    wrong = breach_of_head(raw, address if rng.random() < OVER_TCP else None)
                if lines - known:
                    known |= lines
                    corpus.append(raw)
                report.heads += 1
                report.breaches += [(raw, wrong)] if wrong else []
            body = multipart(rng) if rng.random() < 0.5 else mutated(multipart(rng), rng)
            wrong = uploads.breach(body, chunked=rng.random() < 0.3)
            report.forms += 1
            report.breaches += [(body, wrong)] if wrong else []
    report.lines = len(known)
    return report


def main() -> int:
    """The exit status: 1 if the law was broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=None, help="another one each time when not given")
    chosen = parser.parse_args()
    seed = int(time.time()) if chosen.seed is None else chosen.seed
    until = time.monotonic() + chosen.seconds
    report = fuzz(lambda report: time.monotonic() < until and len(report.breaches) < 20, seed)
    print(f"{report.heads} heads and {report.forms} uploads, {report.lines} lines of the server reached, seed {seed}.")
    for raw, wrong in report.breaches:
        print(f"  {wrong}: {raw[:2_000]!r}")
    print(f"{len(report.breaches)} broke the law.")
    return 1 if report.breaches else 0


if __name__ == "__main__":
    sys.exit(main())
