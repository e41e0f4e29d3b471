"""The fault that a request asks for on itself, in a preference of RFC 7240: `Prefer: mock-fault=truncated; bytes=10`.

Names are case-insensitive, values are tokens or quoted strings, and the first of several preferences of one name
counts. Parameters are those of a planned fault, without the ones that choose calls: a preference is about its own call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mockservers.core.contract.admin_api import validated_as
from mockservers.core.contract.contract import Contract
from mockservers.core.errors import UsageError
from mockservers.core.exchange.decision import Reply
from mockservers.core.faults.fault_spec import CHOOSING, Fault, fault
from mockservers.core.values.json_text import NotJson, dumps, loads

PREFERENCE = "mock-fault"

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PAIR = re.compile(rf'({_WORD})(?:[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|({_WORD})?))?(?=[ \t]*(?:[;,]|$))', re.ASCII)
_SEPARATORS = re.compile(r"[ \t;,]*", re.ASCII)
_ESCAPED = re.compile(r"\\(.)")
_WHOLE = frozenset({"bytes", "status"})
_JSON = frozenset({"headers", "values"})
_FLAGS = {"true": True, "false": False, "": True}
_DIGITS = re.compile("[0-9]{1,10}", re.ASCII)
_SHOWN = 100


class Unusable(UsageError):
    """A preference that asks for an unknown or invalid fault. `reply` says so, as a problem document of RFC 9457."""

    def __init__(self, asked: str, why: str) -> None:
        super().__init__(f"Prefer: {asked[:_SHOWN]} cannot be honoured: {why}")
        self.fault = asked[:_SHOWN]

    @property
    def reply(self) -> Reply:
        """The answer to the request that asks for it."""
        problem = {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": str(self)}
        return Reply(400, (("Content-Type", "application/problem+json"),), dumps(problem))


def preferred(header: str, contract: Contract) -> Fault | None:
    """The fault that a `Prefer` header asks for, None where it asks for none. Unusable where the fault is invalid."""
    if PREFERENCE not in header.lower():
        return None
    asked = header
    try:
        for (name, effect), *parameters in _preferences(header):
            if name == PREFERENCE:
                asked = f"{name}={effect}"
                return fault(validated_as("Fault", {"effect": effect, **_typed(parameters)}), contract)
    except UsageError as wrong:
        raise Unusable(asked, str(wrong)) from None
    return None


def _preferences(header: str) -> Iterator[list[tuple[str, str]]]:
    """The preferences of a header: of each its name and value, then those of its parameters. UsageError otherwise."""
    at = _end(_SEPARATORS, header, 0)
    pairs: list[tuple[str, str]] = []
    while at < len(header):
        match = _PAIR.match(header, at)
        if match is None:
            raise UsageError(
                f"{header[at : at + _SHOWN]!r} is not a preference. Give {PREFERENCE}=EFFECT; PARAMETER=VALUE."
            )
        name, quoted, token = match.groups()
        pairs.append((name.lower(), token or "" if quoted is None else _ESCAPED.sub(r"\1", quoted)))
        end = _end(_SEPARATORS, header, match.end())
        if "," in header[match.end() : end] or end == len(header):
            yield pairs
            pairs = []
        at = end


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _typed(parameters: list[tuple[str, str]]) -> dict[str, Any]:
    """Parameters with values of the types that a planned fault has them in. The first of a name counts."""
    typed: dict[str, Any] = {}
    for name, value in parameters:
        if name in CHOOSING - {"delay", "jitter"}:
            raise UsageError(
                f"{name} chooses calls, and a preference is about its own. Leave it out, or plan the fault."
            )
        typed.setdefault(name, _value(name, value))
    return typed


def _value(name: str, value: str) -> Any:
    if name in _WHOLE:
        if not _DIGITS.fullmatch(value):
            raise UsageError(f"{name} is a whole number of up to ten digits, not {value[:_SHOWN]!r}.")
        return int(value)
    if name == "work":
        if value.lower() not in _FLAGS:
            raise UsageError(f"work is true or false, not {value[:_SHOWN]!r}.")
        return _FLAGS[value.lower()]
    if name in _JSON:
        try:
            return loads(value.encode()).value
        except NotJson as reason:
            raise UsageError(f"{name} is a JSON object in a quoted string: {reason}.") from None
    return value
