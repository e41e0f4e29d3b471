"""How requests arrive, and answers leave: with clients that are slow, send more than is read, or go away in the middle.

Under cheroot, which by itself lets a client that sends a byte a second hold a worker for ever, and reads what an
application left unread into memory in one piece.
"""

from __future__ import annotations

import socket
import struct
from io import BufferedReader
from typing import Any, Literal, Protocol

from mockservers.core.values import real_time

PACE = 500
"""Bytes for each of which a request has another second to arrive, beyond the server's time-out."""

DISCARDED_MOST = 64 * 1024 * 1024
DISCARDING_MOST = 10.0
"""Bytes, and seconds, of what is read so that a client in the middle of sending gets to its answer."""

BRIEFLY = 0.05
"""Seconds that a read waits at a time."""

_PIECE = 64 * 1024


class Body(Protocol):
    """A request's body as a server hands it on."""

    def read(self, size: int) -> bytes: ...


def discard(body: Body) -> bool:
    """Read what is left of a body, within bounds. False when there is more, or when that cannot be known."""
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

    def __init__(self, connection: socket.socket, patience: float) -> None:
        super().__init__(connection, "r")
        self._connection = connection
        self._patience = patience
        self.waits: Literal["long", "briefly", "never"] = "long"
        self.begin()

    def begin(self) -> None:
        """Count from now on."""
        self._since = real_time.monotonic()
        self._came = 0

    def readinto(self, buffer: Any) -> int | None:
        """Read what is there, or wait for it as long as there is time; None where it is not waited for."""
        while self.waits != "never":
            try:
                count = self._connection.recv_into(buffer)
            except BlockingIOError:
                if self.waits == "briefly":
                    return None
                if real_time.monotonic() > self._since + self._patience + self._came / PACE:
                    raise TimeoutError("timed out") from None
            else:
                self._came += count
                return count
        return None


class Reader(BufferedReader):
    """What cheroot reads a connection by. Its own reader is Python, and slow; `bytes_read` is a figure it wants."""

    bytes_read = 0

    def __init__(self, connection: socket.socket, patience: float, size: int) -> None:
        self.arriving = Arriving(connection, patience)
        super().__init__(self.arriving, size)

    def has_data(self) -> bool:
        """Whether more has been read than was asked for: the next request is there already."""
        return self._is_more("never")

    def has_data_soon(self) -> bool:
        """The same, or whether it comes while one can wait for it."""
        return self._is_more("briefly")

    def _is_more(self, waits: Literal["briefly", "never"]) -> bool:
        self.arriving.waits = waits
        try:
            return bool(self.peek(1))
        finally:
            self.arriving.waits = "long"


class Writer:
    """What cheroot writes to a connection by. What is written between `hold` and `flush` goes out in one piece."""

    bytes_written = 0

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._held: list[bytes] | None = None

    def write(self, data: bytes) -> None:
        """Send it, or hold it: a short piece of an answer."""
        if self._held is None or len(data) > _PIECE:
            self.flush()
            self._send(data)
        else:
            self._held.append(data)

    def hold(self) -> None:
        """Gather from now on."""
        self._held = []

    def flush(self) -> None:
        """Send what was gathered, and gather no more."""
        held, self._held = self._held, None
        if held:
            self._send(b"".join(held))

    def _send(self, data: bytes) -> None:
        """Send all of it; the connection's time-out is for each part of it that the client takes."""
        left = memoryview(data)
        try:
            while left:
                left = left[self._connection.send(left) :]
        except BlockingIOError:
            raise TimeoutError("timed out") from None


def wait_in_kernel(connection: socket.socket, patience: float) -> None:
    """Have a connection's reads and writes wait by themselves: each read `BRIEFLY`, each write as long as that.

    Python's own time-outs ask before each read or write whether it would wait, and other threads get in between.
    """
    connection.settimeout(None)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _timeval(BRIEFLY))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _timeval(patience))


def _timeval(seconds: float) -> bytes:
    return struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))
