"""A connection to a WSGI application in this process: urllib3 writes the request to it and reads the answer from it.

It has no socket and no thread. urllib3 does the rest: retries, time-outs, streams, cookies, the exceptions for broken
answers. A fault is the wire script that a socket would send; it waits during the reads.
"""

from __future__ import annotations

import errno
import io
import re
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from werkzeug.test import run_wsgi_app

from mockservers.core.exchange.decision import BODILESS
from mockservers.core.faults.wire_script import WireScript, http_date
from mockservers.core.values import real_time
from mockservers.web.fault_delivery import TAKE_SCRIPT

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_SLASH = re.compile("%2f", re.IGNORECASE)


class InProcess:
    """An object that `http.client` uses as a connected socket. It answers one request."""

    def __init__(self, application: WSGIApplication, scheme: str, timeout: float | None) -> None:
        self._application, self._scheme = application, scheme
        self._timeout = timeout
        self._sent = bytearray()

    def sendall(self, data: Any) -> None:
        """Add to the request."""
        self._sent += data

    def makefile(self, *_: Any, **__: Any) -> io.BufferedReader:
        """Call the application: `http.client` calls this after it has sent the whole request."""
        script = answered(self._application, _environ(bytes(self._sent), self._scheme))
        return io.BufferedReader(_Answer(script, lambda: self._timeout))

    def settimeout(self, timeout: float | None) -> None:
        """Set the seconds that one read may wait."""
        self._timeout = timeout

    def gettimeout(self) -> float | None:
        """Return the seconds that one read may wait."""
        return self._timeout

    def setsockopt(self, *_: Any) -> None:
        """Do nothing: there is no socket."""

    def shutdown(self, _how: int) -> None:
        """Do nothing: there is no socket."""

    def close(self) -> None:
        """Do nothing: there is no socket."""


class _Answer(io.RawIOBase):
    """The bytes of an answer, available at their times."""

    def __init__(self, script: WireScript, timeout: Callable[[], float | None]) -> None:
        began, self._steps = real_time.monotonic(), list[tuple[float, bytes]]()
        for seconds, data in script.steps:
            began += seconds
            self._steps.append((began, data))
        self._reset, self._timeout = script.reset, timeout

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes, when they are due. TimeoutError and ConnectionResetError as from a socket."""
        waited_since = real_time.monotonic()
        while self._steps:
            due, data = self._steps[0]
            timeout = self._timeout()
            if timeout is not None and due > max(waited_since + timeout, real_time.monotonic()):
                time.sleep(max(0.0, waited_since + timeout - real_time.monotonic()))
                raise TimeoutError("timed out")
            time.sleep(max(0.0, due - real_time.monotonic()))
            size = min(len(buffer), len(data))
            buffer[:size] = data[:size]
            self._steps[:1] = [(due, data[size:])] if size < len(data) else []
            if size:
                return size
        if self._reset:
            raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
        return 0


def answered(application: WSGIApplication, environ: WSGIEnvironment) -> WireScript:
    """The bytes that a socket would send as the answer to a request."""
    scripts: list[WireScript] = []
    environ[TAKE_SCRIPT] = scripts.append
    chunks, status, headers = run_wsgi_app(application, environ, buffered=True)
    if scripts:
        return scripts[0]
    body = b"".join(chunks)
    lines = [
        f"HTTP/1.1 {status}",
        *(f"{name}: {value}" for name, value in headers),
        f"Date: {http_date(int(real_time.wall()))}",
    ]
    if "Content-Length" not in headers and int(status[:3]) not in BODILESS:
        lines.append(f"Content-Length: {len(body)}")
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
    return WireScript(((0.0, head + (b"" if environ["REQUEST_METHOD"] == "HEAD" else body)),))


def _environ(sent: bytes, scheme: str) -> WSGIEnvironment:
    """The WSGI environment of a request, as the HTTP server builds it."""
    head, _, body = sent.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, protocol = first.split(" ")
    path, _, query = target.partition("?")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        key = name.strip().upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        headers[key] = f"{headers[key]}, {value.strip()}" if key in headers else value.strip()
    host, _, port = headers.get("HTTP_HOST", "").partition(":")
    chunked = "chunked" in headers.get("HTTP_TRANSFER_ENCODING", "").lower()
    return {
        **headers,
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        # An escaped slash is not a separator. The HTTP server does not decode it either.
        "PATH_INFO": "%2F".join(unquote_to_bytes(part).decode("latin-1") for part in _SLASH.split(path)),
        "QUERY_STRING": query,
        "REQUEST_URI": target,
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": host,
        "SERVER_PORT": port or ("443" if scheme == "https" else "80"),
        "SERVER_PROTOCOL": protocol,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": io.BytesIO(_dechunked(body) if chunked else body),
        **({"wsgi.input_terminated": True} if chunked else {}),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _dechunked(body: bytes) -> bytes:
    """The content of a body that urllib3 has sent in chunks."""
    content = bytearray()
    while body:
        length, _, rest = body.partition(b"\r\n")
        size = int(length.partition(b";")[0], 16)
        content += rest[:size]
        body = rest[size + 2 :]
    return bytes(content)
