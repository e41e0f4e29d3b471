"""Items of one batch that write the same record: later ones are merged into earlier ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.exchange.decision import OutcomeKind
from mockservers.core.values.equality import Equality, of_schema
from mockservers.vendors.omnisegment.product_id_changes import ProductIdChanges

Content = Callable[[Document], Mapping[str, Any]]
"""Returns the content of a document in a form that can be compared with another one."""


class HasOutcome(Protocol):
    """An item whose outcome can be filed."""

    def outcome(self, kind: OutcomeKind, rule: str = "", at: str = "", /, **values: Any) -> None: ...


@dataclass(frozen=True, slots=True)
class Write:
    """What an item of a batch wrote, and its outcome if no later item changes it."""

    item: HasOutcome
    kind: OutcomeKind
    rule: str
    document: Document


@dataclass(frozen=True, slots=True)
class RecordType:
    """The records of one kind: their collection, their schema, and the function that returns their content."""

    collection: str
    schema: str
    content: Content


class BatchWrites:
    """The writes of the items of one batch, in order."""

    def __init__(self) -> None:
        self._written: dict[tuple[str, str], list[Write]] = {}
        self._record_types: dict[str, RecordType] = {}
        self.ids = ProductIdChanges()

    def add(self, record_type: RecordType, key: str, write: Write) -> None:
        """Add the write of a record."""
        self._record_types[record_type.collection] = record_type
        self._written.setdefault((record_type.collection, key), []).append(write)

    def before(self, record_type: RecordType, key: str) -> list[Mapping[str, Any]]:
        """The contents that earlier items of the batch wrote to a record."""
        writes = self._written.get((record_type.collection, key), ())
        return [record_type.content(write.document) for write in writes]

    def file(self, draft: Draft) -> None:
        """File the outcomes of the stored items, after the last item."""
        self.ids.file(draft)
        for (collection, key), writes in self._written.items():
            *earlier, last = writes
            if earlier:
                record_type = self._record_types[collection]
                equality = of_schema(draft.contract.resolve(record_type.schema), draft.contract.resolve)
                stored = record_type.content(draft.get(collection, key) or {})
                for write in earlier:
                    self._file_earlier(write, equality, record_type.content(write.document), stored, key)
            last.item.outcome(last.kind, last.rule)

    @staticmethod
    def _file_earlier(
        write: Write, equality: Equality, content: Mapping[str, Any], stored: Mapping[str, Any], key: str
    ) -> None:
        missing = list(equality.missing(stored, content))
        if missing:
            fields = ", ".join(dict.fromkeys(str(at[0]) for at in missing))
            write.item.outcome("overwritten", "omnisegment.batch.twice", name=key, fields=fields)
        else:
            write.item.outcome(write.kind, write.rule)


def order_content(order: Document) -> Mapping[str, Any]:
    """The content of an order: its products by their ids, whatever lists name them."""
    lists = ("products", "products_name", "products_quantity", "product_lines", "audience_id")
    content = {name: value for name, value in order.items() if name not in lists}
    quantities: dict[str, Any] = {}
    for line in order.get("product_lines", ()):
        name, times = line["product_id"], 1
        while f"{name} {times}" in quantities:
            times += 1
        quantities[f"{name} {times}"] = {
            "product_id": name,
            "product_quantity": line["product_quantity"] if order.get("products_quantity") else None,
        }
    return {**content, "products": quantities}


def member_content(member: Document) -> Mapping[str, Any]:
    """The content of a member: its tags as a set."""
    tags = member.get("tags")
    return {**member, "tags": dict.fromkeys(tags.split(","), True)} if isinstance(tags, str) else member
