"""The head of a request, by RFC 9112.

llhttp checks the syntax, and this module checks the parts that llhttp leaves to its caller. Ambiguous heads are
refused: no client library sends one, and a proxy in front of the real vendor would refuse it, too.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv6Address
from urllib.parse import unquote_to_bytes

import httptools

from mockservers.core.value import Struct

HEAD_MAX = 64 * 1024
"""Maximum bytes of a request's line and headers."""

_USUAL = frozenset((b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS"))
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VERSION = re.compile(rb"HTTP/\d\.\d")
_ABSOLUTE = re.compile(rb"(?i:https?)://([^/?#]*)([^?#]*)(\?[^#]*)?")
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|[A-Za-z0-9._~!$&'()*+;=%-]*)(?::(\d{0,5}))?")
_ESCAPED_SLASH = re.compile(rb"%2f", re.IGNORECASE)


class BadHead(Exception):
    """A head that is refused with `status`."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Head(Struct):
    """A request's line and headers. `variables` are the WSGI variables of the headers.

    `length` is None without a Content-Length; `path` is decoded except for escaped slashes, in Latin-1 as WSGI
    requires.
    """

    method: str
    target: str
    path: str
    query: str
    protocol: str
    variables: dict[str, str]
    length: int | None
    chunked: bool
    keep_alive: bool

    @property
    def expects_continue(self) -> bool:
        """Whether the client waits for `100 Continue` before it sends the body."""
        return self.protocol == "HTTP/1.1" and self.variables.get("HTTP_EXPECT", "").lower() == "100-continue"


class _Events:
    """The callbacks of llhttp; httptools defines their names."""

    __slots__ = ("complete", "headers", "url")

    def __init__(self) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self.url = b""
        self.complete = False

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        self.complete = True


def split(arrived: bytes) -> tuple[bytes | None, bytes]:
    """Split received bytes into a head and the rest. The head is None if it is incomplete.

    BadHead if no further bytes could make it valid.
    """
    end = arrived.find(b"\r\n\r\n", 0, HEAD_MAX)
    if end >= 0:
        return arrived[: end + 4], arrived[end + 4 :]
    if arrived and not _TOKEN.match(arrived, 0, 1):
        raise BadHead(400, "This is not HTTP. Does the client speak TLS to a port without TLS?")
    if b"\n\n" in arrived:
        raise BadHead(400, "A line of the head must end in CR LF, not in LF.")
    if len(arrived) >= HEAD_MAX:
        if b"\r\n" in arrived:
            raise BadHead(431, f"The headers are longer than {HEAD_MAX} bytes.")
        raise BadHead(414, f"The request line is longer than {HEAD_MAX} bytes.")
    return None, arrived


def parse(raw: bytes) -> Head:
    """Parse a whole head, up to its empty line.

    BadHead if it violates RFC 9112, or needs a feature that this server lacks. Equal heads share one object, which must
    not be changed: most clients repeat the same head.
    """
    return _remembered(raw) if len(raw) <= _REMEMBERED_MOST else _parsed(raw)


def _parsed(raw: bytes) -> Head:
    method, target, protocol, raw = _request_line(raw)
    events = _Events()
    try:
        httptools.HttpRequestParser(events).feed_data(raw)
    except httptools.HttpParserUpgrade:
        pass  # RFC 9110, section 7.8: a server may ignore a request to upgrade
    except httptools.HttpParserError as error:
        raise BadHead(400, f"{error}.") from None
    if not events.complete:
        raise BadHead(400, "The head is incomplete.")
    variables: dict[str, str] = {}
    hosts = 0
    for name, value in events.headers:
        variable = _variable(name)
        if variable in variables:
            hosts += variable == "HTTP_HOST"
            variables[variable] += f",{value.decode('latin-1')}"
        elif variable:
            variables[variable] = value.decode("latin-1")
    host, path, query = _destination(method, target)
    _check_host(variables, protocol, hosts)
    if host is not None:
        variables["HTTP_HOST"] = host  # RFC 9112, section 3.2.2: the host of the target wins
    chunked = _is_chunked(variables, protocol)
    return Head(
        method.decode("ascii"),
        target.decode("ascii"),
        path,
        query,
        protocol,
        variables,
        _length(variables.get("CONTENT_LENGTH")),
        chunked,
        _keeps(variables.get("HTTP_CONNECTION", ""), protocol),
    )


_remembered = lru_cache(maxsize=500)(_parsed)
_REMEMBERED_MOST = 2_000
"""The most bytes of a cached head: 500 of them take a megabyte."""


def _request_line(raw: bytes) -> tuple[bytes, bytes, str, bytes]:
    """Return method, target and version, and the head for llhttp, which accepts neither unusual methods nor UTF-8."""
    end = raw.find(b"\r\n")
    parts = raw[:end].split(b" ")
    if len(parts) != 3:
        raise BadHead(400, "The request line must be a method, a target and HTTP/1.1, with one space between them.")
    method, target, protocol = parts
    if protocol not in (b"HTTP/1.1", b"HTTP/1.0"):
        if _VERSION.fullmatch(protocol):
            raise BadHead(505, "This server speaks HTTP/1.1.")
        raise BadHead(400, "The request line does not end in HTTP/1.1.")
    if method in _USUAL and target.isascii():
        return method, target, protocol.decode("ascii"), raw
    if not _TOKEN.fullmatch(method):
        raise BadHead(400, "The method is not a token.")
    if method == b"CONNECT":
        raise BadHead(501, "This port is not a proxy. `mockservers serve --tls` opens one.")
    target = b"".join(b"%%%02X" % byte if byte > 0x7F else bytes((byte,)) for byte in target)
    known = method if method in _USUAL else b"GET"
    return method, target, protocol.decode("ascii"), b"%b %b %b%b" % (known, target, protocol, raw[end:])


def _destination(method: bytes, target: bytes) -> tuple[str | None, str, str]:
    """Return the host of an absolute target, the path and the query."""
    host = None
    if b"#" in target:
        raise BadHead(400, "The target has a fragment, which clients must not send.")
    if target[:1] == b"/":
        path, _, query = target.partition(b"?")
    elif absolute := _ABSOLUTE.fullmatch(target):
        host = absolute[1].decode("ascii")
        if not host or not is_host(host):
            raise BadHead(400, f"The target names no valid host: {host[:200]!r}.")
        path, query = absolute[2] or b"/", (absolute[3] or b"?")[1:]
    elif target == b"*" and method == b"OPTIONS":
        path, query = target, b""
    else:
        raise BadHead(400, "The target must be a path or an http URL.")
    if b"%" in path:
        path = b"%2F".join(map(unquote_to_bytes, _ESCAPED_SLASH.split(path)))
    return host, path.decode("latin-1"), query.decode("ascii")


def _check_host(variables: dict[str, str], protocol: str, more: int) -> None:
    host = variables.get("HTTP_HOST")
    if host is None:
        if protocol == "HTTP/1.1":
            raise BadHead(400, "HTTP/1.1 requires a Host header.")
    elif more or not is_host(host):
        raise BadHead(400, f"The Host header must name one host: {host[:200]!r}.")


@lru_cache(maxsize=1_000)
def is_host(text: str) -> bool:
    """Whether a text is a host with an optional port, by RFC 9110's `Host`. It may be empty."""
    match = _HOST.fullmatch(text)
    if match is None or int(match[2] or 0) > 65_535:
        return False
    if match[1] is not None:
        try:
            IPv6Address(match[1])
        except ValueError:
            return False
    return True


def _length(stated: str | None) -> int | None:
    """Parse a length. llhttp has checked that it has only digits and is below 2^64."""
    if stated is not None and len(stated) > 20:
        raise BadHead(400, "The Content-Length has more than 20 digits.")
    return None if stated is None else int(stated)


def _is_chunked(variables: dict[str, str], protocol: str) -> bool:
    coding = variables.get("HTTP_TRANSFER_ENCODING")
    if coding is None:
        return False
    if protocol == "HTTP/1.0":
        raise BadHead(400, "HTTP/1.0 has no Transfer-Encoding.")
    if coding.lower() != "chunked":
        raise BadHead(501, f"The transfer coding {coding[:200]!r} is unknown. Send chunked.")
    return True


@lru_cache(maxsize=100)
def _keeps(options: str, protocol: str) -> bool:
    """Whether the client keeps the connection open. llhttp only knows this before the head is complete."""
    named = {option.strip().lower() for option in options.split(",")}
    return "close" not in named and (protocol == "HTTP/1.1" or "keep-alive" in named)


@lru_cache(maxsize=1_000)
def _variable(name: bytes) -> str:
    """Return the WSGI variable of a header. Empty for a name with `_`, which would look like one with `-`."""
    if b"_" in name:
        return ""
    variable = name.decode("ascii").upper().replace("-", "_")
    return variable if variable in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{variable}"
