"""How many calls a vendor takes in a while: declared by its contract, counted per tenant.

    x-rate-limits:                        # in openapi.yaml, by a name of ours
      events: {rule: …, limit: 350, per: PT1S, operations: [registerEvent, registerEventV2]}
      exports: {rule: …, limit: 5, per: PT1M, operations: [a, b], counted: each}      each operation by itself
      rest: {rule: …, limit: 200, per: PT1S}                                          all others, together

A call is one too many when it and `limit` others came within the time. That is how the strictest counting a vendor may
use sees it, but for a twentieth of the time that is let go: the way of a call is uneven, and a client that keeps the
pace must never meet the limit. Refused calls don't count. Time is the real one plus all that the tenant's clock was
moved by (`Clock.elapsed`): a client that pauses by either keeps the pace.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.errors import ContractError, UnknownName, UsageError
from mockservers.core.exchange.decision import Note
from mockservers.core.values.clock import duration
from mockservers.core.values.json_text import pointer

MODES = ("observe", "enforce", "off")
"""observe: an at-risk finding, once a window · enforce: the vendor's refusal, too · off: nothing."""

TOLERANCE = 0.05


@dataclass(frozen=True, slots=True)
class RateLimit:
    """`limit` calls in `per` seconds, counted together under `name`."""

    name: str
    rule: str
    limit: int
    per: float
    stated: str

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {"name": self.name, "rule": self.rule, "limit": self.limit, "per": self.stated}


@dataclass(frozen=True, slots=True)
class Excess:
    """A call that was one too many. `refused` when the vendor is to say so."""

    about: RateLimit
    refused: bool

    @property
    def values(self) -> dict[str, Any]:
        """For the sentence of the rule."""
        return {"sent": self.about.limit + 1, "limit": self.about.limit, "window": self.about.stated}

    @property
    def note(self) -> Note:
        """What the ledger says of a call that a vendor may refuse."""
        return Note("at-risk", self.about.rule, values=self.values)


class Limits:
    """The count of one tenant. Not locked: the tenant's lock is around it. Holds `limit` times a limit, and no more."""

    def __init__(self, contract: Contract) -> None:
        self._declared = declared(contract)
        self._came: dict[str, deque[float]] = {}
        self._told: dict[str, float] = {}
        self.mode = "observe"

    def set_mode(self, mode: Any) -> None:
        """`observe`, `enforce` or `off`. The count starts anew."""
        if mode not in MODES:
            raise UnknownName("mode of limits", str(mode), MODES)
        self.mode = mode
        self._came.clear()
        self._told.clear()

    def take(self, operation: str, at: float) -> Excess | None:
        """Count a call, at a second of a clock that never goes back.

        Excess when it is one too many and there is news in it.
        """
        about = self._declared.get(operation)
        if about is None or self.mode == "off":
            return None
        came = self._came.get(about.name)
        if came is None:
            came = self._came[about.name] = deque(maxlen=about.limit)
        window = about.per * (1 - TOLERANCE)
        too_many = len(came) == about.limit and at - came[0] < window
        if not (too_many and self.mode == "enforce"):
            came.append(at)
        if not too_many:
            return None
        if self.mode == "observe":
            if at - self._told.get(about.name, -window) < window:
                return None
            self._told[about.name] = at
        return Excess(about, refused=self.mode == "enforce")

    def to_dict(self) -> dict[str, Any]:
        """{"mode", "limits": [{"name", "rule", "limit", "per", "operations"}]}."""
        found: dict[str, dict[str, Any]] = {}
        for operation, about in self._declared.items():
            found.setdefault(about.name, {**about.to_dict(), "operations": []})["operations"].append(operation)
        return {"mode": self.mode, "limits": list(found.values())}


@lru_cache(maxsize=32)
def declared(contract: Contract) -> Mapping[str, RateLimit]:
    """{operation: limit} as the contract has it. ContractError when that does not hold together."""
    specs: Mapping[str, Any] = contract.openapi.get("x-rate-limits", {})
    found: dict[str, RateLimit] = {}
    for name, spec in specs.items():
        about = _limit(contract, name, spec)
        for operation in spec.get("operations", ()):
            if operation not in contract.operations:
                mend = f"Name some of: {', '.join(contract.operations)}."
                raise _wrong(contract, name, "operations", f"there is no operation {operation!r}", mend)
            each = spec.get("counted") == "each"
            found[operation] = replace(about, name=f"{name}/{operation}") if each else about
    for name, spec in specs.items():
        if "operations" not in spec:
            rest = _limit(contract, name, spec)
            found.update({operation: rest for operation in contract.operations if operation not in found})
    return found


def _limit(contract: Contract, name: str, spec: Mapping[str, Any]) -> RateLimit:
    limit, per = (_value(contract, name, key, spec[key]) for key in ("limit", "per"))
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        raise _wrong(contract, name, "limit", f"{limit!r} is no number of calls", "Give a whole number from 1.")
    try:
        length = duration(per)
    except UsageError as error:
        raise _wrong(contract, name, "per", str(error).rstrip("."), "Mend it.") from None
    if length <= timedelta():
        raise _wrong(contract, name, "per", "it is no time at all", "Give a duration such as PT1S.")
    if spec["rule"] not in contract.rules:
        raise _wrong(contract, name, "rule", f"there is no rule {spec['rule']!r}", "Name a rule of rules.yaml.")
    return RateLimit(name, spec["rule"], limit, length.total_seconds(), per)


def _value(contract: Contract, name: str, key: str, given: Any) -> Any:
    if not isinstance(given, dict):
        return given
    try:
        return contract.resolve(given["$ref"])
    except (KeyError, IndexError, ValueError, TypeError):
        reason = f"{given['$ref']} points at nothing"
        raise _wrong(contract, name, key, reason, "Point it at a place there is.") from None


def _wrong(contract: Contract, name: str, key: str, reason: str, mend: str) -> ContractError:
    return ContractError(f"{contract.vendor}/openapi.yaml", pointer("x-rate-limits", name, key), reason, mend)
