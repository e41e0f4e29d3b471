"""The exceptions for mistakes of a user of mockservers, as one tree.

A refusal by a *vendor* is never an exception. It is data (`Decision.reply` and findings).

    MockserversError
    ├── ContractError      a contract file is wrong: file, pointer, reason and fix
    ├── UsageError         a function of mockservers received an argument that it cannot use
    │   ├── InvalidRequest a request of the admin API that its OpenAPI document does not allow
    │   ├── InvalidDocuments  documents with keys or values that no document of their collection has
    │   ├── UnknownName    no such vendor, tenant, collection, rule, choice or operation
    │   └── Conflict       the object exists already, or a limit of the server is reached
    ├── ServerUnavailable           a server did not start, or has stopped
    ├── InsufficientStorage         the disk has no space for an upload
    └── UnreadableStorage           a spooled file cannot be read
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

from mockservers.core.values.nearest import did_you_mean


class MockserversError(Exception):
    """Root of everything that mockservers raises at its user."""


class ContractError(MockserversError):
    """A contract file is invalid. The server does not start; the message names the place and the fix."""

    def __init__(self, file: str, pointer: str, reason: str, fix: str) -> None:
        super().__init__(f"{file}{'#' if pointer else ''}{pointer}: {reason}. {fix}")
        self.file, self.pointer, self.reason, self.fix = file, pointer, reason, fix


class UsageError(MockserversError):
    """An argument of the user cannot be used; the message says what to pass instead."""


@dataclass(frozen=True, slots=True)
class RequestError:
    """One error in a request: its place (a JSON pointer into the body, or a query parameter), a detail and a fix."""

    detail: str
    fix: str
    pointer: str | None = None
    parameter: str | None = None

    def __str__(self) -> str:
        place = f"query parameter {self.parameter}" if self.parameter is not None else self.pointer or "the body"
        return f"{place}: {self.detail} Fix: {self.fix}"


class PlacedErrors(UsageError):
    """All errors of one request, each with its place."""

    def __init__(self, errors: Iterable[RequestError]) -> None:
        self.errors = tuple(errors)
        super().__init__(" ".join(map(str, self.errors)))

    def below(self, place: str) -> Self:
        """Return the same errors with `place` in front of each pointer."""
        return type(self)(
            replace(error, pointer=place + error.pointer) if error.pointer is not None else error
            for error in self.errors
        )


class InvalidRequest(PlacedErrors):
    """A request of the admin API that its OpenAPI document does not allow."""


class InvalidDocuments(PlacedErrors):
    """Documents with keys or values that no document of their collection has."""


class UnknownName(UsageError):
    """A name that does not exist; the message lists the names that do."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        there = sorted(known)
        names = ", ".join(there) or "none"
        super().__init__(f"Unknown {kind} {name!r}. Available: {names}.{did_you_mean(name, there)}")
        self.kind, self.name = kind, name


class Conflict(UsageError):
    """A request that conflicts with the present state."""


class ServerUnavailable(MockserversError):
    """A server does not answer."""


class InsufficientStorage(MockserversError):
    """The disk has no space for an upload or for the lines of a state. Nothing of it is kept."""


class UnreadableStorage(MockserversError):
    """A spooled file cannot be read; the message has its path."""
