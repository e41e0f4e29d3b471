"""A vendor's reply as a response of Flask, with the fault that alters its delivery."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import flask
from werkzeug.wsgi import ClosingIterator

from mockservers.core.exchange.decision import Reply
from mockservers.core.faults.kinds import delivered
from mockservers.core.faults.planned import FiredFault
from mockservers.core.faults.wire_script import WireScript, wire_script
from mockservers.web.fault_delivery import TAKE_SCRIPT, WIRE, Broken, Wire, send

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class VendorResponse(flask.Response):
    """A response with only the vendor's headers: without a Content-Type if the vendor sends none."""

    default_mimetype = None


class FaultyResponse(VendorResponse):
    """A response with a fault. Flask calls it as a WSGI application after the view has returned."""

    fault: FiredFault

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        wire: Wire | None = environ.get(WIRE)
        take: Callable[[WireScript], None] | None = environ.get(TAKE_SCRIPT)
        if wire is not None:
            work = (wire.take(), self._script(environ))
            try:
                threading.Thread(target=self._send, args=work, name="mockservers-fault", daemon=True).start()
            except (RuntimeError, MemoryError):  # no thread can be started: use this one
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


def response_of(reply: Reply, fault: FiredFault | None = None) -> VendorResponse:
    """Return the response for a reply, with the fault that alters its delivery, if any."""
    if fault is None:
        return VendorResponse(reply.body, reply.status, reply.headers)
    body = reply.body if fault.broken else delivered(fault.kind, reply).body
    response = FaultyResponse(body, reply.status, reply.headers)
    response.fault = fault
    return response
