"""Items of one batch that write the same record: later ones are merged into earlier ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.exchange.decision import OutcomeKind
from mockservers.core.value import Value
from mockservers.core.values.equality import Equality, of_schema
from mockservers.vendors.omnisegment.product_id_changes import ProductIdChanges
from mockservers.vendors.omnisegment.state import CUSTOM_FIELDS, pair

Content = Callable[[Document], Mapping[str, Any]]
"""Returns the content of a document in a comparable form."""


class HasOutcome(Protocol):
    """An item whose outcome can be filed."""

    def outcome(self, kind: OutcomeKind, rule: str = "", at: str = "", /, **values: Any) -> None: ...


class Write(Value):
    """What an item of a batch wrote, and its outcome if no later item changes it."""

    item: HasOutcome
    kind: OutcomeKind
    rule: str
    document: Document


class RecordType(Value):
    """The records of one kind: their collection, their schema, and the function that returns their content.

    `custom` is the kind for which their custom fields are declared; empty if they can have none.
    """

    collection: str
    schema: str
    content: Content
    custom: str = ""


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
                equality = self._equality(draft, record_type, earlier)
                stored = record_type.content(draft.get(collection, key) or {})
                for write in earlier:
                    self._file_earlier(write, equality, record_type.content(write.document), stored, key)
            last.item.outcome(last.kind, last.rule)

    @staticmethod
    def _equality(draft: Draft, record_type: RecordType, writes: Sequence[Write]) -> Equality:
        """The equality of records, by their schema and by the types of the custom fields that were written."""
        declared = {
            name: draft.get(CUSTOM_FIELDS, pair(record_type.custom, name))
            for write in writes
            for name in write.document
        }
        types = f"#/components/schemas/CustomFields/properties/{record_type.custom}/properties"
        custom = {name: {"$ref": f"{types}/{field['type']}"} for name, field in declared.items() if field is not None}
        return of_schema({"$ref": record_type.schema, "properties": custom}, draft.contract.resolve)

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
    """The content of an order: products by their ids, from all lists, and vouchers by their names."""
    lists = ("products", "products_name", "products_quantity", "product_lines", "audience_id", "voucher")
    content = {name: value for name, value in order.items() if name not in lists}
    has_quantities = bool(order.get("products_quantity"))
    products = [
        {
            "product_id": line["product_id"],
            "product_quantity": line["product_quantity"] if has_quantities else None,
        }
        for line in order.get("product_lines", ())
    ]
    vouchers = [voucher for voucher in order.get("voucher") or () if isinstance(voucher, dict)]
    return {
        **content,
        "products": _numbered(products, "product_id"),
        "voucher": _numbered(vouchers, "voucher_name"),
    }


def _numbered(objects: Sequence[Mapping[str, Any]], name: str) -> dict[str, Mapping[str, Any]]:
    """Objects by their name and its number of earlier occurrences, so that their order does not matter."""
    by_number: dict[str, Mapping[str, Any]] = {}
    times: Counter[Any] = Counter()
    for each in objects:
        times[each.get(name)] += 1
        by_number[f"{each.get(name)} {times[each.get(name)]}"] = each
    return by_number


def member_content(member: Document) -> Mapping[str, Any]:
    """The content of a member: its tags as a set."""
    tags = member.get("tags")
    return {**member, "tags": dict.fromkeys(tags.split(","), True)} if isinstance(tags, str) else member
