"""One request and its answer: the application is called by WSGI (PEP 3333)."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from mockservers.core.exchange.decision import BODILESS
from mockservers.core.faults.wire_script import http_date
from mockservers.core.values import real_time
from mockservers.web.fault_delivery import WIRE
from mockservers.web.http_server.body import PIECE, Body, ChunkedBody, body_of
from mockservers.web.http_server.connection import Connection
from mockservers.web.http_server.head import BadHead, Head, parse

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_TERMINATED = {"wsgi.input_terminated": True}
"""Marks a body that ends by itself.

Werkzeug only checks that the key exists, and then does not notice an incomplete body.
"""

_REASONS = {
    400: "Bad Request",
    414: "URI Too Long",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
    505: "HTTP Version Not Supported",
}
_log = logging.getLogger("mockservers")


def shared_environment(host: str, port: int) -> Mapping[str, Any]:
    """The part of the WSGI environment that all requests to a server share."""
    return {
        "SCRIPT_NAME": "",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "wsgi.errors": sys.stderr,
        "wsgi.multiprocess": False,
        "wsgi.multithread": True,
        "wsgi.run_once": False,
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
    }


def answer(connection: Connection, application: WSGIApplication, shared: Mapping[str, Any]) -> bool:
    """Answer the received request. Return whether another may follow on the connection."""
    try:
        head = parse(connection.head())
    except BadHead as error:
        _refuse(connection, error.status, str(error))
        return False
    body = body_of(connection, head)
    reply = _Reply(connection, head, body)
    try:
        chunks = application(_environment(connection, head, body, shared), reply.start)
        if connection.is_taken:
            return False
        reply.send(chunks)
    except OSError:
        return False  # the client has disconnected, or is too slow
    except Exception:  # noqa: BLE001 - a bug of the application must not end the worker
        _log.exception("mockservers failed to answer %s %s", head.method, head.target)
        if not reply.begun:
            _refuse(connection, 500, "mockservers failed: see its log.")
        return False
    return reply.keeps


def _environment(connection: Connection, head: Head, body: Body, shared: Mapping[str, Any]) -> WSGIEnvironment:
    return {
        **shared,
        **head.variables,
        "PATH_INFO": head.path,
        "QUERY_STRING": head.query,
        "REMOTE_ADDR": connection.remote[0],
        "REMOTE_PORT": str(connection.remote[1]),
        "REQUEST_METHOD": head.method,
        "REQUEST_URI": head.target,
        "SERVER_PROTOCOL": head.protocol,
        "wsgi.input": body,
        **(_TERMINATED if isinstance(body, ChunkedBody) else {}),
        WIRE: connection,
    }


class _Reply:
    """The answer to one request.

    It reads the request's body to its end first, since most clients read only after that.
    """

    def __init__(self, connection: Connection, head: Head, body: Body) -> None:
        self._connection, self._head, self._body = connection, head, body
        self._status = ""
        self._headers: list[tuple[str, str]] = []
        self._written: list[bytes] = []
        self.begun = False
        self.keeps = False

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: OptExcInfo | None = None, /
    ) -> Callable[[bytes], object]:
        """Implements WSGI's `start_response`."""
        if self.begun and exc_info and exc_info[1]:
            raise exc_info[1]
        self._status, self._headers = status, headers
        return self._written.append

    def send(self, chunks: Iterable[bytes]) -> None:
        """Send the whole answer, in one packet if it is short."""
        try:
            rest = iter(chunks)
            first = b"".join(self._written) + next((chunk for chunk in rest if chunk), b"")
            whole = isinstance(chunks, list | tuple) and len(chunks) < 2
            bodiless = self._head.method == "HEAD" or int(self._status[:3]) in BODILESS
            chunked, left = self._framing(len(first) if whole else None, bodiless=bodiless)
            self._send_head(first if not bodiless else b"", chunked=chunked)
            sent = len(first)
            for chunk in rest if not bodiless else ():
                if chunk:
                    self._connection.send(_chunk(chunk) if chunked else chunk)
                    sent += len(chunk)
            if chunked:
                self._connection.send(b"0\r\n\r\n")
            if left is not None and sent != left and not bodiless:
                self.keeps = False  # the application sent another length than its Content-Length
        finally:
            close = getattr(chunks, "close", None)
            if close:
                close()
        self._connection.refused = not self._body.ended

    def _framing(self, size: int | None, *, bodiless: bool) -> tuple[bool, int | None]:
        """Return whether the answer is chunked, and its Content-Length.

        Also decides whether the connection stays open.
        """
        stated, asked_to_close = None, False
        for name, value in self._headers:
            lower = name.lower()
            if lower == "content-length":
                stated = int(value)
            elif lower == "connection":
                asked_to_close = value.lower() == "close"
        if stated is None and size is not None and not bodiless:
            stated = size
            self._headers.append(("Content-Length", str(size)))
        modern = self._head.protocol == "HTTP/1.1"
        chunked = stated is None and modern and not bodiless
        self.keeps = self._body.discard() and self._head.keep_alive and not asked_to_close
        if stated is None and not chunked and not bodiless:
            self.keeps = False
        if chunked:
            self._headers.append(("Transfer-Encoding", "chunked"))
        if not self.keeps and not asked_to_close:
            self._headers.append(("Connection", "close"))
        elif self.keeps and not modern:
            self._headers.append(("Connection", "keep-alive"))
        return chunked, stated

    def _send_head(self, first: bytes, *, chunked: bool) -> None:
        lines = [f"HTTP/1.1 {self._status}"]
        lines += [f"{name}: {value}" for name, value in self._headers]
        lines.append(f"Date: {http_date(int(real_time.wall()))}\r\n\r\n")
        head = "\r\n".join(lines).encode("latin-1")
        if chunked and first:
            first = _chunk(first)
        self.begun = True
        if len(first) <= PIECE:
            self._connection.send(head + first)
        else:
            self._connection.send(head)
            self._connection.send(first)


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _refuse(connection: Connection, status: int, why: str) -> None:
    """Refuse a request without the application, and close the connection: the start of the next one is unknown."""
    body = f"mockservers: {why}\n".encode()
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\nDate: {http_date(int(real_time.wall()))}\r\n\r\n"
    )
    connection.refused = True
    try:
        connection.send(head.encode("ascii") + body)
    except OSError:
        return
