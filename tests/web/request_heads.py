"""Request heads, and what becomes of each: here, with llhttp alone, with h11, and by which section of the RFCs."""

from __future__ import annotations

from typing import Literal, NamedTuple

TAKEN = 200


class Row(NamedTuple):
    """A head. `verdict` is the status of the refusal, or `TAKEN`; `takers` are the parsers that take it."""

    name: str
    raw: bytes
    verdict: int
    takers: Literal["both", "llhttp", "h11", "neither"]
    section: str


def line(request_line: bytes) -> bytes:
    """A head with this request line."""
    return request_line + b"\r\nHost: a\r\n\r\n"


def fields(lines: bytes) -> bytes:
    """A GET with these header lines."""
    return b"GET / HTTP/1.1\r\nHost: a\r\n" + lines + b"\r\n\r\n"


def body(lines: bytes) -> bytes:
    """A POST with these header lines."""
    return b"POST / HTTP/1.1\r\nHost: a\r\n" + lines + b"\r\n\r\n"


HEADS = (
    Row("a plain request", line(b"GET / HTTP/1.1"), TAKEN, "both", "9112 3"),
    Row("HEAD", line(b"HEAD / HTTP/1.1"), TAKEN, "both", "9110 9"),
    Row("POST", line(b"POST / HTTP/1.1"), TAKEN, "both", "9110 9"),
    Row("PUT", line(b"PUT / HTTP/1.1"), TAKEN, "both", "9110 9"),
    Row("PATCH", line(b"PATCH / HTTP/1.1"), TAKEN, "both", "9110 9"),
    Row("DELETE", line(b"DELETE / HTTP/1.1"), TAKEN, "both", "9110 9"),
    Row("OPTIONS", line(b"OPTIONS / HTTP/1.1"), TAKEN, "both", "9110 9"),
    Row("a method of somebody's own", line(b"BREW / HTTP/1.1"), TAKEN, "h11", "9110 9.1"),
    Row("a method in lower case", line(b"get / HTTP/1.1"), TAKEN, "h11", "9110 9.1"),
    Row("a method with a brace", line(b"GE{T / HTTP/1.1"), 400, "neither", "9110 5.6.2"),
    Row("no method", line(b" / HTTP/1.1"), 400, "neither", "9112 3"),
    Row("a space before the method", line(b" GET / HTTP/1.1"), 400, "neither", "9112 3"),
    Row("two spaces after the method", line(b"GET  / HTTP/1.1"), 400, "llhttp", "9112 3"),
    Row("a tab after the method", line(b"GET\t/ HTTP/1.1"), 400, "neither", "9112 3"),
    Row("two spaces before the version", line(b"GET /  HTTP/1.1"), 400, "llhttp", "9112 3"),
    Row("a space after the version", line(b"GET / HTTP/1.1 "), 400, "neither", "9112 3"),
    Row("an empty line before the request", b"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", TAKEN, "llhttp", "9112 2.2"),
    Row("CONNECT", b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 501, "both", "9110 9.3.6"),
    Row("a query", line(b"GET /a?b=c HTTP/1.1"), TAKEN, "both", "9112 3.2.1"),
    Row("two slashes", line(b"GET //a HTTP/1.1"), TAKEN, "both", "9112 3.2.1"),
    Row("a space in the target", line(b"GET /a b HTTP/1.1"), 400, "neither", "9112 3.2"),
    Row("a tab in the target", line(b"GET /a\tb HTTP/1.1"), 400, "neither", "9112 3.2"),
    Row("UTF-8 in the target", line(b"GET /\xe5\xb8\xb3 HTTP/1.1"), TAKEN, "neither", "9112 3.2"),
    Row("a control character in the target", line(b"GET /\x01 HTTP/1.1"), 400, "neither", "9112 3.2"),
    Row("DEL in the target", line(b"GET /\x7f HTTP/1.1"), 400, "neither", "9112 3.2"),
    Row("NUL in the target", line(b"GET /\x00 HTTP/1.1"), 400, "neither", "9112 3.2"),
    Row("a fragment in the target", line(b"GET /a#b HTTP/1.1"), 400, "both", "9112 3.2"),
    Row("a target without a slash", line(b"GET a HTTP/1.1"), 400, "h11", "9112 3.2"),
    Row("no target", line(b"GET HTTP/1.1"), 400, "neither", "9112 3.2"),
    Row("an escape of one digit", line(b"GET /%1 HTTP/1.1"), TAKEN, "both", "3986 2.1"),
    Row("an asterisk with OPTIONS", line(b"OPTIONS * HTTP/1.1"), TAKEN, "both", "9112 3.2.4"),
    Row("an asterisk with GET", line(b"GET * HTTP/1.1"), 400, "both", "9112 3.2.4"),
    Row("the absolute form", line(b"GET http://b/x?y HTTP/1.1"), TAKEN, "both", "9112 3.2.2"),
    Row("the absolute form without a path", line(b"GET http://b HTTP/1.1"), TAKEN, "both", "9112 3.2.2"),
    Row("the absolute form with a port", line(b"GET https://b:8443/x HTTP/1.1"), TAKEN, "both", "9112 3.2.2"),
    Row("the absolute form with IPv6", line(b"GET http://[::1]/x HTTP/1.1"), TAKEN, "both", "9112 3.2.2"),
    Row("the absolute form with half of IPv6", line(b"GET http://[::1/ HTTP/1.1"), 400, "both", "9112 3.2.2"),
    Row("the absolute form with a broken IPv6", line(b"GET http://[:::]/ HTTP/1.1"), 400, "both", "9112 3.2.2"),
    Row("the absolute form of another scheme", line(b"GET ftp://b/ HTTP/1.1"), 400, "both", "9112 3.2.2"),
    Row("the absolute form without a host", line(b"GET http:///x HTTP/1.1"), 400, "both", "9110 4.2.1"),
    Row("the absolute form with a user", line(b"GET http://u@b/x HTTP/1.1"), 400, "both", "9110 4.2.4"),
    Row(
        "the absolute form with a port that is none", line(b"GET http://b:99999/x HTTP/1.1"), 400, "both", "9110 4.2.1"
    ),
    Row("HTTP/1.0", b"GET / HTTP/1.0\r\n\r\n", TAKEN, "both", "9112 2.3"),
    Row("HTTP/1.0 with a Host", line(b"GET / HTTP/1.0"), TAKEN, "both", "9112 2.3"),
    Row("no version", b"GET /\r\n\r\n", 400, "llhttp", "9112 2.3"),
    Row("HTTP/0.9", line(b"GET / HTTP/0.9"), 505, "both", "9112 2.3"),
    Row("HTTP/1.2", line(b"GET / HTTP/1.2"), 505, "h11", "9112 2.3"),
    Row("HTTP/2.0", line(b"GET / HTTP/2.0"), 505, "both", "9112 2.3"),
    Row("HTTP/1.10", line(b"GET / HTTP/1.10"), 400, "neither", "9112 2.3"),
    Row("HTTP/11", line(b"GET / HTTP/11"), 400, "neither", "9112 2.3"),
    Row("a version in lower case", line(b"GET / http/1.1"), 400, "neither", "9112 2.3"),
    Row("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\n", 505, "h11", "9113 3.4"),
    Row("lines that end in LF", b"GET / HTTP/1.1\nHost: a\n\n", 400, "h11", "9112 2.2"),
    Row("one line that ends in LF", fields(b"X: a\nY: b"), 400, "h11", "9112 2.2"),
    Row("an empty line of LF", fields(b"\n"), 400, "h11", "9112 2.2"),
    Row("a request line that ends in LF", b"GET / HTTP/1.1\nHost: a\r\n\r\n", 400, "h11", "9112 2.2"),
    Row("a CR alone in a value", fields(b"X: a\rb"), 400, "neither", "9112 2.2"),
    Row("two CRs at the end of a line", fields(b"X: a\r"), 400, "neither", "9112 2.2"),
    Row("a CR alone in a name", fields(b"X\rY: a"), 400, "neither", "9112 2.2"),
    Row("a CR alone in the request line", line(b"GET /\ra HTTP/1.1"), 400, "neither", "9112 2.2"),
    Row("a value with UTF-8", fields(b"X: \xe5\xb8\xb3\xe7\x8d\xb8"), TAKEN, "both", "9110 5.5"),
    Row("a value with a tab", fields(b"X: a\tb"), TAKEN, "both", "9110 5.5"),
    Row("an empty value", fields(b"X:"), TAKEN, "both", "9110 5.5"),
    Row("spaces around a value", fields(b"X:  a  "), TAKEN, "both", "9110 5.5"),
    Row("NUL in a value", fields(b"X: a\x00b"), 400, "neither", "9110 5.5"),
    Row("a control character in a value", fields(b"X: a\x01b"), 400, "h11", "9110 5.5"),
    Row("DEL in a value", fields(b"X: a\x7fb"), 400, "h11", "9110 5.5"),
    Row("NUL in a name", fields(b"X\x00: a"), 400, "neither", "9110 5.1"),
    Row("UTF-8 in a name", fields(b"X\xc3\xa5: a"), 400, "neither", "9110 5.1"),
    Row("a space in a name", fields(b"X Y: a"), 400, "neither", "9110 5.1"),
    Row("an empty name", fields(b": a"), 400, "neither", "9110 5.1"),
    Row("a space before the colon", fields(b"X : a"), 400, "neither", "9112 5.1"),
    Row("a tab before the colon", fields(b"X\t: a"), 400, "neither", "9112 5.1"),
    Row("a line without a colon", fields(b"X"), 400, "neither", "9112 5"),
    Row("a first header that is folded", b"GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, "neither", "9112 5.2"),
    Row("a header that is folded with a space", fields(b"X: a\r\n b"), 400, "h11", "9112 5.2"),
    Row("a header that is folded with a tab", fields(b"X: a\r\n\tb"), 400, "h11", "9112 5.2"),
    Row("a header twice", fields(b"X: a\r\nX: b"), TAKEN, "both", "9110 5.3"),
    Row("a name with an underscore", fields(b"X_Y: a"), TAKEN, "both", "9110 5.1"),
    Row("no Host", b"GET / HTTP/1.1\r\n\r\n", 400, "llhttp", "9112 3.2"),
    Row("an empty Host", b"GET / HTTP/1.1\r\nHost:\r\n\r\n", TAKEN, "both", "9112 3.2"),
    Row("two Hosts", fields(b"Host: b"), 400, "llhttp", "9112 3.2"),
    Row("the same Host twice", fields(b"Host: a"), 400, "llhttp", "9112 3.2"),
    Row("a Host with a port", b"GET / HTTP/1.1\r\nHost: a:80\r\n\r\n", TAKEN, "both", "9110 7.2"),
    Row("a Host of IPv6", b"GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", TAKEN, "both", "9110 7.2"),
    Row("a Host with a space", b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "both", "9110 7.2"),
    Row("a Host with a slash", b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "both", "9110 7.2"),
    Row("a Host with a user", b"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400, "both", "9110 7.2"),
    Row("a Host with half of IPv6", b"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400, "both", "9110 7.2"),
    Row("a Host with a port that is none", b"GET / HTTP/1.1\r\nHost: a:x\r\n\r\n", 400, "both", "9110 7.2"),
    Row("a Host with a port beyond 65535", b"GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", 400, "both", "9110 7.2"),
    Row("a Host with two hosts in it", b"GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", 400, "both", "9110 7.2"),
    Row("a Host with a query", b"GET / HTTP/1.1\r\nHost: a?b\r\n\r\n", 400, "both", "9110 7.2"),
    Row("a Host with UTF-8", b"GET / HTTP/1.1\r\nHost: \xc3\xa5\r\n\r\n", 400, "both", "9110 7.2"),
    Row("a length", body(b"Content-Length: 5"), TAKEN, "both", "9110 8.6"),
    Row("a length with zeros before it", body(b"Content-Length: 005"), TAKEN, "both", "9110 8.6"),
    Row("a length with spaces around it", body(b"Content-Length:  5  "), TAKEN, "both", "9110 8.6"),
    Row("a length with another GET", fields(b"Content-Length: 5"), TAKEN, "both", "9110 9.3.1"),
    Row("two lengths", body(b"Content-Length: 5\r\nContent-Length: 6"), 400, "neither", "9112 6.3"),
    Row("the same length twice", body(b"Content-Length: 5\r\nContent-Length: 5"), 400, "h11", "9112 6.3"),
    Row("a list of lengths", body(b"Content-Length: 5, 5"), 400, "h11", "9112 6.3"),
    Row("a length with a plus", body(b"Content-Length: +33"), 400, "neither", "9110 8.6"),
    Row("a length with a minus", body(b"Content-Length: -1"), 400, "neither", "9110 8.6"),
    Row("a length with hexadecimal digits", body(b"Content-Length: 0x10"), 400, "neither", "9110 8.6"),
    Row("a length with an underscore", body(b"Content-Length: 1_0"), 400, "neither", "9110 8.6"),
    Row("a length with a space in it", body(b"Content-Length: 5 6"), 400, "neither", "9110 8.6"),
    Row("a length with a point", body(b"Content-Length: 5.0"), 400, "neither", "9110 8.6"),
    Row("a length with an exponent", body(b"Content-Length: 1e3"), 400, "neither", "9110 8.6"),
    Row("a length with letters", body(b"Content-Length: abc"), 400, "neither", "9110 8.6"),
    Row("a length with full-width digits", body(b"Content-Length: \xef\xbc\x95"), 400, "neither", "9110 8.6"),
    Row("a length with a trailing comma", body(b"Content-Length: 5,"), 400, "neither", "9110 8.6"),
    Row("a length with 24 digits", body(b"Content-Length: 999999999999999999999999"), 400, "neither", "9110 8.6"),
    Row("an empty length", body(b"Content-Length:"), 400, "neither", "9110 8.6"),
    Row(
        "a length whose name has an underscore beside a length",
        body(b"Content_Length: 5\r\nContent-Length: 33"),
        TAKEN,
        "both",
        "9110 5.1",
    ),
    Row("chunked", body(b"Transfer-Encoding: chunked"), TAKEN, "both", "9112 6.1"),
    Row("chunked in capitals", body(b"Transfer-Encoding: CHUNKED"), TAKEN, "both", "9112 6.1"),
    Row("a length, then chunked", body(b"Content-Length: 5\r\nTransfer-Encoding: chunked"), 400, "h11", "9112 6.3"),
    Row("chunked, then a length", body(b"Transfer-Encoding: chunked\r\nContent-Length: 5"), 400, "h11", "9112 6.3"),
    Row("a space before the colon of chunked", body(b"Transfer-Encoding : chunked"), 400, "neither", "9112 5.1"),
    Row("chunked twice", body(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), 400, "neither", "9112 6.1"),
    Row("chunked twice in one line", body(b"Transfer-Encoding: chunked, chunked"), 400, "neither", "9112 6.1"),
    Row("chunked, then identity", body(b"Transfer-Encoding: chunked, identity"), 400, "neither", "9112 6.3"),
    Row("gzip, then chunked", body(b"Transfer-Encoding: gzip, chunked"), 501, "llhttp", "9112 6.1"),
    Row("gzip alone", body(b"Transfer-Encoding: gzip"), 400, "neither", "9112 6.3"),
    Row("identity", body(b"Transfer-Encoding: identity"), 400, "neither", "9112 6.3"),
    Row("xchunked", body(b"Transfer-Encoding: xchunked"), 400, "neither", "9112 6.3"),
    Row("quoted chunked", body(b'Transfer-Encoding: "chunked"'), 400, "neither", "9112 6.3"),
    Row("chunked with a vertical tab", body(b"Transfer-Encoding: \x0bchunked"), 400, "neither", "9112 6.3"),
    Row("chunked with a parameter", body(b"Transfer-Encoding: chunked;a=b"), 400, "neither", "9112 6.3"),
    Row("an empty coding", body(b"Transfer-Encoding: "), 400, "neither", "9112 6.3"),
    Row(
        "chunked with HTTP/1.0",
        b"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
        400,
        "both",
        "9112 6.1",
    ),
    Row(
        "a coding whose name has an underscore",
        body(b"Transfer_Encoding: chunked\r\nContent-Length: 5"),
        TAKEN,
        "both",
        "9110 5.1",
    ),
    Row("a wish to upgrade", fields(b"Connection: upgrade\r\nUpgrade: websocket"), TAKEN, "both", "9110 7.8"),
    Row(
        "a wish to upgrade with a body",
        body(b"Connection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 5"),
        TAKEN,
        "both",
        "9110 7.8",
    ),
    Row("Expect", body(b"Expect: 100-continue\r\nContent-Length: 3"), TAKEN, "both", "9110 10.1.1"),
    Row(
        "a length with five thousand zeros before it",
        body(b"Content-Length: " + b"0" * 5_000 + b"5"),
        400,
        "llhttp",
        "9110 8.6",
    ),
)
