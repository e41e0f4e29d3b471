"""The fault kinds, one class each: what the client receives, and whether the vendor does its work.

A fault's `effect` names its kind, or one of the vendor's error responses. What is the same for every transport is
decided here and in `wire_script`; both match on the kind exhaustively, so mypy names each place that a new kind lacks.

    delivered(kind, reply)   the reply as the client receives it: ledger and journal judge by it
    broken(kind)             whether the client can see that it did not receive a whole answer
    wire_script(kind, ...)   the bytes that a socket sends, under TLS too, and that `testing/in_process.py` reads
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import ClassVar, assert_never, get_args

from mockservers.core.exchange.decision import BODILESS, Reply
from mockservers.core.value import Value, replace

NOTHING = Reply(0)
"""What the client receives where no answer is sent. HAR gives such exchanges the status 0."""

_GARBAGE_BYTES = 64


class _Kind(Value):
    """A kind's parameters in JSON, in addition to those of every fault, and its default `delay`."""

    parameters: ClassVar[frozenset[str]] = frozenset()
    required: ClassVar[frozenset[str]] = frozenset()
    delay: ClassVar[str] = "PT0S"


class Refusal(_Kind):
    """The client receives one of the vendor's error responses. The work is not done, unless `work` is true."""

    processed: ClassVar[bool] = False
    parameters: ClassVar[frozenset[str]] = frozenset({"values"})
    reply: Reply = NOTHING


class OtherReply(_Kind):
    """The client receives `status`, `headers` and `body`. The work is not done, unless `work` is true."""

    effect: ClassVar[str] = "reply"
    processed: ClassVar[bool] = False
    parameters: ClassVar[frozenset[str]] = frozenset({"status", "headers", "body"})
    required: ClassVar[frozenset[str]] = frozenset({"status"})
    reply: Reply = NOTHING


class Delay(_Kind):
    """The client receives the vendor's answer after `delay`. The work is done."""

    effect: ClassVar[str] = "delay"
    processed: ClassVar[bool] = True
    required: ClassVar[frozenset[str]] = frozenset({"delay"})


class Drip(_Kind):
    """The client receives the vendor's answer, `size` bytes of its body each `every` seconds. The work is done."""

    effect: ClassVar[str] = "drip"
    processed: ClassVar[bool] = True
    parameters: ClassVar[frozenset[str]] = frozenset({"bytes", "every"})
    size: int = 1
    every: float = 0.05


class Truncated(_Kind):
    """The client receives `size` bytes of the body, half by default, then a closed connection. The work is done."""

    effect: ClassVar[str] = "truncated"
    processed: ClassVar[bool] = True
    parameters: ClassVar[frozenset[str]] = frozenset({"bytes"})
    size: int | None = None


class ResetMidBody(_Kind):
    """The client receives `size` bytes of the body, half by default, then a TCP reset. The work is done."""

    effect: ClassVar[str] = "reset-mid-body"
    processed: ClassVar[bool] = True
    parameters: ClassVar[frozenset[str]] = frozenset({"bytes"})
    size: int | None = None


class Garbage(_Kind):
    """The client receives bytes that are not HTTP, then a closed connection. The work is done."""

    effect: ClassVar[str] = "garbage"
    processed: ClassVar[bool] = True
    noise: bytes = b""


class GarbageBody(_Kind):
    """The client receives the vendor's status and headers with an unreadable body. The work is done."""

    effect: ClassVar[str] = "garbage-body"
    processed: ClassVar[bool] = True
    noise: bytes = b""


class LostResponse(_Kind):
    """The client receives a closed connection and no answer. The work is done."""

    effect: ClassVar[str] = "lost-response"
    processed: ClassVar[bool] = True


class HangUp(_Kind):
    """The client receives a closed connection and no answer. The work is not done, unless `work` is true."""

    effect: ClassVar[str] = "hang-up"
    processed: ClassVar[bool] = False


