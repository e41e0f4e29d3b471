"""Flask's request as the core's `Request`: lower-case headers, the body as bytes, multipart parts in the spool."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import unquote

import flask
from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge
from werkzeug.http import parse_options_header

from mockservers.core.accounting.journal import BODY_KEPT
from mockservers.core.errors import InsufficientStorage
from mockservers.core.exchange.call import Part, Request, Wire
from mockservers.core.state.spool import Spooled
from mockservers.core.value import replace
from mockservers.core.values import real_time
from mockservers.web.memory_budget import BUDGET, SMALL, MemoryBudget, TooCostly, cost_of, cost_of_lines
from mockservers.web.plain_requests import Disconnected, body_of_length, headers_of, stated_length, why_broken

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

PARTS_MAX = 1_000
_SLASH = re.compile("%2f", re.IGNORECASE)
_NO_QUERY = re.compile(r"[^!-~]|[\"<>#]")
_PIECE = 64 * 1024

_log = logging.getLogger("mockservers")


class _Sink:
    """The file to which werkzeug writes an uploaded part. It is the spooled file, without a copy."""

    def __init__(self, directory: Path | None) -> None:
        self.spooled = Spooled(directory)
        self.write = self.spooled.write

    def seek(self, _offset: int) -> None:
        """End the part: werkzeug seeks to the start of a complete part."""
        self.spooled.close()

    def close(self) -> None:
        """Do nothing: werkzeug closes parts with the request, but the spooled file is still needed."""


class BudgetedRequest(flask.Request):
    """A request whose large body uses the memory budget from `read_large` until Flask closes the request."""

    budget: MemoryBudget = BUDGET
    spool_directory: Path | None = None
    _reserved = 0

    def read_large(self, most: int) -> bytes:
        """Read the body, of up to `most` bytes. Slow clients fill the spool, not the memory.

        RequestEntityTooLarge if it is longer or too costly to parse, InsufficientStorage if there is no space.
        """
        self.max_content_length = most
        spooled = Spooled(self.spool_directory)
        with closing(spooled):
            while spooled.size < most and (piece := self.stream.read(min(_PIECE, most - spooled.size))):
                spooled.write(piece)
            if spooled.size == most:
                self.stream.read(1)  # werkzeug reports an incomplete chunked body only on a read past its end
        try:
            self._reserve(cost_of(spooled) if spooled.size > SMALL else 0)
        except TooCostly as reason:
            raise RequestEntityTooLarge(f"The body cannot be parsed: {reason}.") from None
        with spooled.open() as reader:
            return reader.read()

    def reserve_for(self, parts: Iterable[Part]) -> None:
        """Reserve memory for the notes on the lines of parts. MemoryFull if others use it for too long.

        No file is too large, since its lines are read one by one.
        """
        cost = sum(cost_of_lines(part.content) for part in parts if part.content.size > SMALL)
        self._reserve(min(cost, self.budget.most * 2 // 3))

    def _reserve(self, cost: int) -> None:
        self.budget.reserve(cost)
        self._reserved += cost

    def close(self) -> None:
        super().close()
        reserved, self._reserved = self._reserved, 0
        if reserved:
            self.budget.release(reserved)


class VendorRequest(BudgetedRequest):
    """A request whose file parts go to the spool."""

    max_form_parts = PARTS_MAX
    max_form_memory_size = 1024 * 1024

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        sink: Any = _Sink(self.spool_directory)
        return sink  # type: ignore[no-any-return] # it has the methods of IO that werkzeug calls


class _Tee:
    """The input of a request, with a copy of its first bytes."""

    def __init__(self, source: Any) -> None:
        self._read = source.read
        self._head = bytearray()
        self._size = 0

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        data: bytes = self._read(size)
        self._size += len(data)
        if len(self._head) < BODY_KEPT:
            self._head += data[: BODY_KEPT - len(self._head)]
        return data

    def why_no_parts(self, content_type: str) -> str:
        """Return why a multipart body has no parts; empty if it is a complete body without parts."""
        boundary = parse_options_header(content_type)[1].get("boundary", "")
        if not boundary:
            return "the Content-Type names no boundary"
        if not self._size:
            return "the body is empty"
        delimiter = b"--" + boundary.encode("utf-8", "surrogateescape")
        if delimiter not in self._head:
            return f"the boundary {boundary[:80]} of the Content-Type is not in the body"
        return "" if delimiter + b"--" in self._head else "the body ends before the boundary that closes it"

    def wire(self, length: int | None) -> Wire:
        """Return the part of a body that was read. `length` is its length, if it has one."""
        return Wire(bytes(self._head), self._size, length in (None, self._size))


class BodyNotStored(Exception):
    """The body could not be stored. `request` is the request without it, `refusal` the name of the vendor's answer."""

    def __init__(self, request: Request, refusal: str, why: str) -> None:
        super().__init__(why)
        self.request = replace(request, broken=why)
        self.refusal = refusal


