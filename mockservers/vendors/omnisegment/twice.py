"""Items of one batch that are the same order or member: the later ones are laid over the earlier ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.exchange.decision import OutcomeKind
from mockservers.core.values.equality import Equality, of_schema
from mockservers.vendors.omnisegment.noting import NotedIds

Content = Callable[[Document], Mapping[str, Any]]
"""What a document says, in a form in which it can be looked up in another one."""


class Filed(Protocol):
    """An item, whose outcome can be said."""

    def outcome(self, kind: OutcomeKind, rule: str = "", at: str = "", /, **values: Any) -> None: ...


@dataclass(frozen=True, slots=True)
class Written:
    """What an item of a batch says, where it is held, and what became of the item."""

    item: Filed
    kind: OutcomeKind
    rule: str
    document: Document


@dataclass(frozen=True, slots=True)
class Place:
    """Where documents of a kind are held: their collection and schema, and what they say."""

    collection: str
    schema: str
    content: Content


class Writes:
    """What the items of one batch wrote, in their order."""

    def __init__(self) -> None:
        self._written: dict[tuple[str, str], list[Written]] = {}
        self._places: dict[str, Place] = {}
        self.ids = NotedIds()

    def add(self, place: Place, key: str, written: Written) -> None:
        """An item is held under a key."""
        self._places[place.collection] = place
        self._written.setdefault((place.collection, key), []).append(written)

    def before(self, place: Place, key: str) -> list[Mapping[str, Any]]:
        """What earlier items of the batch say of the document under a key."""
        return [place.content(written.document) for written in self._written.get((place.collection, key), ())]

    def file(self, draft: Draft) -> None:
        """Say what became of the items that were held, now that the last of them has come."""
        self.ids.file(draft)
        for (collection, key), writers in self._written.items():
            *earlier, last = writers
            if earlier:
                place = self._places[collection]
                equality = of_schema(draft.contract.resolve(place.schema), draft.contract.resolve)
                held = place.content(draft.get(collection, key) or {})
                for written in earlier:
                    self._file_earlier(written, equality, place.content(written.document), held, key)
            last.item.outcome(last.kind, last.rule)

    @staticmethod
    def _file_earlier(
        written: Written, equality: Equality, content: Mapping[str, Any], held: Mapping[str, Any], key: str
    ) -> None:
        lacking = list(equality.missing(held, content))
        if lacking:
            fields = ", ".join(dict.fromkeys(str(at[0]) for at in lacking))
            written.item.outcome("overwritten", "omnisegment.batch.twice", name=key, fields=fields)
        else:
            written.item.outcome(written.kind, written.rule)


def order_content(order: Document) -> Mapping[str, Any]:
    """What an order says: its products by their ids, however its lists name them."""
    lists = ("products", "products_name", "products_quantity", "product_lines", "audience_id")
    said = {name: value for name, value in order.items() if name not in lists}
    quantities: dict[str, Any] = {}
    for line in order.get("product_lines", ()):
        name, times = line["product_id"], 1
        while f"{name} {times}" in quantities:
            times += 1
        quantities[f"{name} {times}"] = {
            "product_id": name,
            "product_quantity": line["product_quantity"] if order.get("products_quantity") else None,
        }
    return {**said, "products": quantities}


def member_content(member: Document) -> Mapping[str, Any]:
    """What a member says: its tags one by one, in whatever order."""
    tags = member.get("tags")
    return {**member, "tags": dict.fromkeys(tags.split(","), True)} if isinstance(tags, str) else member
