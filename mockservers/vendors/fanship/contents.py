"""The content of a line as a digest: null equals absent, 100 equals 100.0, true is not 1, equal instants are equal.

`Contents.of` is the reference. `Contents.of_many` does the same for many documents at a fraction of the cost. A
property test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta
from functools import lru_cache
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.contract.typed_lines import EXACT, LineDecoder
from mockservers.core.state.file_digest import LEAVES_COUNTED, Content
from mockservers.core.values.canonical_dates import CanonicalDates
from mockservers.core.values.equality import (
    PLAIN,
    Equality,
    lines_written_quickly,
    of_schema,
    written,
    written_digests,
    written_quickly,
)

PURCHASE, MEMBER = "purchase.schema.json", "member.schema.json"

DATES = CanonicalDates(timedelta(hours=9))
"""The offset of Japan, which most lines have, so that those need no conversion."""

_AS_SENT = {"string", "boolean", "null"}
"""Types whose values are their own canonical form."""

_SIMPLE = (str, int, bool, type(None))

Document = Mapping[str, Any]


class Contents:
    """Digests and comparisons of documents of one schema.

    The canonical form of a document is a line with a JSON object without empty values: keys in the order of the
    schema and then of the alphabet, numbers and dates in one form. A plain line, as clients write it, is its own
    canonical form.
    """

    def __init__(self, contract: Contract, file: str) -> None:
        properties = contract.resolve(file)["properties"]
        self._equality: Equality = of_schema(contract.resolve(file), contract.resolve)
        self._forms: dict[str, Callable[[Any], Any]] = {
            name: DATES.canonical if properties[name].get("format") == "date-time" else each.canonical
            for name, each in self._equality.properties.items()
            if each.form
        }
        self._as_sent = {name for name, each in properties.items() if _types(each) <= _AS_SENT} - self._forms.keys()
        self._order = list(properties)

    def of(self, document: Document) -> Content:
        """Return the content of one document."""
        stated = _without_empties(document)
        return Content(written_digests((self._text(stated),))[0], min(_leaves(stated), LEAVES_COUNTED))

    def of_many(self, documents: list[dict[str, Any]], names: AbstractSet[str]) -> tuple[list[bytes], list[int]]:
        """Return the contents of many documents, as two columns: digests and counts of leaves.

        `names` is the union of the documents' keys. The documents are changed in place, to their canonical form.
        """
        nested: set[int] = set()
        for name in names - self._as_sent:
            if name in self._forms:
                self._normalize_form(name, documents)
            else:
                nested.update(self._normalize_values(name, documents))
        ordered = self._ordered(names)
        stated = [
            {name: each[name] for name in ordered if name in each and each[name] is not None} for each in documents
        ]
        try:
            texts = list(map(self._joined, stated)) if nested else lines_written_quickly(stated)
        except TypeError:  # a number or a text that orjson cannot write
            texts = list(map(self._joined, stated))
        leaves = list(map(len, stated))
        for at in nested:
            leaves[at] = sum(1 if name in self._forms else _leaves(value) for name, value in stated[at].items())
        if len(names) > LEAVES_COUNTED or nested:
            leaves = [min(count, LEAVES_COUNTED) for count in leaves]
        return written_digests(texts), leaves

    def _text(self, stated: Document) -> bytes:
        """Return the canonical form of a document without empty values."""
        canonical = {name: self._canonical(name)(value) for name, value in stated.items()}
        return self._joined({name: canonical[name] for name in self._ordered(canonical.keys())})

    def _joined(self, canonical: Document) -> bytes:
        return b"{" + b",".join(b"%s:%s" % (written(name), written(each)) for name, each in canonical.items()) + b"}\n"

    def _ordered(self, names: AbstractSet[str]) -> list[str]:
        return [name for name in self._order if name in names] + sorted(names - set(self._order))

    def _canonical(self, name: str) -> Callable[[Any], Any]:
        return self._forms.get(name) or self._equality.properties.get(name, PLAIN).canonical

    def contains(self, held: Document, sent: Document) -> bool:
        """Return whether the held document has every value of the sent one."""
        return self._equality.contains(held, sent)

    def _normalize_values(self, name: str, documents: Iterable[dict[str, Any]]) -> Iterator[int]:
        """Write 100.0 as 100, and remove empty values from lists and objects. Yield the position of each of these."""
        canonical = self._equality.properties.get(name, PLAIN).canonical
        for at, document in enumerate(documents):
            value = document.get(name)
            kind = value.__class__
            if kind is float and -EXACT < value < EXACT:  # type: ignore[operator]
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


@lru_cache(maxsize=32)
def contents_for(contract: Contract, file: str) -> Contents:
    """Return the `Contents` of one of the contract's schemas."""
    return Contents(contract, file)


@lru_cache(maxsize=32)
def decoder_for(contract: Contract, file: str, columns: frozenset[str]) -> LineDecoder:
    """Return a decoder for lines of one of the contract's schemas. `columns` are the keys whose values are noted."""
    return LineDecoder(contract.resolve(file), columns | {"id"}, DATES)


def purchase_content(purchase: Document, contract: Contract) -> Content:
    """Return the content of a purchase."""
    return contents_for(contract, PURCHASE).of(purchase)


def member_content(member: Document, contract: Contract) -> Content:
    """Return the content of a member."""
    return contents_for(contract, MEMBER).of(member)


def _types(schema: Mapping[str, Any]) -> set[str]:
    """Return the types that a property may have; `any` if the schema names none."""
    types = schema.get("type", "any")
    return {types} if isinstance(types, str) else set(types)


def digests_of_ids(ids: Sequence[str]) -> list[bytes]:
    """Return the digests of the documents' ids."""
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
    """Count the scalars in a value."""
    if isinstance(value, dict):
        return sum(map(_leaves, value.values()))
    return sum(map(_leaves, value)) if isinstance(value, list) else 1
