"""How requests arrive, and answers leave: with clients that are slow, send more than is read, or go away in the middle.

Under cheroot, which by itself lets a client that sends a byte a second hold a worker for ever, and reads what an
application left unread into memory in one piece.
"""

from __future__ import annotations

import socket
import time
from io import DEFAULT_BUFFER_SIZE
from typing import Any, Protocol

from cheroot.makefile import StreamReader

PACE = 500
"""Bytes for each of which a request has another second to arrive, beyond the server's time-out."""

DISCARDED_MOST = 64 * 1024 * 1024
DISCARDING_MOST = 10.0
"""Bytes, and seconds, of what is read so that a client in the middle of sending gets to its answer."""

_PIECE = 64 * 1024


class Body(Protocol):
    """A request's body as a server hands it on."""

    def read(self, size: int) -> bytes: ...


def discard(body: Body) -> bool:
    """Read what is left of a body, within bounds. False when there is more, or when that cannot be known."""
    until = time.monotonic() + DISCARDING_MOST
    left = DISCARDED_MOST
    try:
        while piece := body.read(_PIECE):
            left -= len(piece)
            if left < 0 or time.monotonic() > until:
                return False
    except (OSError, ValueError):
        return False
    return getattr(body, "remaining", 0) == 0


class Chunks:
    """A chunked body, read piece by piece, however large its chunks are. ValueError when it is none, or breaks off."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self._chunk = 0
        self._ended = False

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; fewer only at the end. Everything, when it is negative."""
        pieces: list[bytes] = []
        while size and not self._ended:
            if not self._chunk:
                self._begin()
                continue
            piece: bytes = self._source.read(self._chunk if size < 0 else min(size, self._chunk))
            if not piece:
                raise ValueError("the chunked body breaks off")
            pieces.append(piece)
            self._chunk -= len(piece)
            size -= len(piece) if size > 0 else 0
            if not self._chunk and self._line():
                raise ValueError("a chunk is longer than it says")
        return b"".join(pieces)

    def _begin(self) -> None:
        length = self._line().partition(b";")[0].strip()
        if not length or length.strip(b"0123456789abcdefABCDEF"):
            raise ValueError(f"{length[:20]!r} is no length of a chunk")
        self._chunk = int(length, 16)
        if not self._chunk:
            self._ended = True
            while self._line():
                pass  # trailers, which nobody asked for

    def _line(self) -> bytes:
        line: bytes = self._source.readline(_PIECE)
        if not line.endswith(b"\n"):
            raise ValueError("the chunked body breaks off")
        return line.rstrip(b"\r\n")


class Arriving(socket.SocketIO):
    """The bytes of a connection, each request within its time: `begin` is when its first ones are there."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__(connection, "r")
        self._connection = connection
        self._patience = connection.gettimeout() or 0.0
        self.begin()

    def begin(self) -> None:
        """Count from now on."""
        self._since = time.monotonic()
        self._came = 0

    def readinto(self, buffer: Any) -> int | None:
        """Read what is there, or wait for it as long as there is time."""
        left = self._since + self._patience + self._came / PACE - time.monotonic()
        hurried = left < 0.9 * self._patience  # else the connection's own time-out is near enough
        if hurried:
            self._connection.settimeout(max(left, 0.001))
        try:
            count = super().readinto(buffer)
        finally:
            if hurried:
                self._connection.settimeout(self._patience)
        self._came += count or 0
        return count


class Reader(StreamReader):
    """cheroot's reader over bytes that arrive in time."""

    def __init__(self, connection: socket.socket, size: int) -> None:
        self.arriving = Arriving(connection)
        super(StreamReader, self).__init__(self.arriving, size)
        self.bytes_read = 0


class Writer:
    """A connection to write to. cheroot's own copies all that is left of an answer for each piece that goes out."""

    bytes_written = 0

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def write(self, data: bytes) -> None:
        """Send it; each piece within the connection's time-out."""
        left = memoryview(data)
        while left:
            left = left[self._connection.send(left) :]


def make_file(connection: socket.socket, mode: str = "r", size: int = DEFAULT_BUFFER_SIZE) -> Reader | Writer:
    """A connection as a file to read or to write."""
    return Reader(connection, size) if "r" in mode else Writer(connection)
