"""A request of `requests` put to a WSGI application: the answer, or the exception, that a socket would have given."""

from __future__ import annotations

import errno
import io
import re
import sys
from collections.abc import Mapping
from http.client import BadStatusLine, RemoteDisconnected
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

import requests
from urllib3 import HTTPHeaderDict, HTTPResponse
from urllib3.exceptions import ProtocolError
from werkzeug.test import run_wsgi_app

from mockservers.web.performing import PATIENCE, Broken

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment
    from requests import PreparedRequest

PORTS = {"http": 80, "https": 443}
_SLASH = re.compile("%2f", re.IGNORECASE)


def answered(application: WSGIApplication, request: PreparedRequest) -> HTTPResponse:
    """The answer of an application. Raises what `requests` raises when a fault breaks the answer, or outlasts it."""
    environ = _environ(request)
    patience = _patience(request)
    if patience is not None:
        environ[PATIENCE] = patience
    try:
        chunks, status, headers = run_wsgi_app(application, environ, buffered=True)
    except TimeoutError as error:
        raise requests.ReadTimeout(error, request=request) from error
    except Broken as error:
        raise _as_requests_has_it(error, request) from error
    number, _, reason = status.partition(" ")
    return HTTPResponse(
        io.BytesIO(b"".join(chunks)),
        HTTPHeaderDict(headers.items()),
        int(number),
        reason=reason,
        version=11,
        preload_content=False,
        request_method=request.method,
    )


def _environ(request: PreparedRequest) -> WSGIEnvironment:
    """The request as the gateway's socket server would have given it, Host and all."""
    place: SplitResult = urlsplit(request.url or "")
    path, _, query = request.path_url.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        # A slash that was escaped is no separator: cheroot leaves it as it is.
        "PATH_INFO": "%2F".join(unquote_to_bytes(part).decode("latin-1") for part in _SLASH.split(path)),
        "QUERY_STRING": query,
        "REQUEST_URI": request.path_url,
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": place.hostname,
        "SERVER_PORT": str(PORTS[place.scheme]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": place.netloc.rpartition("@")[2],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": place.scheme,
        "wsgi.input": io.BytesIO(_body(request.body)),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    headers: Mapping[str, str | bytes] = request.headers
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        text = value.decode("latin-1") if isinstance(value, bytes) else value
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = text
    return environ


def _patience(request: PreparedRequest) -> float | None:
    """How many seconds the caller would wait for an answer; `responses` keeps what `requests` was called with."""
    timeout = getattr(request, "req_kwargs", {}).get("timeout")
    seconds: float | None = timeout[1] if isinstance(timeout, tuple) else timeout
    return seconds


def _as_requests_has_it(error: Broken, request: PreparedRequest) -> requests.RequestException:
    """The exception that `requests` raises when a fault breaks an answer on a socket."""
    match error.performance.how:
        case "cut" | "cut-reset":
            return requests.exceptions.ChunkedEncodingError(ProtocolError(str(error), error), request=request)
        case "noise":
            cause: Exception = BadStatusLine(str(error))
        case "reset":
            cause = ConnectionResetError(errno.ECONNRESET, str(error))
        case _:
            cause = RemoteDisconnected(str(error))
    return requests.ConnectionError(ProtocolError("Connection aborted.", cause), request=request)


def _body(given: Any) -> bytes:
    """A body in any of the forms that `requests` sends. `responses` has read those that are files."""
    if given is None:
        return b""
    if isinstance(given, str):
        return given.encode()
    if isinstance(given, bytes | bytearray):
        return bytes(given)
    return b"".join(_body(chunk) for chunk in given)
