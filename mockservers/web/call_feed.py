"""Server-sent events: each answered call, to whoever listens at `/__admin/events`.

A listener's connection is taken over from the HTTP server, and a thread of its own writes to it: no worker waits.
"""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import flask

from mockservers.core.tenancy.answered_call import AnsweredCall
from mockservers.core.values.json_text import dumps
from mockservers.web.fault_delivery import WIRE, Wire

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

WAITING = 1_000
"""Maximum number of events that wait for one listener. A slower one misses the newest."""

BEAT = 10.0
"""Seconds without a call after which a comment is sent: so that a listener that is gone is noticed."""

_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-store\r\n"
    b"X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
)
_Listener = queue.Queue[AnsweredCall | None]


class CallFeed:
    """Those who listen, and what they are sent."""

    def __init__(self) -> None:
        self.listeners: tuple[_Listener, ...] = ()
        self._changing = threading.Lock()

    def add(self, call: AnsweredCall) -> None:
        """Tell all listeners of a call. Never waits."""
        for listener in self.listeners:
            with suppress(queue.Full):
                listener.put_nowait(call)

    def close(self) -> None:
        """End all streams."""
        for listener in self.listeners:
            with suppress(queue.Full):
                listener.put_nowait(None)

    def response(self) -> flask.Response:
        """The stream as a response of Flask."""
        return _Stream(self)

    def events(self) -> Iterator[bytes]:
        """Events as bytes, from now on, until `close`."""
        listener: _Listener = queue.Queue(WAITING)
        with self._changing:
            self.listeners = (*self.listeners, listener)
        try:
            yield b"retry: 1000\n\n"
            while True:
                try:
                    call = listener.get(timeout=BEAT)
                except queue.Empty:
                    yield b":\n\n"
                    continue
                if call is None:
                    return
                yield b"event: call\ndata: " + dumps(call.to_dict()) + b"\n\n"
        finally:
            with self._changing:
                self.listeners = tuple(each for each in self.listeners if each is not listener)


class _Stream(flask.Response):
    """A response that never ends. On a server that hands its connection over it is written by a thread."""

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
