"""A fault as its user writes it in JSON, validated: an error names the place, the reason and the fix.

    {"effect": "unavailable", "operation": "importPurchase", "nth": 2}
    {"effect": "delay", "delay": "PT1S", "jitter": "PT0.5S", "rate": 0.1}
    {"effect": "reply", "status": 502, "body": "<html>Bad Gateway</html>", "work": true, "count": 1}

`operation` and `nth` (counted from 1), `count` and `rate` choose the calls: all of them where none is given; the nth
alone, or `count` of them from there. The rest are the parameters of the fault's kind (`mockservers.core.faults.kinds`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
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
from mockservers.core.values import clock
from mockservers.core.values.json_objects import at
from mockservers.core.values.json_text import dumps

CHOOSING = frozenset({"effect", "operation", "nth", "count", "rate", "delay", "jitter"})
_LONGEST = timedelta(hours=1)
_MOST = 2**31 - 1
_SHOWN = 100
_FRAMING = frozenset({"content-length", "transfer-encoding", "connection"})
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fault:
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


def faults(given: Any, contract: Contract) -> tuple[Fault, ...]:
    """All faults of a list. UsageError for the first one that is invalid."""
    if not isinstance(given, list):
        raise UsageError(
            f'/faults: faults is a list, not {type(given).__name__}. Give [{{"effect": "reset"}}], or [] for none.'
        )
    made: list[Fault] = []
    for index, spec in enumerate(given):
        try:
            made.append(fault(spec, contract))
        except UsageError as wrong:
            raise UsageError(f"/faults/{index}: {wrong}") from None
    return tuple(made)


def fault(spec: Any, contract: Contract) -> Fault:
    """One fault. UsageError when it is invalid."""
    if not isinstance(spec, Mapping):
        raise UsageError(f'a fault is a JSON object, not {type(spec).__name__}. Give {{"effect": "reset"}}.')
    name = _one_of(spec.get("effect"), [*EFFECTS, *contract.refusals], "effect")
    kind = Refusal() if name in contract.refusals else EFFECTS[name]
    _check_keys(spec, name, kind)
    operation = spec.get("operation")
    if operation is not None:
        operation = _one_of(operation, list(contract.operations), f"operation of {contract.vendor}")
    return Fault(
        spec=dict(spec),
        name=name,
        kind=_with_parameters(kind, spec, name, contract),
        processed=_flag(spec, "work", default=kind.processed),
        operation=operation,
        nth=_whole(spec, "nth", 1),
        count=_whole(spec, "count", 1) or (1 if "nth" in spec else None),
        rate=_rate(spec),
        delay=_seconds(spec, "delay", kind.delay),
        jitter=_seconds(spec, "jitter", "PT0S"),
    )


def _with_parameters(kind: FaultKind, spec: Mapping[str, Any], name: str, contract: Contract) -> FaultKind:
    match kind:
        case Refusal():
            return Refusal(contract.refusal(name, **_mapping(spec, "values")))
        case OtherReply():
            return OtherReply(_reply(spec))
        case Drip():
            size = _whole(spec, "bytes", 1, kind.size)
            return Drip(size or kind.size, _seconds(spec, "every", clock.length(timedelta(seconds=kind.every))))
        case Truncated():
            return Truncated(_whole(spec, "bytes", 0))
        case ResetMidBody():
            return ResetMidBody(_whole(spec, "bytes", 0))
        case Delay() | Garbage() | GarbageBody() | LostResponse() | HangUp() | Reset() | TimeOut():
            return kind
        case _:
            assert_never(kind)


def _one_of(given: Any, known: list[str], what: str) -> str:
    if not isinstance(given, str) or given not in known:
        raise UnknownName(what, given[:_SHOWN] if isinstance(given, str) else _abridged(given), known)
    return given


def _check_keys(spec: Mapping[str, Any], name: str, kind: FaultKind) -> None:
    known = CHOOSING | kind.parameters | (set() if kind.processed else {"work"})
    unknown = sorted(set(spec) - known)
    if unknown:
        raise UsageError(f"the effect {name!r} takes no {', '.join(unknown)}. It takes: {', '.join(sorted(known))}.")
    missing = sorted(kind.required - set(spec))
    if missing:
        raise UsageError(f"the effect {name!r} needs {', '.join(missing)}. Give it.")


def _abridged(value: Any) -> str:
    """A wrong value in a message, shortened. CPython refuses to print integers of more than 4,300 digits."""
    try:
        text = repr(value)
    except ValueError:
        return "an integer of thousands of digits"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _whole(spec: Mapping[str, Any], key: str, least: int, default: int | None = None) -> int | None:
    value = spec.get(key, default)
    if value is None and key not in spec:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= _MOST:
        raise UsageError(f"{key} is a whole number from {least} to {_MOST}, not {_abridged(value)}.")
    return value


def _flag(spec: Mapping[str, Any], key: str, *, default: bool) -> bool:
    value = spec.get(key, default)
    if not isinstance(value, bool):
        raise UsageError(f"{key} is true or false, not {_abridged(value)}.")
    return value


def _rate(spec: Mapping[str, Any]) -> float | None:
    if "rate" not in spec:
        return None
    value = spec["rate"]
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= 1:
        raise UsageError(
            f"rate is the share of calls that the fault fires on, above 0 and up to 1, not {_abridged(value)}."
        )
    return float(value)


def _seconds(spec: Mapping[str, Any], key: str, default: str) -> float:
    length: timedelta = at(key, clock.duration, spec.get(key, default))
    if length > _LONGEST:
        raise UsageError(f"{key} is real time that a client waits: an hour (PT1H) at most, not {spec[key]!r}.")
    return length.total_seconds()


def _reply(spec: Mapping[str, Any]) -> Reply:
    status = spec["status"]
    if not isinstance(status, int) or isinstance(status, bool) or not 200 <= status <= 599:
        raise UsageError(f"status is that of a final answer, 200 to 599, not {_abridged(status)}.")
    headers = tuple((key, _header(key, value)) for key, value in _mapping(spec, "headers").items())
    body = spec.get("body", "")
    if status in BODILESS and body != "":
        raise UsageError(f"an answer of status {status} has no body. Leave body out.")
    if isinstance(body, str):
        return Reply(status, headers, body.encode("utf-8", "replace"))
    if "content-type" not in {key.lower() for key, _ in headers}:
        headers = (*headers, ("Content-Type", "application/json"))
    return Reply(status, headers, dumps(body))


def _mapping(spec: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = spec.get(key, {})
    if not isinstance(value, Mapping):
        raise UsageError(f"{key} is a JSON object of names and values, not {_abridged(value)}.")
    return value


def _header(name: str, value: Any) -> str:
    text = str(value)
    if name.lower() in _FRAMING:
        raise UsageError(f"{name} frames an answer, and the server sets it. Leave it out, or plan truncated.")
    if not _HEADER.fullmatch(name):
        raise UsageError(f"{name[:_SHOWN]!r} is not a header name. Use letters, digits and hyphens.")
    if not text.isascii() or not text.isprintable():
        raise UsageError(f"the header {name!r} must be printable ASCII, not {text!r}.")
    return text
