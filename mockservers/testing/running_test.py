"""The running test. The plugin sets it for each test, so it costs little for tests that call no mock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockservers.core.accounting.verdict import Policy


def _default_policy() -> Policy:
    from mockservers.core.accounting.verdict import Policy

    return Policy()


@dataclass(frozen=True, slots=True)
class Running:
    """The running test: its node id, its policy, whether it can have a mark, and its line from 1 on."""

    test: str = ""
    policy: Policy = field(default_factory=_default_policy)
    can_be_marked: bool = False
    line: int = 0


_describe: list[Callable[[], Running]] = []


def running() -> Running:
    """The running test, or the values outside of a test."""
    return _describe[0]() if _describe else Running()


def begin(describe: Callable[[], Running]) -> None:
    """A test begins. `describe` is called when a mock needs to know it."""
    _describe[:] = [describe]


def end() -> None:
    """The test has ended."""
    _describe.clear()