class Reset(_Kind):
    """The client receives a TCP reset and no answer. The work is not done, unless `work` is true."""

    effect: ClassVar[str] = "reset"
    processed: ClassVar[bool] = False


class TimeOut(_Kind):
    """The client receives nothing for `delay`, then a closed connection. The work is not done, unless `work`."""

    effect: ClassVar[str] = "time-out"
    processed: ClassVar[bool] = False
    delay: ClassVar[str] = "PT60S"  # longer than most clients wait


TransportFault = (
    OtherReply
    | Delay
    | Drip
    | Truncated
    | ResetMidBody
    | Garbage
    | GarbageBody
    | LostResponse
    | HangUp
    | Reset
    | TimeOut
)
FaultKind = Refusal | TransportFault

EFFECTS: Mapping[str, TransportFault] = {kind.effect: kind() for kind in get_args(TransportFault)}
"""Each kind by its effect, with default parameters. The names of the vendor's error responses are effects, too."""


def replacement(kind: FaultKind) -> Reply | None:
    """The reply that replaces the vendor's; None where the vendor's own is sent, or none."""
    match kind:
        case Refusal() | OtherReply():
            return kind.reply
        case Delay() | Drip() | Truncated() | ResetMidBody() | Garbage() | GarbageBody():
            return None
        case LostResponse() | HangUp() | Reset() | TimeOut():
            return None
        case _:
            assert_never(kind)


def broken(kind: FaultKind) -> bool:
    """Whether status line or framing show the client that it did not receive a whole answer.

    An unreadable body does not: its answer has a status and the right length, so a client need not notice.
    """
    match kind:
        case Refusal() | OtherReply() | Delay() | Drip() | GarbageBody():
            return False
        case Truncated() | ResetMidBody() | Garbage() | LostResponse() | HangUp() | Reset() | TimeOut():
            return True
        case _:
            assert_never(kind)


def sent_as_usual(kind: FaultKind) -> bool:
    """Whether an answer without a delay is sent like any other, so that the connection stays open."""
    match kind:
        case Refusal() | OtherReply() | Delay():
            return True
        case Drip() | Truncated() | ResetMidBody() | Garbage() | GarbageBody():
            return False
        case LostResponse() | HangUp() | Reset() | TimeOut():
            return False
        case _:
            assert_never(kind)


def delivered(kind: FaultKind, reply: Reply) -> Reply:
    """The part of a reply that the client receives, to the byte; status 0 where it receives no status."""
    bodied = reply.status not in BODILESS
    match kind:
        case Refusal() | OtherReply() | Delay() | Drip():
            return reply if bodied else replace(reply, body=b"")
        case GarbageBody():
            return replace(reply, body=kind.noise if bodied else b"")
        case Truncated() | ResetMidBody():
            return replace(reply, body=part(kind, reply.body)) if bodied else NOTHING  # its head is cut instead
        case Garbage():
            return replace(NOTHING, body=kind.noise)
        case LostResponse() | HangUp() | Reset() | TimeOut():
            return NOTHING
        case _:
            assert_never(kind)


def part(kind: Truncated | ResetMidBody, body: bytes) -> bytes:
    """The part of a body that is sent before the connection ends: never all of it."""
    size = len(body) // 2 if kind.size is None else kind.size
    return body[: max(0, min(size, len(body) - 1))]


def with_noise(kind: FaultKind, rng: Callable[[], random.Random]) -> FaultKind:
    """The kind with random bytes, where it sends any. They start with 0xff, which no UTF-8 text contains.

    `rng` is only called for those kinds, since a tenant creates its generator on first use.
    """
    match kind:
        case Garbage() | GarbageBody():
            return replace(kind, noise=b"\xff" + rng().randbytes(_GARBAGE_BYTES))
        case Refusal() | OtherReply() | Delay() | Drip() | Truncated() | ResetMidBody():
            return kind
        case LostResponse() | HangUp() | Reset() | TimeOut():
            return kind
        case _:
            assert_never(kind)
