"""What a vendor is to the core: a few functions, its collections, and a contract.

Each vendor's package makes one `Vendor`, `VENDOR`. Everything in it is pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from mockservers.core.contract.contract import Contract
from mockservers.core.deciding.document_keys import DocumentKeys
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Body, Call, Job, Request
from mockservers.core.exchange.decision import Decision
from mockservers.core.state.file_digest import Content

Document = Mapping[str, Any]
Decide = Callable[[Call, View], Decision]
DecideJob = Callable[[Job, View], Decision]


class Complete(Protocol):
    """Add to a seeded document what the vendor would have added: ids, defaults, times."""

    def __call__(self, document: dict[str, Any], serial: int, now: datetime, /) -> dict[str, Any]: ...


def as_it_is(document: dict[str, Any], _serial: int, _now: datetime) -> dict[str, Any]:
    """A seeded document that needs nothing added."""
    return document


@dataclass(frozen=True, slots=True)
class OnField:
    """An index on a field; absent and null values are not indexed."""

    field: str

    def __call__(self, document: Document) -> Iterable[str]:
        value = document.get(self.field)
        return () if value is None else (str(value),)


@dataclass(frozen=True, slots=True)
class Collection:
    """A kind of document that a vendor holds.

    `key` names a document's key as text; `indexes` the values by which `View.find` finds it. `internal` collections are
    not shown as state. One with `content` holds the lines of uploads in the spool; `content` digests what
    the vendor would keep of a document, and `noted` adds a document, its line and its position to what a digest notes
    besides, for an upload that is read from an export. `render` turns a document into what state shows.
    `derived` gives what state shows of the collection as a whole; one that is not `stored` has nothing else. What is
    put into either is refused unless it is what they show then.
    `problem` says why a seeded document cannot be held, in a sentence that ends with what to give instead. `keys` are
    those that a seeded document can have; without it, any. The values of each must be right by one of the `schemas`
    that know the key, of which a seeded document may leave out any.
    """

    key: Callable[[Document], str]
    indexes: Mapping[str, Callable[[Document], Iterable[str]]] = field(default_factory=dict)
    complete: Complete = as_it_is
    internal: bool = False
    content: Callable[[Document, Contract], Content] | None = None
    noted: Callable[[Any, Document, int, int], Any] | None = None
    render: Callable[[dict[str, Any], View], dict[str, Any]] | None = None
    derived: Callable[[View], list[dict[str, Any]]] | None = None
    stored: bool = True
    problem: Callable[[Document, Contract], str] | None = None
    keys: DocumentKeys | None = None
    schemas: tuple[str, ...] = ()
    _indexed_fields: tuple[str, ...] = field(init=False, repr=False)
    """The fields of the indexes; none where one of them is not on a field."""

    def __post_init__(self) -> None:
        fields = tuple(index.field for index in self.indexes.values() if isinstance(index, OnField))
        object.__setattr__(self, "_indexed_fields", fields if len(fields) == len(self.indexes) else ())

    def are_found_alike(self, one: Document, other: Document) -> bool:
        """Whether two documents are surely found under the same values: they are the same in all that is indexed."""
        fields = self._indexed_fields
        return bool(fields) and list(map(repr, map(one.get, fields))) == list(map(repr, map(other.get, fields)))


def by(field_name: str) -> Callable[[Document], str]:
    """The key that a field holds."""
    return lambda document: str(document[field_name])


def on(field_name: str) -> Callable[[Document], Iterable[str]]:
    """An index on a field."""
    return OnField(field_name)


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor's Python side.

    `contract_folder` holds its contract. `operations` decide calls by the contract's operationId; `jobs` decide what is
    done later. `credentials` reads the credentials off a call, None where there are none; `unauthenticated` decides
    calls whose credentials select no tenant. `read` turns a request into the body that a call of an operation has;
    where it is None a body is JSON. `needs` is what the code goes by in the contract's schemas, by their references
    (core/contract/needs.py).
    """

    name: str
    contract_folder: Path
    collections: Mapping[str, Collection]
    operations: Mapping[str, Decide]
    credentials: Callable[[Call, Contract], Mapping[str, str] | None]
    unauthenticated: Decide
    jobs: Mapping[str, DecideJob] = field(default_factory=dict)
    read: Mapping[str, Callable[[Request, Contract], Body]] = field(default_factory=dict)
    needs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
