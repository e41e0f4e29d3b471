"""Reading requests and writing answers when clients are slow, send more than is read, or disconnect midway.

cheroot alone lets a client that sends one byte a second hold a worker for ever, and reads whatever an application left
unread into memory in one piece.
"""

from __future__ import annotations

import socket
import struct
from io import BufferedReader
from typing import Any, Literal, Protocol

from mockservers.core.values import real_time

MIN_RATE = 500
"""Bytes a second: for each `MIN_RATE` bytes that arrive, a request gets one second beyond the server's timeout."""

DISCARDED_MOST = 64 * 1024 * 1024
DISCARDING_MOST = 10.0
"""Limits, in bytes and seconds, on reading and discarding a body so that a client that still sends gets its answer."""

BRIEFLY = 0.05
"""Seconds that one read waits in the kernel."""

_PIECE = 64 * 1024


class Body(Protocol):
    """A request's body as the server passes it on."""

    def read(self, size: int) -> bytes: ...


def discard(body: Body) -> bool:
    """Read the rest of a body, within limits. False when there is more, or when that cannot be known."""
    until = real_time.monotonic() + DISCARDING_MOST
    left = DISCARDED_MOST
    try:
        while piece := body.read(_PIECE):
            left -= len(piece)
            if left < 0 or real_time.monotonic() > until:
                return False
    except (OSError, ValueError):
        return False
    return getattr(body, "remaining", 0) == 0


class Chunks:
    """A chunked body, read in pieces of any size. ValueError when it is malformed or incomplete."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self._chunk = 0
        self._ended = False

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; fewer only at the end. Everything when `size` is negative."""
        pieces: list[bytes] = []
        while size and not self._ended:
            if not self._chunk:
                self._begin()
                continue
            piece: bytes = self._source.read(self._chunk if size < 0 else min(size, self._chunk))
            if not piece:
                raise ValueError("the chunked body is incomplete")
            pieces.append(piece)
            self._chunk -= len(piece)
            size -= len(piece) if size > 0 else 0
            if not self._chunk and self._line():
                raise ValueError("a chunk is longer than its stated length")
        return b"".join(pieces)

    def _begin(self) -> None:
        length = self._line().partition(b";")[0].strip()
        if not length or length.strip(b"0123456789abcdefABCDEF"):
            raise ValueError(f"{length[:20]!r} is not the length of a chunk")
        self._chunk = int(length, 16)
        if not self._chunk:
            self._ended = True
            while self._line():
                pass  # the server never asks for trailers, so none of them means anything

    def _line(self) -> bytes:
        line: bytes = self._source.readline(_PIECE)
        if not line.endswith(b"\n"):
            raise ValueError("the chunked body is incomplete")
        return line.rstrip(b"\r\n")


class Incoming(socket.SocketIO):
    """The incoming bytes of a connection. `begin` starts the time limit of the next request."""

    def __init__(self, connection: socket.socket, timeout: float) -> None:
        super().__init__(connection, "r")
        self._connection = connection
        self._timeout = timeout
        self.waits: Literal["long", "briefly", "never"] = "long"
        self.begin()

    def begin(self) -> None:
        """Start the time limit of a request: its first bytes have arrived."""
        self._since = real_time.monotonic()
        self._came = 0

    def readinto(self, buffer: Any) -> int | None:
        """Read available bytes, or wait for them within the time limit. None when `waits` forbids to wait."""
        while self.waits != "never":
            try:
                count = self._connection.recv_into(buffer)
            except BlockingIOError:
                if self.waits == "briefly":
                    return None
                if real_time.monotonic() > self._since + self._timeout + self._came / MIN_RATE:
                    raise TimeoutError("timed out") from None
            else:
                self._came += count
                return count
        return None


class Reader(BufferedReader):
    """cheroot's reader of a connection. cheroot's own is written in Python and slower; it expects `bytes_read`."""

    bytes_read = 0

    def __init__(self, connection: socket.socket, timeout: float, size: int) -> None:
        self.incoming = Incoming(connection, timeout)
        super().__init__(self.incoming, size)

    def has_data(self) -> bool:
        """Whether the next request has arrived already, wholly or in part."""
        return self._is_more("never")

    def has_data_soon(self) -> bool:
        """The same, after a short wait."""
        return self._is_more("briefly")

    def _is_more(self, waits: Literal["briefly", "never"]) -> bool:
        self.incoming.waits = waits
        try:
            return bool(self.peek(1))
        finally:
            self.incoming.waits = "long"


class Writer:
    """cheroot's writer to a connection. What is written between `hold` and `flush` is sent in one piece.

    cheroot writes head and body one by one: two system calls and two packets for an answer that fits into one.
    """

    bytes_written = 0

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._gathered: list[bytes] | None = None

    def write(self, data: bytes) -> None:
        """Send it, or gather it while `hold` is on and it is short."""
        if self._gathered is None or len(data) > _PIECE:
            self.flush()
            self._send(data)
        else:
            self._gathered.append(data)

    def hold(self) -> None:
        """Gather what is written until `flush`."""
        self._gathered = []

    def flush(self) -> None:
        """Send what was gathered, and stop gathering."""
        gathered, self._gathered = self._gathered, None
        if gathered:
            self._send(b"".join(gathered))

    def _send(self, data: bytes) -> None:
        """Send all of it. The connection's timeout applies to each part that the client accepts."""
        left = memoryview(data)
        try:
            while left:
                left = left[self._connection.send(left) :]
        except BlockingIOError:
            raise TimeoutError("timed out") from None


def wait_in_kernel(connection: socket.socket, timeout: float) -> None:
    """Have the kernel time a connection's reads and writes: each read waits `BRIEFLY`, each write `timeout`.

    CPython implements a socket's timeout with a `poll` before each read and write, which releases the GIL once more
    and lets other threads run in between.
    """
    connection.settimeout(None)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _timeval(BRIEFLY))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _timeval(timeout))


def _timeval(seconds: float) -> bytes:
    return struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))
