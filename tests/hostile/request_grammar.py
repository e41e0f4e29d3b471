"""Requests from a grammar of what is right, nearly right and wrong in HTTP/1.1 and multipart; and mutants of them."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

METHODS = (b"GET", b"POST", b"POST", b"PUT", b"HEAD", b"OPTIONS", b"BREW", b"get", b"G\x00T", b"", b"CONNECT", b"PRI")
TARGETS = (
    b"/",
    b"/a?b=c",
    b"*",
    b"http://a/b",
    b"//a",
    b"/%2e%2e/",
    b"/%zz",
    b"/a#b",
    b"/\xe5\xb8\xb3",
    b"a",
    b"http://[::1/",
)
VERSIONS = (*[b"HTTP/1.1"] * 8, b"HTTP/1.0", b"HTTP/2.0", b"HTTP/1.10", b"http/1.1", b"")
GAPS = (*[b" "] * 12, b"  ", b"\t", b"")
ENDS = (*[b"\r\n"] * 15, b"\n", b"\r", b"\r\r\n", b"")
HOSTS = (
    *[b"Host: a"] * 8,
    b"Host: a:80",
    b"Host:",
    b"Host: a, b",
    b"Host: [::1]",
    b"Host: a\r\nHost: b",
    b"Host : a",
    b"X: y",
)
LENGTHS = (
    b"%d",
    b" %d ",
    b"+%d",
    b"-%d",
    b"0%d",
    b"%d, %d",
    b"0x%x",
    b"%d\r\nContent-Length: %d",
    b"%d\r\nContent-Length: 0",
    b"",
)
CODINGS = (
    b"chunked",
    b"Chunked",
    b"chunked, chunked",
    b"gzip, chunked",
    b"identity",
    b" chunked ",
    b"xchunked",
    b"chunked;a=b",
    b"",
)
OTHERS = (
    *(b"Connection: close", b"Connection: keep-alive", b"Connection: Upgrade\r\nUpgrade: h2c", b"Expect: 100-continue"),
    *(b"Expect: 200-ok", b"Content_Length: 3", b"X: \x00", b"X: a\rb", b" folded", b"X:\ty", b": empty", b"\x7f: a"),
    *(b"Content-Type: multipart/form-data; boundary=b", b"Content-Type: application/json", b"X: " + b"y" * 300),
)  # fmt: skip
CHUNKS = (
    b"%x\r\n%b\r\n",
    b"%x;a=b\r\n%b\r\n",
    b"%x \r\n%b\r\n",
    b"0%x\r\n%b\r\n",
    b"%x\n%b\n",
    b"0x%x\r\n%b\r\n",
    b"%x\r\n%b",
    b"-%x\r\n%b\r\n",
)
TRAILERS = (*[b"0\r\n\r\n"] * 4, b"0\r\nA: b\r\n\r\n", b"0\r\n", b"0\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", b"")
BODIES = (
    b"",
    b"{}",
    b"GET /in/the/body HTTP/1.1\r\nHost: a\r\n\r\n",
    b"\r\n\r\n",
    b"0\r\n\r\n",
    b"\x00" * 9,
    b"x" * 70,
)
TOKENS = (
    *(b"\r\n", b"\r\n\r\n", b"\n", b"\r", b"\x00", b" ", b":", b",", b";", b"--b", b"--b--", b"0\r\n\r\n", b"\xff"),
    *(b"Content-Length: 1\r\n", b"Transfer-Encoding: chunked\r\n", b"HTTP/1.1", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    *(b"9" * 30, b'name="', b"boundary=", b"\\", b'"', b"\xf0\x9f\x92\xa9", b"%00"),
)  # fmt: skip

DISPOSITIONS = (
    *[b'form-data; name="filename"; filename="day.ndjson"'] * 6,
    b'form-data; name="filename"',
    b'form-data; name="other"; filename="a"',
    b"form-data; name=filename; filename=a",
    b"form-data; name*=UTF-8''filename; filename*=UTF-8''%E5%B8%B3",
    b'form-data; name="filename"; filename="a\\"b"',
    b'attachment; filename="a"',
    b"",
)
LINES = (
    *(b'{"id":"p1","order_date":"2025-11-01T12:34:56+09:00"}\n', b'{"id":"p1"}', b"{}\n", b"\n", b"\r\n"),
    *(b"not json\n", b'{"id":"--b"}\n', b"\xef\xbb\xbf{}\n", b"\xff\xfe\n", b"[" * 3_000 + b"\n", b'{"id":1e999}\n'),
    *(b"\r\n--b", b"--b\r\n"),
)  # fmt: skip


def request(rng: Random) -> bytes:
    """A request, or what only looks like one; now and then with another behind it."""
    head = rng.choice(METHODS) + rng.choice(GAPS) + rng.choice(TARGETS) + rng.choice(GAPS) + rng.choice(VERSIONS)
    fields = [head, rng.choice(HOSTS), *rng.sample(OTHERS, rng.choice((0, 0, 0, 1, 2)))]
    body = rng.choice(BODIES)
    framing = rng.choice(("none", "length", "length", "chunks", "chunks", "both"))
    sent = b""
    if framing in ("length", "both"):
        form = rng.choice((LENGTHS[0], rng.choice(LENGTHS)))
        size = len(body) if rng.random() < 0.8 else rng.choice((0, 1, len(body) + 1, 10**6))
        fields.append(b"Content-Length: " + form % ((size,) * form.count(b"%")))
        sent = body
    if framing in ("chunks", "both"):
        fields.append(b"Transfer-Encoding: " + rng.choice((CODINGS[0], rng.choice(CODINGS))))
        pieces = [body[:2], body[2:]] if rng.random() < 0.5 else [body]
        sent = b"".join(chunk(piece, rng) for piece in pieces if piece) + rng.choice(TRAILERS)
    lines = fields[:1] + rng.sample(fields[1:], len(fields) - 1) if rng.random() < 0.3 else fields
    raw = b"".join(line + rng.choice(ENDS) for line in lines) + rng.choice(ENDS) + sent
    return raw + (request(rng) if rng.random() < 0.2 else b"")


def chunk(piece: bytes, rng: Random) -> bytes:
    """A chunk; its stated length is the right one, mostly."""
    form = rng.choice((CHUNKS[0], CHUNKS[0], rng.choice(CHUNKS)))
    size = len(piece) if rng.random() < 0.9 else len(piece) + rng.choice((-1, 1, 10**9))
    return form % (max(size, 1), piece)


def multipart(rng: Random) -> bytes:
    """A multipart body with the boundary `b`, or what only looks like one."""
    parts = []
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        head = [b"Content-Disposition: " + rng.choice(DISPOSITIONS), b"Content-Type: application/x-ndjson"]
        head += [b"Content-Transfer-Encoding: base64"] if rng.random() < 0.1 else []
        content = b"".join(rng.choices(LINES, k=rng.randrange(4)))
        end = rng.choice(ENDS)
        parts.append(
            b"--b" + end + b"".join(line + end for line in head[: rng.choice((1, 2, 3))]) + end + content + b"\r\n"
        )
    return (
        rng.choice((b"", b"", b"preamble\r\n"))
        + b"".join(parts)
        + rng.choice((*[b"--b--\r\n"] * 5, b"--b--", b"--b", b""))
    )


def mutated(raw: bytes, rng: Random, others: Sequence[bytes] = ()) -> bytes:
    """A copy with a few places cut, doubled, changed, or taken from elsewhere."""
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randrange(len(raw) + 1)
        to = min(len(raw), at + rng.choice((1, 1, 2, 8, 40)))
        how = rng.randrange(6)
        if how == 0:
            raw = raw[:at] + raw[to:]
        elif how == 1:
            raw = raw[:to] + raw[at:to] + raw[to:]
        elif how == 2:
            raw = raw[:at] + bytes((rng.randrange(256),)) + raw[at + 1 :]
        elif how == 3 and others:
            other = rng.choice(others)
            raw = raw[:at] + other[rng.randrange(len(other) + 1) :]
        else:
            raw = raw[:at] + rng.choice(TOKENS) + raw[at if how == 4 else to :]
    return raw[:60_000]
