"""Faults on the wire: an answer sent late, in pieces, cut off, or not at all.

A server that can lend its connection puts a `Wire` into the WSGI environment. The connection is then taken from it, and
the answer played in a thread of its own: no worker waits for a slow fault. Where there is no connection, in process,
the same score is played by waiting and by raising `Broken`.
"""

from __future__ import annotations

import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import flask
from werkzeug.wsgi import ClosingIterator

from mockservers.core.exchange.decision import Reply
from mockservers.core.faults.wire_script import BODILESS, WireScript
from mockservers.core.values import real_time

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

WIRE = "mockservers.wire"
"""Where a server puts its `Wire` in the WSGI environment."""

SCORE = "mockservers.score"
"""Where a transport within the process puts a function that takes what is to be sent."""

_BEFORE_RESET = 0.05
"""Seconds that a part of an answer has to arrive before the reset overtakes it."""

_RESET = struct.pack("ii", 1, 0)
_GONE = getattr(select, "POLLRDHUP", 0) | select.POLLHUP | select.POLLERR


class Wire(Protocol):
    """A connection that a server lends."""

    def take(self) -> socket.socket:
        """The connection, for good: the server neither reads, writes nor closes it from now on."""


class Broken(ConnectionError):
    """What a client in process gets in place of an answer that breaks. `performance` is the fault's."""

    def __init__(self, performance: WireScript) -> None:
        super().__init__(f"the fault {performance.fault} was planned for this call: no whole answer came")
        self.performance = performance


@dataclass(frozen=True, slots=True)
class Score:
    """What to play: (seconds to wait, bytes to send then) one after the other, and how it ends."""

    steps: tuple[tuple[float, bytes], ...]
    reset: bool = False
    answers: bool = True


class VendorResponse(flask.Response):
    """A response with the vendor's headers alone: where it names no type there is none."""

    default_mimetype = None


class Performed(VendorResponse):
    """A response that a fault is on. Flask calls it as a WSGI application once the view is through."""

    performance: WireScript

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        wire: Wire | None = environ.get(WIRE)
        take: Callable[[Score], None] | None = environ.get(SCORE)
        if wire is not None:
            play = threading.Thread(
                target=self._play, args=(wire.take(), self._score(environ)), name="mockservers-fault", daemon=True
            )
            play.start()
            return ()
        if take is not None:
            take(self._score(environ))
            start_response(self.status, [])
            return ClosingIterator((), self.close)
        try:
            time.sleep(self.performance.delay)
            if self.performance.breaks:
                raise Broken(self.performance)
        except OSError:
            self.close()
            raise
        return super().__call__(environ, start_response)

    def _score(self, environ: WSGIEnvironment) -> Score:
        chunks, status, headers = self.get_wsgi_response(environ)
        return score(self.performance, status, headers, b"".join(chunks))

    def _play(self, connection: socket.socket, about: Score) -> None:
        try:
            play(connection, about)
        finally:
            self.close()


def score(performance: WireScript, status: str, headers: Iterable[tuple[str, str]], body: bytes) -> Score:
    """What goes over the wire for an answer. Pure."""
    wait, part = performance.delay, performance.part(body)
    bodied = int(status[:3]) not in BODILESS
    if not bodied:
        body = b""
    whole = _head(status, headers, len(body))
    match performance.how:
        case "whole" | "garbled":
            return Score(((wait, whole + body),))
        case "drip":
            size = performance.size or 1
            pieces = [(performance.every, body[at : at + size]) for at in range(0, len(body), size)]
            return Score(((wait, whole), *pieces))
        case "cut" | "cut-reset":
            # Where there is no body to miss, one byte of it is announced; where there may be none, the head is cut.
            sent = _head(status, headers, max(len(body), 1)) + part if bodied else whole[: len("HTTP/1.1")]
            reset = performance.how == "cut-reset"
            return Score(((wait, sent), (_BEFORE_RESET, b"")) if reset else ((wait, sent),), reset=reset)
        case "noise":
            return Score(((wait, performance.noise),))
        case _:
            return Score(((wait, b""),), reset=performance.how == "reset", answers=False)


def play(connection: socket.socket, about: Score) -> None:
    """Play it on a connection, and end that. A client that has gone away ends it sooner."""
    with suppress(OSError, ValueError):  # the client, or the server that stops, was quicker
        for seconds, data in about.steps:
            if seconds and _gone(connection, seconds, heeds_end=not about.answers):
                break
            if data:
                connection.sendall(data)
    if about.reset:
        with suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    else:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def _gone(connection: socket.socket, seconds: float, *, heeds_end: bool) -> bool:
    """Wait; True at once when the client is gone. One that only ended its own half may still want an answer."""
    poll = select.poll()
    poll.register(connection, _GONE if heeds_end else select.POLLERR)
    return bool(poll.poll(seconds * 1000))


def _head(status: str, headers: Iterable[tuple[str, str]], length: int) -> bytes:
    lines = [f"HTTP/1.1 {status}"]
    lines += [f"{name}: {value}" for name, value in headers if name.lower() not in ("content-length", "connection")]
    if int(status[:3]) not in BODILESS:
        lines.append(f"Content-Length: {length}")
    lines += [f"Date: {date(int(real_time.wall()))}", "Connection: close"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


@lru_cache(maxsize=1)
def date(second: int) -> str:
    """A second since 1970 as HTTP writes it."""
    return formatdate(second, usegmt=True)


def response_of(reply: Reply) -> VendorResponse:
    """The response for a reply."""
    return VendorResponse(reply.body, reply.status, reply.headers)


def performed(performance: WireScript, reply: Reply) -> Performed:
    """The response for a reply that a fault is on."""
    body = performance.delivered(reply).body if performance.how == "garbled" else reply.body
    response = Performed(body, reply.status, reply.headers)
    response.performance = performance
    return response
