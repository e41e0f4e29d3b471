"""Items of one request that write the same document: of what they say in turn, the last word is held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.exchange.decision import OutcomeKind
from mockservers.core.values.equality import At
from mockservers.vendors.esputnik.comparing import lacking

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """What an item says, where that leaves its document, and the item's outcome so far."""

    index: int
    kind: OutcomeKind
    sent: Document
    after: Document


class Writers:
    """The items of a request by the document that they write."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._by_key: dict[str, list[Written]] = {}

    def wrote(self, key: str, written: Written) -> None:
        """Remember an item that wrote the document under a key."""
        self._by_key.setdefault(key, []).append(written)

    def results(self) -> Iterator[tuple[Written, list[At]]]:
        """Each item, and the places of what it says that a later item of the request replaced."""
        for items in self._by_key.values():
            final = items[-1].after
            for written in items:
                yield written, [] if written is items[-1] else self._replaced(written, final)

    def _replaced(self, written: Written, final: Document) -> list[At]:
        never = set(lacking(self._draft, written.after, written.sent))
        return [at for at in lacking(self._draft, final, written.sent) if at not in never]