def read(request: BudgetedRequest, body_max: int, knows: Callable[[Request], bool] = lambda _: True) -> Request:
    """Return the core's request.

    BodyNotStored if the body is larger than `body_max`, or the spool or memory is full. A large body is only read if
    `knows` accepts the request's credentials.
    """
    environ = request.environ
    headers = headers_of(environ)
    make_request = partial(
        Request,
        method=request.method,
        path=request.path,  # without the prefix that selects the vendor, so that it is the same over every transport
        query_string=_encoded(environ.get("QUERY_STRING", "")),
        headers=headers,
        scheme=request.scheme,
        raw_path=_raw_path(environ),
        began=real_time.wall(),
        since=real_time.monotonic(),
    )
    try:
        if not _is_small(environ) and not knows(make_request()):
            return make_request(broken="it was not read, since no tenant has these credentials")
        if headers.get("content-type", "").lower().startswith("multipart/form-data"):
            return _multipart(request, make_request)
        return make_request(body=_body(request, body_max))
    except RequestEntityTooLarge:
        raise BodyNotStored(make_request(), "too-large", "the body is too large") from None
    except InsufficientStorage as reason:
        _log.error("%s", reason)
        raise BodyNotStored(make_request(), "unavailable", str(reason)) from None
    except (HTTPException, OSError, ValueError) as error:
        return make_request(broken=_why_broken(error))


def _multipart(request: BudgetedRequest, make_request: Callable[..., Request]) -> Request:
    """Return a request with the parts of its body, or with the reason why there are none, and the raw body."""
    tee = request.environ["wsgi.input"] = _Tee(request.environ["wsgi.input"])
    length = stated_length(request.environ)
    try:
        parts = _parts(request)
        request.reserve_for(parts)
        if not parts:  # without a boundary werkzeug reads nothing
            request.stream.read(BODY_KEPT)
        broken = "" if parts else tee.why_no_parts(request.headers.get("Content-Type", ""))
        return make_request(parts=parts, broken=broken, wire=tee.wire(length))
    except (RequestEntityTooLarge, InsufficientStorage):
        raise
    except (HTTPException, OSError, ValueError) as error:
        return make_request(broken=_why_broken(error), wire=tee.wire(-1 if length is None else length))


def _why_broken(error: Exception) -> str:
    """Return why a body could not be read. For a client that disconnects, werkzeug's message is too short."""
    if isinstance(error, ClientDisconnected):
        return why_broken(error.__context__ if isinstance(error.__context__, Exception) else Disconnected())
    return why_broken(error)


def _encoded(query: str) -> str:
    """Return a query as it was sent. Bytes beyond ASCII, which WSGI decodes as Latin-1, are percent-encoded."""
    return _NO_QUERY.sub(lambda match: f"%{ord(match[0]):02X}", query)


def _raw_path(environ: WSGIEnvironment) -> str:
    """Return the undecoded path below the vendor's host; empty if the server does not provide it."""
    sent = environ.get("REQUEST_URI", "").partition("?")[0]
    if not sent.startswith("/"):
        sent = "/" + sent.partition("://")[2].partition("/")[2]
    prefix = environ.get("SCRIPT_NAME", "")
    whole = prefix + environ["PATH_INFO"]
    # Some WSGI servers decode an escaped slash in PATH_INFO, others do not.
    known = whole in (unquote(sent, "latin-1"), "%2F".join(unquote(part, "latin-1") for part in _SLASH.split(sent)))
    return _encoded(sent.removeprefix(prefix)) if known and sent.startswith(prefix) else ""


def _is_small(environ: WSGIEnvironment) -> bool:
    """Whether the body is short. Without a length and a transfer coding there is no body (RFC 9112, 6.3)."""
    length = stated_length(environ)
    if length is None:
        return not environ.get("CONTENT_LENGTH") and "HTTP_TRANSFER_ENCODING" not in environ
    return length <= SMALL


def _body(request: BudgetedRequest, body_max: int) -> bytes:
    """Return the body. A small one with a length is read directly, without the cost of werkzeug's stream wrappers."""
    length = stated_length(request.environ)
    if length is not None and length <= min(SMALL, body_max):
        return body_of_length(request.environ, length)
    return request.read_large(body_max)


def _parts(request: flask.Request) -> tuple[Part, ...]:
    directory: Path | None = getattr(request, "spool_directory", None)
    fields = [
        Part(name or "", None, "", Spooled.of(value.encode("utf-8", "surrogateescape"), directory))
        for name, value in request.form.items(multi=True)
    ]
    files = [
        Part(name or "", file.filename, file.content_type or "", _spooled(file.stream))
        for name, file in request.files.items(multi=True)
    ]
    return (*fields, *files)


def _spooled(stream: Any) -> Spooled:
    spooled: Spooled = stream.spooled
    return spooled
