"""The answer of `/__admin/events`: a response of Flask that never ends.

It takes a listener's connection from the HTTP server, and a separate thread writes to it, so that no worker waits.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import flask

from mockservers.web.call_feed import CallFeed
from mockservers.web.fault_delivery import WIRE, Wire

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-store\r\n"
    b"X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
)


class EventStream(flask.Response):
    """A response that never ends. A thread writes it, if the server gives its connection away."""

    def __init__(self, feed: CallFeed) -> None:
        super().__init__(feed.events(), content_type="text/event-stream; charset=utf-8")
        self.headers["Cache-Control"] = "no-store"
        self._feed = feed

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        wire: Wire | None = environ.get(WIRE)
        if wire is None:
            return super().__call__(environ, start_response)
        writing = threading.Thread(
            target=_write, args=(wire.take(), self._feed.events()), name="mockservers-events", daemon=True
        )
        writing.start()
        return ()


def _write(connection: socket.socket, events: Iterator[bytes]) -> None:
    with suppress(OSError, ValueError):
        connection.sendall(_HEAD)
        for event in events:
            connection.sendall(event)
    with suppress(OSError):
        connection.close()
