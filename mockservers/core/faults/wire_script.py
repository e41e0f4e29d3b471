"""The bytes that go over the wire for an answer with a fault, when they go, and how the connection ends.

One script serves every transport: `web/fault_delivery.py` sends it over a socket, with or without TLS, and
`testing/in_process.py` reads it without one.
"""

from __future__ import annotations

from collections.abc import Iterable
from email.utils import formatdate
from functools import lru_cache
from typing import assert_never

from mockservers.core.exchange.decision import BODILESS
from mockservers.core.faults.kinds import (
    Delay,
    Drip,
    FaultKind,
    Garbage,
    GarbageBody,
    HangUp,
    LostResponse,
    OtherReply,
    Refusal,
    Reset,
    ResetMidBody,
    TimeOut,
    Truncated,
    part,
)
from mockservers.core.value import Value
from mockservers.core.values import real_time

_BEFORE_RESET = 0.05
"""Seconds between the last byte and a reset: a client's kernel drops received bytes that it has not read at a reset."""


class WireScript(Value):
    """Steps of (seconds to wait, bytes to send then), and how the connection ends: by a TCP reset, or closed.

    `answers` is false where nothing is ever sent.
    """

    steps: tuple[tuple[float, bytes], ...]
    reset: bool = False
    answers: bool = True


def wire_script(
    kind: FaultKind, delay: float, status: str, headers: Iterable[tuple[str, str]], body: bytes
) -> WireScript:
    """The script for an answer, which has its delivered body where the kind is not `broken`. `status` is `200 OK`."""
    bodied = int(status[:3]) not in BODILESS
    if not bodied:
        body = b""
    whole = head(status, headers, len(body))
    match kind:
        case Refusal() | OtherReply() | Delay() | GarbageBody():
            return WireScript(((delay, whole + body),))
        case Drip():
            pieces = [(kind.every, body[at : at + kind.size]) for at in range(0, len(body), kind.size)]
            return WireScript(((delay, whole), *pieces))
        case Truncated() | ResetMidBody():
            # An empty body is announced as one byte, so that a byte is missing; a bodiless answer ends in its head.
            sent = head(status, headers, max(len(body), 1)) + part(kind, body) if bodied else whole[: len("HTTP/1.1")]
            reset = isinstance(kind, ResetMidBody)
            return WireScript(((delay, sent), (_BEFORE_RESET, b"")) if reset else ((delay, sent),), reset=reset)
        case Garbage():
            return WireScript(((delay, kind.noise),))
        case Reset():
            return WireScript(((delay, b""),), reset=True, answers=False)
        case LostResponse() | HangUp() | TimeOut():
            return WireScript(((delay, b""),), answers=False)
        case _:
            assert_never(kind)


def head(status: str, headers: Iterable[tuple[str, str]], length: int) -> bytes:
    """Status line and headers of an answer after which the connection closes, with a body of `length` bytes."""
    lines = [f"HTTP/1.1 {status}"]
    lines += [f"{name}: {value}" for name, value in headers if name.lower() not in ("content-length", "connection")]
    if int(status[:3]) not in BODILESS:
        lines.append(f"Content-Length: {length}")
    lines += [f"Date: {http_date(int(real_time.wall()))}", "Connection: close"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


@lru_cache(maxsize=1)
def http_date(second: int) -> str:
    """A second since 1970 as HTTP writes it. All answers of one second share the text."""
    return formatdate(second, usegmt=True)
