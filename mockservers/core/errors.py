"""What the user of the harness can do wrong, as one tree of exceptions.

What a *vendor* refuses is never an exception: it is data (`Decision.reply` and findings).

    MockserversError
    ├── ContractError      a contract file is wrong: file, pointer, reason and fix
    ├── UsageError         a call of ours was given something it cannot use
    │   ├── InvalidRequest a request of the admin API that its OpenAPI document does not allow
    │   ├── InvalidDocuments  documents with keys or values that no document of their collection has
    │   ├── UnknownName    no such vendor, tenant, collection, rule, choice or operation
    │   └── Conflict       the thing is there already, or a limit of the server is reached
    ├── ServerUnavailable           a server did not come up, or is gone
    ├── InsufficientStorage         the disk does not take what is to be spooled
    └── UnreadableStorage           what was spooled cannot be read back
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

from mockservers.core.values.nearest import did_you_mean


class MockserversError(Exception):
    """Root of everything that mockservers raises at its user."""


class ContractError(MockserversError):
    """A contract file does not hold together. The start stops here, with the place and the fix."""

    def __init__(self, file: str, pointer: str, reason: str, fix: str) -> None:
        super().__init__(f"{file}#{pointer}: {reason}. {fix}")
        self.file, self.pointer, self.reason, self.fix = file, pointer, reason, fix


class UsageError(MockserversError):
    """Something given to mockservers cannot be used; the message says what to give instead."""


@dataclass(frozen=True, slots=True)
class RequestError:
    """One thing that is wrong with a request: where (a JSON pointer into the body, or a query parameter), what, fix."""

    detail: str
    fix: str
    pointer: str | None = None
    parameter: str | None = None

    def __str__(self) -> str:
        place = f"query parameter {self.parameter}" if self.parameter is not None else self.pointer or "the body"
        return f"{place}: {self.detail} Fix: {self.fix}"


class PlacedErrors(UsageError):
    """All that is wrong with a request, each at its place."""

    def __init__(self, errors: Iterable[RequestError]) -> None:
        self.errors = tuple(errors)
        super().__init__(" ".join(map(str, self.errors)))

    def below(self, place: str) -> Self:
        """The same errors of a value that stands at a place of the body."""
        return type(self)(
            replace(error, pointer=place + error.pointer) if error.pointer is not None else error
            for error in self.errors
        )


class InvalidRequest(PlacedErrors):
    """A request of the admin API that its OpenAPI document does not allow."""


class InvalidDocuments(PlacedErrors):
    """Documents with keys or values that no document of their collection has."""


class UnknownName(UsageError):
    """A name that nothing bears; the message lists the names that exist."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        there = sorted(known)
        names = ", ".join(there) or "none"
        super().__init__(f"There is no {kind} {name!r}. Known: {names}.{did_you_mean(name, there)}")
        self.kind, self.name = kind, name


class Conflict(UsageError):
    """What was asked for collides with what is there."""


class ServerUnavailable(MockserversError):
    """A server that should answer does not."""


class InsufficientStorage(MockserversError):
    """The disk does not take an upload, or a state of lines. Nothing of it is kept."""


class UnreadableStorage(MockserversError):
    """What was spooled cannot be read back; the message has its path."""
