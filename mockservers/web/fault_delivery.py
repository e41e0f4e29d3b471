"""Delivery of faults: an answer sent late, in pieces, cut off, or not at all.

A server that can hand its connection over puts a `Wire` into the WSGI environment. A thread of its own then sends the
fault's wire script: no worker waits for a slow fault. A transport in this process takes the script itself. Any other
WSGI server gets the delay, and `Broken` where the fault leaves no whole answer.
"""

from __future__ import annotations

import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

import flask
from werkzeug.wsgi import ClosingIterator

from mockservers.core.exchange.decision import Reply
from mockservers.core.faults.kinds import delivered
from mockservers.core.faults.planned import FiredFault
from mockservers.core.faults.wire_script import WireScript, wire_script

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

WIRE = "mockservers.wire"
"""The key of a server's `Wire` in the WSGI environment."""

TAKE_SCRIPT = "mockservers.take_script"
"""The key of a function of a transport in this process: it takes the `WireScript` of an answer with a fault."""

_RESET = struct.pack("ii", 1, 0)
"""`struct linger` with a timeout of 0: with it `close` sends a TCP reset instead of the normal end."""

_GONE = getattr(select, "POLLRDHUP", 0) | select.POLLHUP | select.POLLERR
"""`POLLRDHUP` exists on Linux alone. Elsewhere a client that disconnects is noticed when a write fails."""


class Wire(Protocol):
    """A connection that a server can hand over."""

    def take(self) -> socket.socket:
        """The socket, for good: the server neither reads, writes nor closes it from now on."""


class Broken(ConnectionError):
    """Raised to a WSGI server that can neither hand its connection over nor take a script, for a broken answer."""

    def __init__(self, fault: FiredFault) -> None:
        super().__init__(f"the fault {fault.name} was planned for this call: no whole answer came")
        self.fault = fault


class VendorResponse(flask.Response):
    """A response with the vendor's headers alone: without a Content-Type where the vendor sends none."""

    default_mimetype = None


class FaultyResponse(VendorResponse):
    """A response with a fault. Flask calls it as a WSGI application once the view has returned."""

    fault: FiredFault

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        wire: Wire | None = environ.get(WIRE)
        take: Callable[[WireScript], None] | None = environ.get(TAKE_SCRIPT)
        if wire is not None:
            work = (wire.take(), self._script(environ))
            try:
                threading.Thread(target=self._send, args=work, name="mockservers-fault", daemon=True).start()
            except (RuntimeError, MemoryError):  # the system has no thread left: this one is as good, if slower
                self._send(*work)
            return ()
        if take is not None:
            take(self._script(environ))
            start_response(self.status, [])
            return ClosingIterator((), self.close)
        try:
            time.sleep(self.fault.delay)
            if self.fault.broken:
                raise Broken(self.fault)
        except OSError:
            self.close()
            raise
        return super().__call__(environ, start_response)

    def _script(self, environ: WSGIEnvironment) -> WireScript:
        chunks, status, headers = self.get_wsgi_response(environ)
        return wire_script(self.fault.kind, self.fault.delay, status, headers, b"".join(chunks))

    def _send(self, connection: socket.socket, script: WireScript) -> None:
        try:
            send(connection, script)
        finally:
            self.close()


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
    """Wait; True at once when the client is gone. A client that only shut down its sending half may want an answer."""
    if not hasattr(select, "poll"):  # Windows
        return _gone_without_poll(connection, seconds, heeds_end=heeds_end)
    poll = select.poll()
    poll.register(connection, _GONE if heeds_end else select.POLLERR)
    return bool(poll.poll(seconds * 1000))


def _gone_without_poll(connection: socket.socket, seconds: float, *, heeds_end: bool) -> bool:
    """Wait as `_gone` does. Only an end that is heeded is seen: `select` does not distinguish a reset from an end."""
    if heeds_end:
        return bool(select.select([connection], [], [], seconds)[0])
    time.sleep(seconds)
    return False


def response_of(reply: Reply, fault: FiredFault | None = None) -> VendorResponse:
    """The response for a reply, with the fault that alters its delivery, if any."""
    if fault is None:
        return VendorResponse(reply.body, reply.status, reply.headers)
    body = reply.body if fault.broken else delivered(fault.kind, reply).body
    response = FaultyResponse(body, reply.status, reply.headers)
    response.fault = fault
    return response
