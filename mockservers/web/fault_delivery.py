"""Delivery of faults: an answer sent late, in pieces, cut off, or not at all.

A server that can give its connection away puts a `Wire` into the WSGI environment. A separate thread then sends the
fault's wire script, so that no worker waits for a slow fault. A transport in this process takes the script itself. Any
other WSGI server gets the delay, and `Broken` if the fault leaves no whole answer.
"""

from __future__ import annotations

import select
import socket
import struct
import time
from contextlib import suppress
from typing import Protocol

from mockservers.core.faults.planned import FiredFault
from mockservers.core.faults.wire_script import WireScript

WIRE = "mockservers.wire"
"""The key of a server's `Wire` in the WSGI environment."""

TAKE_SCRIPT = "mockservers.take_script"
"""The key of a function of a transport in this process: it takes the `WireScript` of an answer with a fault."""

_RESET = struct.pack("ii", 1, 0)
"""`struct linger` with a timeout of 0: with it `close` sends a TCP reset instead of the normal end."""

_GONE = getattr(select, "POLLRDHUP", 0) | select.POLLHUP | select.POLLERR
"""`POLLRDHUP` only exists on Linux. Elsewhere, a failing write shows that a client has disconnected."""


class Wire(Protocol):
    """A connection that a server can give away."""

    def take(self) -> socket.socket:
        """Return the socket for good: from now on, the server neither reads, writes nor closes it."""


class Broken(ConnectionError):
    """Raised for a broken answer, to a WSGI server that can neither give its connection away nor take a script."""

    def __init__(self, fault: FiredFault) -> None:
        super().__init__(f"the fault {fault.name} was planned for this call: no whole answer came")
        self.fault = fault


def send(connection: socket.socket, script: WireScript) -> None:
    """Send a script over a connection and end the connection, early if the client disconnects."""
    with suppress(OSError, ValueError):  # the client, or the stopping server, closed the socket first
        for seconds, data in script.steps:
            if seconds and _gone(connection, seconds, heeds_end=not script.answers):
                break
            if data:
                connection.sendall(data)
    if script.reset:
        with suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    else:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def _gone(connection: socket.socket, seconds: float, *, heeds_end: bool) -> bool:
    """Wait. Return True at once if the client disconnects.

    A client that only shut down its sending half may want an answer.
    """
    if not hasattr(select, "poll"):  # Windows
        return _gone_without_poll(connection, seconds, heeds_end=heeds_end)
    poll = select.poll()
    poll.register(connection, _GONE if heeds_end else select.POLLERR)
    return bool(poll.poll(seconds * 1000))


def _gone_without_poll(connection: socket.socket, seconds: float, *, heeds_end: bool) -> bool:
    """Wait like `_gone`.

    `select` does not distinguish a reset from an end, so only `heeds_end` detects a disconnect.
    """
    if heeds_end:
        return bool(select.select([connection], [], [], seconds)[0])
    time.sleep(seconds)
    return False
