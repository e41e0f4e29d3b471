"""An item as it was sent, the type of its record, and the context of the call that writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.value import Value, field
from mockservers.core.values.json_text import pointer
from mockservers.vendors.zangsho.payments import Documents
from mockservers.vendors.zangsho.problems import Problem, invalid
from mockservers.vendors.zangsho.stored_values import StoredValues
from mockservers.vendors.zangsho.values import FieldFormats, is_blank

Fields = Mapping[str, Any]
NOT_STORED = frozenset({"customer_id", "customer_email", "customer_name", "reason"})
"""Fields of requests that some types of records do not store under the same name."""


class Item(Value):
    """One record as it was sent. `list_at` is the place of its list, empty if the item is the whole body.

    `checked` are the fields that are not empty, which the schema validates; `stated` are the known ones among them.
    `is_plain`: it is valid, and stored as it is stated (plain_items.py).
    """

    index: int
    list_at: str
    sent: Any
    stated: dict[str, Any]
    checked: dict[str, Any]
    is_plain: bool = False

    def at(self, *tokens: str) -> tuple[str, ...]:
        """Return the place of the item, or a place in it. The place of a whole body is empty."""
        place = f"{self.list_at}/{self.index}" if self.list_at else ""
        return (place + pointer(*tokens),)

    def where(self, name: str) -> tuple[str, ...]:
        """Return the place of a field, or of the item if the field was not sent."""
        return self.at(name) if isinstance(self.sent, dict) and name in self.sent else self.at()


class WriteContext(Value):
    """The context of one call that stores records of a type.

    `is_single`: the call creates a single record, not a batch. `conflict_key` is the field that identifies
    an item. `customers` are those found so far by an email that an order states: no order changes them.
    """

    draft: Draft
    record_type: RecordType
    formats: FieldFormats
    is_single: bool
    conflict_key: str
    customers: dict[str, Document] = field(default_factory=dict)

    def item(self, sent: Any, index: int = 0, list_at: str = "") -> Item:
        """Return an item from a sent object. Blank texts are noted."""
        checked = _stated_fields(sent, self.formats) if isinstance(sent, dict) else {}
        if checked.get("metadata") == [] and self.draft.reading("zangsho.item.metadata-list") == "accept":
            del checked["metadata"]  # PHP writes an empty object as an empty list
        names, stated = self.formats.names, checked
        if not checked.keys() <= names:
            stated = {name: value for name, value in checked.items() if name in names}
        item = Item(index, list_at, sent, stated, checked)
        if isinstance(sent, dict) and len(sent) > len(checked):
            self._note_blanks(item)
        return item

    def _note_blanks(self, item: Item) -> None:
        """Note texts of only white space: they are dropped like an empty text, although something was sent."""
        rule_id = "zangsho.item.empty-is-absent"
        for name, value in item.sent.items():
            if name in self.formats.names and is_blank(value) and value:
                done = "was sent blank, and counts as not given"
                self.draft.note("noted", rule_id, item=item.index, at=item.at(name), key=name, done=done)

    @property
    def added(self) -> tuple[str, ...]:
        """Return the fields that a contract adds to those of the vendor's pages. They are stored as they are sent."""
        return tuple(sorted(self.formats.names - set(self.record_type.shape) - NOT_STORED))

    def identifier(self, stated: Fields) -> str | None:
        """Return the identifier of an item in the reply: the value of its conflict key, or null."""
        value = stated.get(self.conflict_key)
        if value.__class__ is str:
            return value
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else None

    def differing(self, fields: Fields, record: Document) -> list[str]:
        """Return the fields of an item whose value a record does not hold."""
        return self.formats.differing(fields, self.record_type.comparable(self, record))

    def note(self, item: Item, values: StoredValues) -> None:
        """File the notes on values that are stored."""
        for kind, rule_id, name, rule_values in values.notes:
            self.draft.note(kind, rule_id, item=item.index, at=item.at(name), key=name, **rule_values)


class RecordType(Value, eq=False):
    """A type of record.

    `name` is the vendor's in paths and envelopes, `noun` the singular in the Activity Log. `record` is the schema of an
    answered record, and its properties are answered. `schema` is that of a record created by itself, `batch` that of an
    envelope, `fields` the one with the properties. `taken` is the rule by which an existing record refuses one created
    by itself.

    `partly_listed` names the fields whose values the pages show in part, each with the rule that has the listed ones.
    Before an item is looked for, `missing` returns the problem of a field that a reading requires.
    `find` returns the record that an item conflicts with; `create` and `update` store a document and return it.
    `create_all` does so for many plain items, where all of them are new and leave nothing to note; None where one may
    not be: then nothing is stored, and no reading consulted.
    `comparable` returns a record with every field that an item can state, `complete` one with computed fields.
    """

    name: str
    noun: str
    collection: str
    shape: Fields
    record: str
    schema: str
    batch: str
    fields: str
    taken: str
    find: Callable[[WriteContext, Fields], Document | None]
    create: Callable[[WriteContext, Item, Fields], Document | Problem]
    update: Callable[[WriteContext, Item, Fields, Document], Document | Problem]
    create_all: Callable[[WriteContext, Sequence[Fields]], list[Document] | None] = lambda _context, _items: None
    missing: Callable[[WriteContext, Fields], Problem | None] = lambda _context, _fields: None
    partly_listed: Mapping[str, str] = field(default_factory=dict)
    comparable: Callable[[WriteContext, Document], Fields] = lambda _context, document: document
    complete: Callable[[Documents, Document], Document] = lambda _documents, document: document

    def answered(self, documents: Documents, document: Document) -> dict[str, Any]:
        """Return a record as answers show it."""
        answered: dict[str, Any] = documents.contract.reply_fields(self.record).of(self.complete(documents, document))
        return answered

    def limit(self, draft: Draft) -> int:
        """Return the most records of a batch."""
        limit: int = draft.contract.resolve(self.batch)["properties"][self.name]["maxItems"]
        return limit

    def context(self, draft: Draft, *, is_single: bool) -> WriteContext:
        """Return the context of a call that stores records of this type."""
        conflict_key = draft.value("zangsho.batch.conflict-key", self.name)
        return WriteContext(draft, self, FieldFormats.of(draft.contract, self.fields), is_single, conflict_key)

    def unlisted(self, draft: Draft, fields: Fields) -> Problem | None:
        """Return the problem of the first value that the pages do not show, if a reading refuses such values."""
        for name, rule_id in self.partly_listed.items():
            value = fields.get(name)
            is_unlisted = value is not None and value not in draft.value(rule_id, "seen")
            if is_unlisted and draft.reading(rule_id) == "seen-only":
                return invalid(draft.contract, rule_id, name, given=value)
        return None


def _stated_fields(sent: Fields, formats: FieldFormats) -> dict[str, Any]:
    """Return the fields that are not empty, with emails stripped of white space."""
    fields = {
        name: value for name, value in sent.items() if (value.strip() if value.__class__ is str else value is not None)
    }
    for name in formats.emails:
        email = fields.get(name)
        if isinstance(email, str):
            fields[name] = email.strip()
    return fields
