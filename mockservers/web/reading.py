"""A Flask request as the core's: headers in lower case, the body as bytes, multipart parts in the spool."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import flask
from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge

from mockservers.core.call import Part, Request
from mockservers.core.errors import NoRoom
from mockservers.core.spool import Spooled

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

PARTS_MAX = 1_000
_SHORT = 1024 * 1024

_log = logging.getLogger("mockservers")


class _Sink:
    """What werkzeug writes an uploaded part to. It stays in the spool; nothing is copied."""

    def __init__(self, directory: Path | None) -> None:
        self.spooled = Spooled(directory)
        self.write = self.spooled.write

    def seek(self, _offset: int) -> None:
        """Werkzeug's sign that the part is complete."""
        self.spooled.close()

    def close(self) -> None:
        """Werkzeug closes parts with the request; what is spooled lives on."""


class VendorRequest(flask.Request):
    """A request whose file parts go to the spool."""

    max_form_parts = PARTS_MAX
    max_form_memory_size = 1024 * 1024
    spool_directory: Path | None = None

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        sink: Any = _Sink(self.spool_directory)
        return sink  # type: ignore[no-any-return]


class NotTaken(Exception):
    """The body could not be taken. `request` is the request without it, `refusal` the name of the vendor's answer."""

    def __init__(self, request: Request, refusal: str, why: str) -> None:
        super().__init__(why)
        self.request = replace(request, broken=why)
        self.refusal = refusal


def read(request: flask.Request, body_max: int) -> Request:
    """The core's request. Raises NotTaken when the body is larger than that, or the spool has no room for it."""
    environ = request.environ
    headers = _headers(environ)
    made = partial(
        Request,
        method=request.method,
        path=request.path,  # the prefix of a vendor stands for its host: through every door the path is the vendor's
        query=request.args.to_dict() if request.query_string else {},
        headers=headers,
        scheme=request.scheme,
    )
    try:
        if headers.get("content-type", "").lower().startswith("multipart/form-data"):
            return made(parts=_parts(request))
        return made(body=_body(request, body_max))
    except RequestEntityTooLarge:
        raise NotTaken(made(), "too-large", "the body is too large") from None
    except NoRoom as reason:
        _log.error("%s", reason)
        raise NotTaken(made(), "unavailable", str(reason)) from None
    except (HTTPException, OSError, ValueError) as error:
        return made(broken=_broken(error))


def plain_request(environ: WSGIEnvironment, body_max: int) -> Request | None:
    """The core's request where there is nothing to it: no query, no parts, a short body of a stated length."""
    length = _stated(environ)
    if length is None or length > min(_SHORT, body_max) or environ.get("QUERY_STRING"):
        return None
    if environ.get("CONTENT_TYPE", "")[:10].lower() == "multipart/":
        return None
    method, path, scheme = environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["wsgi.url_scheme"]
    body, broken = b"", ""
    try:
        body = _exactly(environ, length)
    except (HTTPException, OSError, ValueError) as error:
        broken = _broken(error)
    return Request(method, path, {}, _headers(environ), body, broken=broken, scheme=scheme)


def _stated(environ: WSGIEnvironment) -> int | None:
    """How many bytes a body has, where its request says so."""
    length: str = environ.get("CONTENT_LENGTH") or ""
    return int(length) if length.isdecimal() and "HTTP_TRANSFER_ENCODING" not in environ else None


def _exactly(environ: WSGIEnvironment, length: int) -> bytes:
    """A body of that length. Raises ClientDisconnected where less of it comes."""
    body: bytes = environ["wsgi.input"].read(length)
    if len(body) != length:
        raise ClientDisconnected
    return body


def _broken(error: Exception) -> str:
    return f"the body could not be read: {error}"


def _headers(environ: WSGIEnvironment) -> dict[str, str]:
    headers = {key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key[:5] == "HTTP_"}
    for key, name in (("CONTENT_TYPE", "content-type"), ("CONTENT_LENGTH", "content-length")):
        if environ.get(key):
            headers[name] = environ[key]
    return headers


def _body(request: flask.Request, body_max: int) -> bytes:
    """The body. A short one of a stated length is read as it is; whatever else there may be is werkzeug's to see to."""
    length = _stated(request.environ)
    if length is not None and length <= min(_SHORT, body_max):
        return _exactly(request.environ, length)
    request.max_content_length = body_max
    whole = request.get_data(cache=False)
    if len(whole) == body_max:
        request.stream.read(1)  # werkzeug ends a chunked body there, and says so only to who reads on
    return whole


def _parts(request: flask.Request) -> tuple[Part, ...]:
    directory: Path | None = getattr(request, "spool_directory", None)
    fields = [
        Part(name, None, "", Spooled.of(value.encode("utf-8", "surrogateescape"), directory))
        for name, value in request.form.items(multi=True)
    ]
    files = [
        Part(name, file.filename, file.content_type or "", _spooled(file.stream))
        for name, file in request.files.items(multi=True)
    ]
    return (*fields, *files)


def _spooled(stream: Any) -> Spooled:
    spooled: Spooled = stream.spooled
    return spooled
