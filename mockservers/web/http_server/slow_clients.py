"""The time limits for clients to send a request and to read an answer."""

from __future__ import annotations

import socket
import struct
import sys

from mockservers.core.values import real_time

MIN_RATE = 500
"""Bytes a second: for each `MIN_RATE` bytes that arrive, a request gets one second beyond the server's timeout."""

BRIEFLY = 0.05
"""Seconds that one read waits in the kernel."""


class TimeLimit:
    """The time limit of a connection's present request."""

    __slots__ = ("_came", "_seconds", "_since")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.begin()

    def begin(self) -> None:
        """Start: the connection is open, the last answer is sent, or first bytes have arrived."""
        self._since = real_time.monotonic()
        self._came = 0

    def count(self, arrived: int) -> None:
        """Count received bytes."""
        self._came += arrived

    def is_over(self, now: float) -> bool:
        """Whether the client is too slow, at a moment of the monotonic clock."""
        return now > self._since + self._seconds + self._came / MIN_RATE

    def has_run(self, seconds: float, now: float) -> bool:
        """Whether it began more than `seconds` ago."""
        return now > self._since + seconds


def wait_in_kernel(connection: socket.socket, timeout: float) -> None:
    """Let the kernel time a connection's reads and writes: each read waits `BRIEFLY`, each write `timeout`.

    CPython implements a socket's timeout with a `poll` before each read and write, which releases the GIL once more and
    lets other threads run in between.
    """
    connection.settimeout(None)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _timeval(BRIEFLY))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _timeval(timeout))


def _timeval(seconds: float) -> bytes:
    if sys.platform == "win32":
        return struct.pack("L", int(seconds * 1_000))
    return struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))
