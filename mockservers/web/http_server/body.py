"""The body of a request, with a Content-Length or chunked, as the application reads it."""

from __future__ import annotations

import re
from typing import Protocol

from mockservers.core.values import real_time
from mockservers.web.http_server.head import HEAD_MAX, Head

DISCARDED_MOST = 64 * 1024 * 1024
DISCARDING_MOST = 10.0
"""Limits, in bytes and seconds, on reading and discarding a body so that a client that still sends gets its answer."""

PIECE = 64 * 1024
_CHUNK_LINE_MOST = 4 * 1024
_TRAILER = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t -~\x80-\xff]*\r\n")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[\t -~\x80-\xff]*)?\r\n")


class Source(Protocol):
    """The incoming bytes of a connection."""

    def read(self, size: int) -> bytes:
        """Return `size` bytes; fewer only at the end."""

    def readline(self, most: int) -> bytes:
        """Return the bytes up to LF; without LF at the end, or if there are more than `most`."""

    def send(self, data: bytes) -> None:
        """Send to the client."""


class Body:
    """A body, for `wsgi.input`. The first read sends `100 Continue` if the client waits for it."""

    def __init__(self, source: Source, head: Head) -> None:
        self._source = source
        self._waited_for = head.expects_continue

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes; fewer only at the end. Everything if `size` is negative."""
        raise NotImplementedError

    @property
    def ended(self) -> bool:
        """Whether the body was read to its end."""
        raise NotImplementedError

    def discard(self) -> bool:
        """Read the rest, within limits. Return False if there is more, or if that is unknown."""
        if self.ended:
            return True
        if self._waited_for:
            return False  # the client may or may not send it, so the connection must be closed
        until = real_time.monotonic() + DISCARDING_MOST
        left = DISCARDED_MOST
        try:
            while piece := self.read(PIECE):
                left -= len(piece)
                if left < 0 or real_time.monotonic() > until:
                    return False
        except (OSError, ValueError):
            return False
        return self.ended

    def _begin(self) -> None:
        if self._waited_for:
            self._waited_for = False
            self._source.send(b"HTTP/1.1 100 Continue\r\n\r\n")


class SizedBody(Body):
    """A body with a Content-Length."""

    def __init__(self, source: Source, head: Head) -> None:
        super().__init__(source, head)
        self._left = head.length or 0

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes; fewer before `ended` mean that the client has disconnected."""
        if not self._left or not size:
            return b""
        self._begin()
        data = self._source.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data

    @property
    def ended(self) -> bool:
        return not self._left


class ChunkedBody(Body):
    """A chunked body. ValueError if it is malformed or incomplete, also on each later read."""

    def __init__(self, source: Source, head: Head) -> None:
        super().__init__(source, head)
        self._chunk = 0
        self._ended = False
        self._malformed = ""

    @property
    def ended(self) -> bool:
        return self._ended

    def read(self, size: int = -1) -> bytes:
        if self._malformed:
            raise ValueError(self._malformed)
        try:
            return self._read(size)
        except ValueError as error:
            self._malformed = str(error)
            raise

    def _read(self, size: int) -> bytes:
        pieces: list[bytes] = []
        while size and not self._ended:
            if not self._chunk:
                self._next_chunk()
                continue
            piece = self._source.read(self._chunk if size < 0 else min(size, self._chunk))
            if not piece:
                raise ValueError("the chunked body is incomplete")
            pieces.append(piece)
            self._chunk -= len(piece)
            size -= len(piece) if size > 0 else 0
            if not self._chunk and self._source.read(2) != b"\r\n":
                raise ValueError("a chunk is longer than its stated length, or the body is incomplete")
        return b"".join(pieces)

    def _next_chunk(self) -> None:
        self._begin()
        line = self._source.readline(_CHUNK_LINE_MOST)
        match = _CHUNK.fullmatch(line)
        if match is None:
            if not line.endswith(b"\n") and len(line) < _CHUNK_LINE_MOST:
                raise ValueError("the chunked body is incomplete")
            raise ValueError(f"{line[:20]!r} is not the length of a chunk")
        self._chunk = int(match[1], 16)
        if not self._chunk:
            self._skip_trailers()
            self._ended = True

    def _skip_trailers(self) -> None:
        """Skip the trailers, which have no meaning.

        Malformed ones are an error, since they could be a smuggled request.
        """
        left = HEAD_MAX
        while (line := self._source.readline(_CHUNK_LINE_MOST)) != b"\r\n":
            left -= len(line)
            if not _TRAILER.fullmatch(line) or left < 0:
                raise ValueError("the trailers of the chunked body are malformed, too long or incomplete")


def body_of(source: Source, head: Head) -> Body:
    """Return the body that a head announces, which may be empty."""
    return ChunkedBody(source, head) if head.chunked else SizedBody(source, head)
