"""What the test that is running allows to be lost: set by the pytest plugin, asked by tenants that check themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Allowance:
    """`fail_on`: "silent", "at-risk" or "never"; `expected`: the rules whose losses the test is about."""

    fail_on: str = "silent"
    expected: tuple[str, ...] = ()


_now = [Allowance()]


def current() -> Allowance:
    """What is allowed now: nothing, outside of a test."""
    return _now[-1]


@contextmanager
def allowing(allowance: Allowance) -> Iterator[None]:
    """Allow this for a while."""
    _now.append(allowance)
    try:
        yield
    finally:
        _now.pop()
