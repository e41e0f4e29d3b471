"""The interface of a vendor: its functions, collections and contract.

Each vendor's package has one `Vendor`, `VENDOR`. All its functions are pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from mockservers.core.contract.contract import Contract
from mockservers.core.contract.parameters import WrongParameter
from mockservers.core.deciding.document_keys import DocumentKeys
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Body, Call, Job, Request
from mockservers.core.exchange.decision import Decision
from mockservers.core.state.file_digest import Content
from mockservers.core.value import Value, field, force_setattr

Document = Mapping[str, Any]
Decide = Callable[[Call, View], Decision]
DecideJob = Callable[[Job, View], Decision]
RefuseParameters = Callable[[Call, View, Sequence[WrongParameter]], Decision | None]


class Complete(Protocol):
    """Add the fields to a seeded document that the vendor would add: ids, defaults, times."""

    def __call__(self, document: dict[str, Any], serial: int, now: datetime, /) -> dict[str, Any]: ...


def unchanged(document: dict[str, Any], _serial: int, _now: datetime) -> dict[str, Any]:
    """Return a seeded document unchanged."""
    return document


class OnField(Value):
    """An index on a field; absent and null values are not indexed."""

    field: str

    def __call__(self, document: Document) -> Iterable[str]:
        value = document.get(self.field)
        return () if value is None else (str(value),)


class Collection(Value):
    """A collection of documents of one kind.

    `key` returns a document's key as text; `indexes` return the values by which `View.find` finds it. The state does
    not show `internal` collections. A collection with `content` holds the lines of uploads in the spool; `content`
    digests the part of a document that the vendor keeps, and `noted` adds a document, its line and its position to the
    `notes` of a digest, for an upload that is read from an export. `render` converts a document for the state.
    `derived` computes the whole collection for the state; a collection that is not `stored` has only that. Seeded
    documents of a derived collection must equal the computed ones. `problem` returns why a seeded document is invalid,
    in a sentence that ends with the fix. `keys` are the allowed keys of a seeded document; without it, any. The value
    of each key must be valid by one of the `schemas` that know the key. Seeded documents may lack any key.
    """

    key: Callable[[Document], str]
    indexes: Mapping[str, Callable[[Document], Iterable[str]]] = field(default_factory=dict)
    complete: Complete = unchanged
    internal: bool = False
    content: Callable[[Document, Contract], Content] | None = None
    noted: Callable[[Any, Document, int, int], Any] | None = None
    render: Callable[[dict[str, Any], View], dict[str, Any]] | None = None
    derived: Callable[[View], list[dict[str, Any]]] | None = None
    stored: bool = True
    problem: Callable[[Document, Contract], str] | None = None
    keys: DocumentKeys | None = None
    schemas: tuple[str, ...] = ()
    _indexed_fields: tuple[str, ...] = ()
    """The fields of the indexes, which the constructor finds; empty if one of them is not on a field."""

    def __post_init__(self) -> None:
        fields = tuple(index.field for index in self.indexes.values() if isinstance(index, OnField))
        force_setattr(self, "_indexed_fields", fields if len(fields) == len(self.indexes) else ())

    def have_same_index_values(self, one: Document, other: Document) -> bool:
        """Whether two documents certainly have the same index values. False means that it is not certain."""
        fields = self._indexed_fields
        # By repr, because 1, 1.0 and True are equal in Python, and indexes use their texts.
        return bool(fields) and list(map(repr, map(one.get, fields))) == list(map(repr, map(other.get, fields)))


def by(field_name: str) -> Callable[[Document], str]:
    """Return a `key` function that reads a field."""
    return lambda document: str(document[field_name])


def on(field_name: str) -> Callable[[Document], Iterable[str]]:
    """Return an index on a field."""
    return OnField(field_name)


class Vendor(Value):
    """The Python code of a vendor.

    `contract_folder` holds its contract. `operations` decide calls, by operationId; `jobs` decide jobs, by name.
    `credentials` reads the credentials from a call, None if there are none; `unauthenticated` decides calls whose
    credentials select no tenant. `wrong_parameters` refuses a call with parameters that their schemas do not accept, or
    returns None if the operation decides it; without it, operations check their parameters themselves. `read` parses
    the request body of an operation; by default a body is JSON. `needs` are the requirements of the code on the
    contract's schemas, by reference (core/contract/needs.py).
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
    wrong_parameters: RefuseParameters | None = None
