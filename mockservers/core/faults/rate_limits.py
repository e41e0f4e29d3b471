"""Rate limits: declared by a vendor's contract, counted per tenant.

    x-rate-limits:                        # in openapi.yaml, by a name of ours
      events: {rule: …, limit: 350, per: PT1S, operations: [registerEvent, registerEventV2]}
      exports: {rule: …, limit: 5, per: PT1M, operations: [a, b], counted: each}      each operation by itself
      rest: {rule: …, limit: 200, per: PT1S}                                          all others, together

A call exceeds a limit when it and `limit` others arrive within the window. No vendor can count more strictly. The
window is a twentieth shorter here: calls take unevenly long to arrive, and a client that keeps to the rate must never
exceed it. Refused calls do not count. Time is real time plus all that the tenant's clock was moved by
(`Clock.elapsed`), so a client may pause by either.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.errors import ContractError, UnknownName, UsageError
from mockservers.core.exchange.decision import Note
from mockservers.core.value import Value, replace
from mockservers.core.values.clock import duration
from mockservers.core.values.json_text import pointer

MODES = ("observe", "enforce", "off")
"""observe: an at-risk finding, once per window · enforce: the vendor's refusal as well · off: nothing."""

TOLERANCE = 0.05


class RateLimit(Value):
    """`limit` calls in `per` seconds, counted together under `name`."""

    name: str
    rule: str
    limit: int
    per: float
    stated: str

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {"name": self.name, "rule": self.rule, "limit": self.limit, "per": self.stated}


class Excess(Value):
    """A call beyond a limit. `refused`: the vendor refuses it."""

    exceeded: RateLimit
    refused: bool

    @property
    def values(self) -> dict[str, Any]:
        """The values in the rule's sentence."""
        return {"sent": self.exceeded.limit + 1, "limit": self.exceeded.limit, "window": self.exceeded.stated}

    @property
    def note(self) -> Note:
        """The note for the ledger on a call that a vendor may refuse."""
        return Note("at-risk", self.exceeded.rule, values=self.values)


class Limits:
    """The counts of one tenant. Not locked: its callers hold the tenant's lock. Keeps `limit` times per limit."""

    def __init__(self, contract: Contract) -> None:
        self._declared = declared(contract)
        self._arrivals: dict[str, deque[float]] = {}
        self._noted: dict[str, float] = {}
        self.mode = "observe"

    def set_mode(self, mode: Any) -> None:
        """Set `observe`, `enforce` or `off`, and start to count anew."""
        if mode not in MODES:
            raise UnknownName("mode of limits", str(mode), MODES)
        self.mode = mode
        self._arrivals.clear()
        self._noted.clear()

    def take(self, operation: str, at: float) -> Excess | None:
        """Count a call, at a second of a clock that never goes back.

        Excess when it exceeds a limit, in mode `observe` once per window.
        """
        limit = self._declared.get(operation)
        if limit is None or self.mode == "off":
            return None
        arrivals = self._arrivals.get(limit.name)
        if arrivals is None:
            arrivals = self._arrivals[limit.name] = deque(maxlen=limit.limit)
        window = limit.per * (1 - TOLERANCE)
        too_many = len(arrivals) == limit.limit and at - arrivals[0] < window
        if not (too_many and self.mode == "enforce"):
            arrivals.append(at)
        if not too_many:
            return None
        if self.mode == "observe":
            if at - self._noted.get(limit.name, -window) < window:
                return None
            self._noted[limit.name] = at
        return Excess(limit, refused=self.mode == "enforce")

    def to_dict(self) -> dict[str, Any]:
        """{"mode", "limits": [{"name", "rule", "limit", "per", "operations"}]}."""
        limits_by_name: dict[str, dict[str, Any]] = {}
        for operation, limit in self._declared.items():
            limits_by_name.setdefault(limit.name, {**limit.to_dict(), "operations": []})["operations"].append(operation)
        return {"mode": self.mode, "limits": list(limits_by_name.values())}


@lru_cache(maxsize=32)
def declared(contract: Contract) -> Mapping[str, RateLimit]:
    """{operation: limit} as the contract declares it. ContractError when it is inconsistent."""
    specs: Mapping[str, Any] = contract.openapi.get("x-rate-limits", {})
    limits: dict[str, RateLimit] = {}
    for name, spec in specs.items():
        limit = _limit(contract, name, spec)
        for operation in spec.get("operations", ()):
            if operation not in contract.operations:
                fix = f"Available: {', '.join(contract.operations)}."
                raise _wrong(contract, name, "operations", f"unknown operation {operation!r}", fix)
            each = spec.get("counted") == "each"
            limits[operation] = replace(limit, name=f"{name}/{operation}") if each else limit
    for name, spec in specs.items():
        if "operations" not in spec:
            rest = _limit(contract, name, spec)
            limits.update({operation: rest for operation in contract.operations if operation not in limits})
    return limits


def _limit(contract: Contract, name: str, spec: Mapping[str, Any]) -> RateLimit:
    limit, per = (_value(contract, spec[key]) for key in ("limit", "per"))
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        raise _wrong(contract, name, "limit", f"{limit!r} is not a number of calls", "Fix: give a positive integer.")
    try:
        length = duration(per)
    except UsageError as error:
        raise _wrong(contract, name, "per", str(error).rstrip("."), "Fix: give a duration such as PT1S.") from None
    if length <= timedelta():
        raise _wrong(contract, name, "per", "it is not a positive duration", "Fix: give a duration such as PT1S.")
    if spec["rule"] not in contract.rules:
        raise _wrong(contract, name, "rule", f"unknown rule {spec['rule']!r}", "Fix: name a rule of rules.yaml.")
    return RateLimit(name, spec["rule"], limit, length.total_seconds(), per)


def _value(contract: Contract, value: Any) -> Any:
    return contract.resolve(value["$ref"]) if isinstance(value, dict) else value


def _wrong(contract: Contract, name: str, key: str, reason: str, fix: str) -> ContractError:
    """Return the error of a key. For a reference to another file it names that file, as it has the wrong value."""
    place, value = pointer("x-rate-limits", name, key), contract.openapi["x-rate-limits"][name][key]
    file, _, target = value["$ref"].partition("#") if isinstance(value, dict) else ("", "", "")
    if file:
        reason = f"{reason}, and openapi.yaml#{place} refers to it"
    return ContractError(f"{contract.vendor}/{file or 'openapi.yaml'}", target if file else place, reason, fix)
