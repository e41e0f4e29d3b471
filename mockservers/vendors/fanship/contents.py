"""The content of a line as a digest: null equals absent, 100 equals 100.0, true is not 1, equal instants are equal.

`Contents.of` is the reference. `Contents.of_many` does the same for many documents at a fraction of the cost. A
property test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.state.spool import LEAVES_COUNTED, Content
from mockservers.core.values.equality import PLAIN, Equality, of_schema, written, written_digests, written_quickly

PURCHASE, MEMBER = "purchase.schema.json", "member.schema.json"

_EXACT = 1e15
"""Whole numbers below this limit are the same as an int and as a double."""

_PLAIN_LENGTH = len("2026-01-15T10:00:00+09:00")
_MINUTES_REMEMBERED = 20_000
_AS_SENT = {"string", "boolean", "null"}
"""Types whose values are their own canonical form."""

_SIMPLE = (str, int, bool, type(None))

Document = Mapping[str, Any]


class Contents:
    """Digests and comparisons of documents of one schema."""

    def __init__(self, contract: Contract, file: str) -> None:
        properties = contract.resolve(file)["properties"]
        self._equality: Equality = of_schema(contract.resolve(file), contract.resolve)
        self._forms = {name: each.canonical for name, each in self._equality.properties.items() if each.form}
        self._dates = {name for name, each in properties.items() if each.get("format") == "date-time"}
        self._as_sent = {name for name, each in properties.items() if _types(each) <= _AS_SENT} - self._forms.keys()
        self._minutes: dict[str, str] = {}

    def of(self, document: Document) -> Content:
        """Return the content of one document."""
        stated = _without_empties(document)
        return Content(self._equality.digest(stated), min(_leaves(stated), LEAVES_COUNTED))

    def of_many(self, documents: list[dict[str, Any]], names: AbstractSet[str]) -> tuple[list[bytes], list[int]]:
        """Return the contents of many documents, as two columns: digests and counts of leaves.

        `names` is the union of the documents' keys. The documents are changed in place, to their canonical form.
        """
        nested: set[int] = set()
        for name in names - self._as_sent:
            if name in self._dates:
                self._normalize_instants(name, documents)
            elif name in self._forms:
                self._normalize_form(name, documents)
            else:
                nested.update(self._normalize_values(name, documents))
        try:
            texts = written_quickly(documents)
            if b":null" in b"".join(texts):
                documents = list(map(_without_nulls, documents))
                texts = written_quickly(documents)
        except TypeError:  # a number or a text that orjson does not write
            documents = list(map(_without_nulls, documents))
            texts = list(map(written, documents))
        leaves = list(map(len, documents))
        for at in nested:
            leaves[at] = sum(1 if name in self._forms else _leaves(value) for name, value in documents[at].items())
        if len(names) > LEAVES_COUNTED or nested:
            leaves = [min(count, LEAVES_COUNTED) for count in leaves]
        return written_digests(texts), leaves

    def contains(self, held: Document, sent: Document) -> bool:
        """Return whether the held document has every value of the sent one."""
        return self._equality.contains(held, sent)

    def _normalize_values(self, name: str, documents: Iterable[dict[str, Any]]) -> Iterator[int]:
        """Write 100.0 as 100, and remove empty values from lists and objects. Yield the position of each of these."""
        canonical = self._equality.properties.get(name, PLAIN).canonical
        for at, document in enumerate(documents):
            value = document.get(name)
            kind = value.__class__
            if kind is float and -_EXACT < value < _EXACT:  # type: ignore[operator]
                if value.is_integer():  # type: ignore[union-attr]
                    document[name] = int(value)  # type: ignore[arg-type]
            elif kind not in _SIMPLE:
                stated = canonical(_without_empties(value))
                document[name] = None if stated in ({}, []) else stated
                yield at

    def _normalize_form(self, name: str, documents: Iterable[dict[str, Any]]) -> None:
        canonical = self._forms[name]
        for document in documents:
            if document.get(name) is not None:
                document[name] = canonical(document[name])

    def _normalize_instants(self, name: str, documents: Iterable[dict[str, Any]]) -> None:
        """Look up common dates and times by minute and zone: many lines share them."""
        canonical, minutes = self._forms[name], self._minutes
        if len(minutes) > _MINUTES_REMEMBERED:
            minutes.clear()
        for document in documents:
            text = document.get(name)
            if text is None:
                continue
            if text.__class__ is not str or len(text) != _PLAIN_LENGTH or text[17] > "5":
                document[name] = canonical(text)
                continue
            minute = text[:16] + text[19:]
            prefix = minutes.get(minute)
            if prefix is None:
                form = canonical(f"{text[:16]}:00{text[19:]}")
                if form.__class__ is not list or not form[1].endswith(":00Z"):
                    document[name] = canonical(text)
                    continue
                prefix = minutes[minute] = form[1].removesuffix("00Z")
            document[name] = ["instant", f"{prefix}{text[17:19]}Z"]


@lru_cache(maxsize=32)
def contents_for(contract: Contract, file: str) -> Contents:
    """Return the `Contents` of one of the contract's schemas."""
    return Contents(contract, file)


def purchase_content(purchase: Document, contract: Contract) -> Content:
    """Return the content of a purchase."""
    return contents_for(contract, PURCHASE).of(purchase)


def member_content(member: Document, contract: Contract) -> Content:
    """Return the content of a member."""
    return contents_for(contract, MEMBER).of(member)


def _types(schema: Mapping[str, Any]) -> set[str]:
    """Return the types that a property may have; `any` where the schema states none."""
    types = schema.get("type", "any")
    return {types} if isinstance(types, str) else set(types)


def _without_nulls(document: Document) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value is not None}


def ids_of(documents: Iterable[Document]) -> list[bytes]:
    """Return the digests of the documents' ids."""
    ids = [document["id"] for document in documents]
    try:
        return written_digests(written_quickly(ids))
    except TypeError:  # a lone surrogate
        return written_digests(map(written, ids))


def _without_empties(value: Any) -> Any:
    """Return a value without the nulls, empty lists and empty objects in it."""
    if isinstance(value, Mapping):
        stated = ((name, _without_empties(item)) for name, item in value.items())
        return {name: item for name, item in stated if not _is_empty(item)}
    if isinstance(value, list):
        return [item for item in map(_without_empties, value) if not _is_empty(item)]
    return value


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, dict | list) and not value)


def _leaves(value: Any) -> int:
    """Return how many values in a value are neither object nor list."""
    if isinstance(value, dict):
        return sum(map(_leaves, value.values()))
    return sum(map(_leaves, value)) if isinstance(value, list) else 1
