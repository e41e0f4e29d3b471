"""The running test. The plugin sets it for each test, also for those that call no mock, so this imports nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockservers.testing.expectations import Running

_of_test: list[Callable[[], Running]] = []


def begin(describe: Callable[[], Running]) -> None:
    """A test begins. `describe` is called if a mock needs to know which."""
    _of_test[:] = [describe]


def end() -> None:
    """The test has ended."""
    _of_test.clear()


def described() -> Running | None:
    """The running test; None outside of tests."""
    return _of_test[0]() if _of_test else None
