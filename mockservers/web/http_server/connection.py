"""A client's connection: its socket, and the received bytes that no request has used yet."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from mockservers.core.values import real_time
from mockservers.web.http_server.head import BadHead, split
from mockservers.web.http_server.slow_clients import TimeLimit, wait_in_kernel

_PIECE = 64 * 1024
_AT_ONCE = getattr(socket, "MSG_DONTWAIT", 0)  # Windows lacks it, so a socket is only read when it is readable
_REFUSAL_MOST = 16 * 1024 * 1024
_REFUSAL_SECONDS = 2.0
"""The most bytes and seconds that a refused client may still send before the connection is reset."""

Next = Literal["request", "wait", "end"]
"""The state of a connection: a request to answer, a head to wait for, or the end."""


class Connection:
    """An accepted connection. It is a `fault_delivery.Wire`: whoever takes its socket must close it."""

    def __init__(self, accepted: socket.socket, remote: tuple[str, int], timeout: float) -> None:
        wait_in_kernel(accepted, timeout)
        with suppress(OSError):  # the client may have disconnected already
            # Otherwise the kernel may hold back the last packet of an answer until the client acknowledges the others.
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = accepted
        self.remote = remote
        self.limit = TimeLimit(timeout)
        self.taken: Callable[[socket.socket], None] | None = None
        self.is_taken = False
        self.lingers = False
        self.refused = False
        self._timeout = timeout
        self._arrived = b""

    # -- the head of the next request --------------------------------------------------------------------------

    def read_available(self) -> Next:
        """Read the available bytes, without waiting, for the dispatcher."""
        if not self._arrived:
            self.limit.begin()
        try:
            data = self.socket.recv(_PIECE, _AT_ONCE)
        except BlockingIOError:
            return "wait"
        except OSError:
            return "end"
        return self._received(data)

    def next_request(self) -> Next:
        """Return whether the next request arrives within a short wait, for a worker.

        Passing a connection to the dispatcher and back costs more than answering a request. A client that sends its
        head in pieces goes to the dispatcher anyway.
        """
        self.limit.begin()
        if self._arrived:
            return self._received(b"", more=False)
        try:
            data = self.socket.recv(_PIECE)
        except BlockingIOError:
            return "wait"
        except OSError:
            return "end"
        self.limit.begin()
        return self._received(data)

    def head(self) -> bytes:
        """Return the head of the received request, and remove its bytes. BadHead if it is invalid."""
        head, self._arrived = split(self._arrived)
        if head is None:
            raise BadHead(400, "The head is incomplete.")
        return head

    @property
    def waiting_bytes(self) -> int:
        """The number of bytes of an unfinished head."""
        return len(self._arrived)

    def _received(self, data: bytes, *, more: bool = True) -> Next:
        if more and not data:
            return "end"
        self.limit.count(len(data))
        self._arrived = (self._arrived + data).lstrip(b"\r\n")  # RFC 9112, section 2.2: empty lines before a request
        try:
            return "wait" if split(self._arrived)[0] is None else "request"
        except BadHead:
            return "request"

    # -- the body and the answer -------------------------------------------------------------------------------

    def read(self, size: int) -> bytes:
        """Return `size` bytes; fewer only at the end. TimeoutError for a client that is too slow."""
        arrived = self._arrived
        if len(arrived) >= size:
            self._arrived = arrived[size:]
            return arrived[:size]
        self._arrived = b""
        pieces, missing = [arrived], size - len(arrived)
        while missing:
            piece = self._receive(min(missing, _PIECE))
            if not piece:
                break
            pieces.append(piece)
            missing -= len(piece)
        return b"".join(pieces)

    def readline(self, most: int) -> bytes:
        """The bytes up to LF; without LF at the end, or when there are more than `most`."""
        while (end := self._arrived.find(b"\n", 0, most)) < 0 and len(self._arrived) < most:
            piece = self._receive(_PIECE)
            if not piece:
                break
            self._arrived += piece
        return self.read(min(end + 1 or most, len(self._arrived)))

    def send(self, data: bytes) -> None:
        """Send all bytes. The timeout applies to each part that the client accepts."""
        try:
            self.socket.sendall(data)
        except BlockingIOError:
            raise TimeoutError("timed out") from None

    def _receive(self, most: int) -> bytes:
        while True:
            try:
                data = self.socket.recv(most)
            except BlockingIOError:
                if self.limit.is_over(real_time.monotonic()):
                    raise TimeoutError("timed out") from None
            else:
                self.limit.count(len(data))
                return data

    # -- the end -----------------------------------------------------------------------------------------------

    def take(self) -> socket.socket:
        """Give the socket away for good."""
        self.is_taken = True
        self.socket.settimeout(self._timeout)
        if self.taken:
            self.taken(self.socket)
        return self.socket

    def end(self) -> None:
        """Shut the socket down, so that no thread waits for it any longer."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the socket, unless it was taken. A client that is refused while it sends can still read the refusal."""
        if self.is_taken:
            return
        if self.refused:
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)
                left, until = _REFUSAL_MOST, real_time.monotonic() + _REFUSAL_SECONDS
                while left > 0 and real_time.monotonic() < until and (data := self.socket.recv(_PIECE)):
                    left -= len(data)
        self.socket.close()
