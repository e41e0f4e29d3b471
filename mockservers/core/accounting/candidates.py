"""The documents that may hold an item: all of them, or only those that share one of its rare texts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

Document = Mapping[str, Any]

RARE = 8
"""A text in more documents than this does not identify the document of an item."""


class Candidates:
    """Documents, indexed by their texts on first use."""

    def __init__(self, documents: Mapping[str, Sequence[Document]], rare: int = RARE) -> None:
        self._documents, self._rare = documents, rare

    def __iter__(self) -> Iterator[Document]:
        for documents in self._documents.values():
            yield from documents

    def near(self, item: Any) -> list[Document]:
        """Return the documents that share a rare text with an item, without regard to case."""
        by_identity: dict[int, Document] = {}
        for text in set(_texts(item)):
            documents = self._by_text.get(text, ())
            if len(documents) <= self._rare:
                by_identity.update((id(document), document) for document in documents)
        return list(by_identity.values())

    @cached_property
    def _by_text(self) -> dict[str, list[Document]]:
        by_text: dict[str, list[Document]] = defaultdict(list)
        for document in self:
            for text in set(_texts(document)):
                documents = by_text[text]
                if len(documents) <= self._rare:
                    documents.append(document)
        return dict(by_text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value.casefold()
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
