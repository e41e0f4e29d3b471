"""The tie between a rule in a contract and the function that is its Python side.

    @rule("fanship.upload.last-of-day-wins")
    def supersede(...): ...

Every rule id of a contract is carried by a function, and every id that a function carries is in its contract:
`check` says so at the start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from mockservers.core.errors import ContractError

Function = TypeVar("Function", bound=Callable[..., object])

CARRIED: dict[str, Callable[..., object]] = {}
"""Rule id -> the function that is its Python side."""


def rule(*ids: str) -> Callable[[Function], Function]:
    """Say which rules of the contract this function is."""

    def carry(function: Function) -> Function:
        for name in ids:
            if name in CARRIED and _place(CARRIED[name]) != _place(function):
                raise TypeError(f"Two functions carry the rule {name}: {CARRIED[name]!r} and {function!r}.")
            CARRIED[name] = function
        return function

    return carry


def _place(function: Callable[..., object]) -> tuple[str, str]:
    """Where a function is written: a module that is loaded again, as pytester does, brings the same ones."""
    return function.__module__, function.__qualname__


def check(vendor: str, file: str, named: Iterable[str]) -> None:
    """Hold the rules of a contract and the functions that carry them equal."""
    in_contract = set(named)
    in_code = {name for name in CARRIED if name.startswith(f"{vendor}.")}
    for name in sorted(in_code - in_contract):
        raise ContractError(file, f"/rules/{name}", "the rule is missing, and the mock acts on it", "Put it back.")
    for name in sorted(in_contract - in_code):
        raise ContractError(
            file, f"/rules/{name}", "nothing in the mock acts on this rule", "Check the spelling, or take it out."
        )
