"""A fault as its user writes it.

    {"effect": "unavailable", "operation": "importPurchase", "nth": 2}
    {"effect": "delay", "delay": "PT1S", "jitter": "PT0.5S", "rate": 0.1}
    {"effect": "reply", "status": 502, "body": "<html>Bad Gateway</html>", "work": true, "count": 1}

`operation` and `nth` (counted from 1), `count` and `rate` choose the calls: all of them by default; only the nth, or
`count` calls from the nth on. The rest are the parameters of the fault's kind (`mockservers.core.faults.kinds`). The
schema `Fault` of the admin API has the types of all; the checks here depend on the vendor or the kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, assert_never

from mockservers.core.contract.contract import Contract
from mockservers.core.errors import UnknownName, UsageError
from mockservers.core.exchange.decision import BODILESS, Reply
from mockservers.core.faults.kinds import (
    EFFECTS,
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
)
from mockservers.core.value import Value
from mockservers.core.values import clock
from mockservers.core.values.json_text import dumps

CHOOSING = frozenset({"effect", "operation", "nth", "count", "rate", "delay", "jitter"})
_LONGEST = timedelta(hours=1)
_SHOWN = 100
_FRAMING = frozenset({"content-length", "transfer-encoding", "connection"})


class Fault(Value):
    """A planned fault. `spec` is what its user wrote; times are seconds. `processed`: the vendor does its work."""

    spec: Mapping[str, Any]
    name: str
    kind: FaultKind
    processed: bool
    operation: str | None = None
    nth: int | None = None
    count: int | None = None
    rate: float | None = None
    delay: float = 0.0
    jitter: float = 0.0


def faults(specs: Sequence[Mapping[str, Any]], contract: Contract) -> tuple[Fault, ...]:
    """All faults of a list, or UsageError about the first one that is wrong."""
    planned: list[Fault] = []
    for index, spec in enumerate(specs):
        try:
            planned.append(fault(spec, contract))
        except UsageError as wrong:
            deeper = str(wrong).startswith("/")
            raise UsageError(f"/faults/{index}{'' if deeper else ': '}{wrong}") from None
    return tuple(planned)


def fault(spec: Mapping[str, Any], contract: Contract) -> Fault:
    """A fault from what the schema `Fault` allows. UsageError where the vendor or the kind does not allow it."""
    name = _one_of(spec["effect"], [*EFFECTS, *contract.refusals], "effect")
    kind = Refusal() if name in contract.refusals else EFFECTS[name]
    _check_keys(spec, name, kind)
    operation = spec.get("operation")
    if operation is not None:
        operation = _one_of(operation, list(contract.operations), f"operation of {contract.vendor}")
    rate = spec.get("rate")
    return Fault(
        spec=dict(spec),
        name=name,
        kind=_with_parameters(kind, spec, name, contract),
        processed=spec.get("work", kind.processed),
        operation=operation,
        nth=_whole(spec, "nth"),
        count=_whole(spec, "count") or (1 if "nth" in spec else None),
        rate=None if rate is None else float(rate),
        delay=_seconds(spec, "delay", kind.delay),
        jitter=_seconds(spec, "jitter", "PT0S"),
    )


def _with_parameters(kind: FaultKind, spec: Mapping[str, Any], name: str, contract: Contract) -> FaultKind:
    match kind:
        case Refusal():
            return Refusal(contract.refusal(name, **spec.get("values", {})))
        case OtherReply():
            return OtherReply(_reply(spec))
        case Drip():
            size = _whole(spec, "bytes", kind.size)
            if not size:
                raise UsageError("/bytes: a drip sends at least 1 byte at a time, not 0.")
            return Drip(size, _seconds(spec, "every", clock.length(timedelta(seconds=kind.every))))
        case Truncated():
            return Truncated(_whole(spec, "bytes"))
        case ResetMidBody():
            return ResetMidBody(_whole(spec, "bytes"))
        case Delay() | Garbage() | GarbageBody() | LostResponse() | HangUp() | Reset() | TimeOut():
            return kind
        case _:
            assert_never(kind)


def _one_of(name: str, known: list[str], noun: str) -> str:
    if name not in known:
        raise UnknownName(noun, name[:_SHOWN], known)
    return name


def _check_keys(spec: Mapping[str, Any], name: str, kind: FaultKind) -> None:
    known = CHOOSING | kind.parameters | (set() if kind.processed else {"work"})
    unknown = sorted(set(spec) - known)
    if unknown:
        raise UsageError(f"The effect {name!r} takes no {', '.join(unknown)}. Available: {', '.join(sorted(known))}.")
    missing = sorted(kind.required - set(spec))
    if missing:
        raise UsageError(f"The effect {name!r} needs {', '.join(missing)}. Fix: give it.")


def _whole(spec: Mapping[str, Any], key: str, default: int | None = None) -> int | None:
    """An integer, which JSON Schema also takes as 1.0."""
    value = spec.get(key, default)
    return None if value is None else int(value)


def _seconds(spec: Mapping[str, Any], key: str, default: str) -> float:
    length = clock.duration(spec.get(key, default))
    if length > _LONGEST:
        raise UsageError(f"/{key}: real time that a client waits: an hour (PT1H) at most, not {spec[key][:_SHOWN]!r}.")
    return length.total_seconds()


def _reply(spec: Mapping[str, Any]) -> Reply:
    status = int(spec["status"])
    headers = tuple((key, _header(key, value)) for key, value in spec.get("headers", {}).items())
    body = spec.get("body", "")
    if status in BODILESS and body != "":
        raise UsageError(f"/body: an answer of status {status} has no body. Leave body out.")
    if isinstance(body, str):
        return Reply(status, headers, body.encode("utf-8", "replace"))
    if "content-type" not in {key.lower() for key, _ in headers}:
        headers = (*headers, ("Content-Type", "application/json"))
    return Reply(status, headers, dumps(body))


def _header(name: str, value: str | int) -> str:
    if name.lower() in _FRAMING:
        raise UsageError(f"/headers: {name} frames an answer, and the server sets it. Leave it out, or plan truncated.")
    return str(value)
