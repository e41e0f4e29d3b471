"""A fault as its user writes it, read and held to account: what is wrong is said with its place and the mend.

    {"effect": "unavailable", "operation": "importPurchase", "nth": 2}
    {"effect": "delay", "delay": "PT1S", "jitter": "PT0.5S", "rate": 0.1}
    {"effect": "reply", "status": 502, "body": "<html>Bad Gateway</html>", "work": true, "count": 1}

`operation` and `nth` (counted from 1), `count` and `rate` choose the calls: all of them where none is given; the nth
alone, or `count` of them from there. The rest are the effect's own parameters (`mockservers.core.faults.kinds`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.errors import UnknownName, UsageError
from mockservers.core.exchange.decision import Reply
from mockservers.core.faults.kinds import DRIP_BYTES, DRIP_EVERY, EFFECTS, REFUSAL, TIME_OUT, Effect
from mockservers.core.faults.wire_script import BODILESS
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
    """A planned fault. `spec` is what its user wrote; times are seconds. `reply` takes the place of the vendor's."""

    spec: Mapping[str, Any]
    name: str
    effect: Effect
    works: bool
    operation: str | None = None
    nth: int | None = None
    count: int | None = None
    rate: float | None = None
    delay: float = 0.0
    jitter: float = 0.0
    every: float = 0.0
    size: int | None = None
    reply: Reply | None = None


def faults(given: Any, contract: Contract) -> tuple[Fault, ...]:
    """All faults of a list, or UsageError about the first one that is wrong."""
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
    """One fault, or UsageError."""
    if not isinstance(spec, Mapping):
        raise UsageError(f'a fault is a JSON object, not {type(spec).__name__}. Give {{"effect": "reset"}}.')
    name = _one_of(spec.get("effect"), [*EFFECTS, *contract.refusals], "effect")
    effect = REFUSAL if name in contract.refusals else EFFECTS[name]
    _check_keys(spec, name, effect)
    operation = spec.get("operation")
    if operation is not None:
        operation = _one_of(operation, list(contract.operations), f"operation of {contract.vendor}")
    drips = effect.how == "drip"
    return Fault(
        spec=dict(spec),
        name=name,
        effect=effect,
        works=_flag(spec, "work", default=effect.works),
        operation=operation,
        nth=_whole(spec, "nth", 1),
        count=_whole(spec, "count", 1) or (1 if "nth" in spec else None),
        rate=_rate(spec),
        delay=_seconds(spec, "delay", TIME_OUT if name == "time-out" else "PT0S"),
        jitter=_seconds(spec, "jitter", "PT0S"),
        every=_seconds(spec, "every", DRIP_EVERY if drips else "PT0S"),
        size=_whole(spec, "bytes", 1 if drips else 0, DRIP_BYTES if drips else None),
        reply=_reply(spec, name, effect, contract),
    )


def _one_of(given: Any, known: list[str], what: str) -> str:
    if not isinstance(given, str) or given not in known:
        raise UnknownName(what, given[:_SHOWN] if isinstance(given, str) else _shown(given), known)
    return given


def _check_keys(spec: Mapping[str, Any], name: str, effect: Effect) -> None:
    takes = CHOOSING | effect.takes
    unknown = sorted(set(spec) - takes)
    if unknown:
        raise UsageError(f"the effect {name!r} takes no {', '.join(unknown)}. It takes: {', '.join(sorted(takes))}.")
    missing = sorted(effect.needs - set(spec))
    if missing:
        raise UsageError(f"the effect {name!r} needs {', '.join(missing)}. Give it.")


def _shown(value: Any) -> str:
    """A wrong value as a message has it: not all of it where it is long, nor an integer that is too long to print."""
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
        raise UsageError(f"{key} is a whole number from {least} to {_MOST}, not {_shown(value)}.")
    return value


def _flag(spec: Mapping[str, Any], key: str, *, default: bool) -> bool:
    value = spec.get(key, default)
    if not isinstance(value, bool):
        raise UsageError(f"{key} is true or false, not {_shown(value)}.")
    return value


def _rate(spec: Mapping[str, Any]) -> float | None:
    if "rate" not in spec:
        return None
    value = spec["rate"]
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= 1:
        raise UsageError(f"rate is the share of calls that are hit, above 0 and up to 1, not {_shown(value)}.")
    return float(value)


def _seconds(spec: Mapping[str, Any], key: str, default: str) -> float:
    length: timedelta = at(key, clock.duration, spec.get(key, default))
    if length > _LONGEST:
        raise UsageError(f"{key} is real time that a client waits: an hour (PT1H) at most, not {spec[key]!r}.")
    return length.total_seconds()


def _reply(spec: Mapping[str, Any], name: str, effect: Effect, contract: Contract) -> Reply | None:
    if effect is REFUSAL:
        return contract.refusal(name, **_mapping(spec, "values"))
    if name != "reply":
        return None
    status = spec["status"]
    if not isinstance(status, int) or isinstance(status, bool) or not 200 <= status <= 599:
        raise UsageError(f"status is that of a final answer, 200 to 599, not {_shown(status)}.")
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
        raise UsageError(f"{key} is a JSON object of names and values, not {_shown(value)}.")
    return value


def _header(name: str, value: Any) -> str:
    text = str(value)
    if name.lower() in _FRAMING:
        raise UsageError(f"{name} frames an answer, and is the server's to set. Leave it out, or plan truncated.")
    if not _HEADER.fullmatch(name):
        raise UsageError(f"{name[:_SHOWN]!r} is no name of a header. Take letters, digits and hyphens.")
    if not text.isascii() or not text.isprintable():
        raise UsageError(f"the header {name!r} must be printable ASCII, not {text!r}.")
    return text
