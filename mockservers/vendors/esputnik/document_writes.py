"""Items of one request that write the same document: the last one wins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.exchange.decision import OutcomeKind
from mockservers.core.value import Value
from mockservers.core.values.equality import At
from mockservers.vendors.esputnik.comparison import missing_places

Document = Mapping[str, Any]


class Write(Value):
    """The sent item, its document after the write, and the item's outcome so far."""

    index: int
    kind: OutcomeKind
    sent: Document
    after: Document


class DocumentWrites:
    """The items of a request by the document that they write."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._by_key: dict[str, list[Write]] = {}

    def add(self, key: str, write: Write) -> None:
        """Remember an item that wrote the document under a key."""
        self._by_key.setdefault(key, []).append(write)

    def sent_names(self, key: str) -> set[str]:
        """The fields of the document under a key that the items so far sent."""
        return {name for write in self._by_key.get(key, ()) for name in write.sent}

    def results(self) -> Iterator[tuple[Write, list[At]]]:
        """Each item with the places in it that a later item of the request replaced."""
        for writes in self._by_key.values():
            final = writes[-1].after
            for write in writes:
                yield write, [] if write is writes[-1] else self._replaced(write, final)

    def _replaced(self, write: Write, final: Document) -> list[At]:
        never_stored = set(missing_places(self._draft, write.after, write.sent))
        return [at for at in missing_places(self._draft, final, write.sent) if at not in never_stored]
