"""A plain call as the core's `Request`, without Flask: no query, no parts, a short body of known length."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mockservers.core.exchange.call import Request
from mockservers.web.memory_budget import SMALL

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class Disconnected(ValueError):
    """The body is shorter than its Content-Length."""

    def __init__(self) -> None:
        super().__init__("it is shorter than its Content-Length")


def plain_request(environ: WSGIEnvironment, body_max: int) -> Request | None:
    """Return the core's request of a plain call: no query, no parts, a short body of known length. Else None."""
    length = stated_length(environ)
    if length is None or length > SMALL or length > body_max or environ.get("QUERY_STRING"):
        return None
    if environ.get("CONTENT_TYPE", "")[:10].lower() == "multipart/":
        return None
    method, path, scheme = environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["wsgi.url_scheme"]
    body, broken = b"", ""
    try:
        body = body_of_length(environ, length)
    except (OSError, ValueError) as error:
        broken = why_broken(error)
    return Request(method, path, "", headers_of(environ), body, broken=broken, scheme=scheme)


def stated_length(environ: WSGIEnvironment) -> int | None:
    """Return the Content-Length of a request, if it has one."""
    length: str = environ.get("CONTENT_LENGTH") or ""
    return int(length) if length.isdecimal() and "HTTP_TRANSFER_ENCODING" not in environ else None


def body_of_length(environ: WSGIEnvironment, length: int) -> bytes:
    """Read a body of that length. Disconnected if it is shorter."""
    body: bytes = environ["wsgi.input"].read(length)
    if len(body) != length:
        raise Disconnected
    return body


def why_broken(error: Exception) -> str:
    """Return why a body could not be read."""
    return f"the body could not be read: {error}"


@lru_cache(maxsize=64)
def _header_names(keys: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the keys of an environment that are headers, and the header names. Cached, since clients repeat them."""
    headers = tuple(key for key in keys if key[:5] == "HTTP_")
    return headers, tuple(key[5:].replace("_", "-").lower() for key in headers)


def headers_of(environ: WSGIEnvironment) -> dict[str, str]:
    """Return the headers of a request, by their names in lower case."""
    keys, names = _header_names(tuple(environ))
    headers = dict(zip(names, map(environ.__getitem__, keys), strict=True))
    if media_type := environ.get("CONTENT_TYPE"):
        headers["content-type"] = media_type
    if length := environ.get("CONTENT_LENGTH"):
        headers["content-length"] = length
    return headers
