"""What the calls that store records know of them: an item as it was sent, a kind of record, the work of one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.values.json_text import pointer
from mockservers.vendors.zangsho.holding import shown
from mockservers.vendors.zangsho.payments import Looks
from mockservers.vendors.zangsho.problems import Problem
from mockservers.vendors.zangsho.values import Content, Formats

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Item:
    """One record as it was sent. `given` are the fields that say something; `base` is its place in the body."""

    index: int
    base: str
    sent: Any
    given: dict[str, Any]

    def at(self, *tokens: str) -> tuple[str, ...]:
        """The place of the item, or of something in it; none for the whole body."""
        place = self.base + pointer(*tokens)
        return (place,) if place else ()

    def where(self, name: str) -> tuple[str, ...]:
        """The place of a field, or of the item where the field is not."""
        return self.at(name) if isinstance(self.sent, dict) and name in self.sent else self.at()


@dataclass(frozen=True, slots=True)
class Work:
    """One call that stores records of a kind. `alone` is a record that is created by itself, not in a batch."""

    draft: Draft
    kind: Kind
    formats: Formats
    alone: bool

    def item(self, sent: Any, index: int = 0, base: str = "") -> Item:
        fields = given(sent, self.formats) if isinstance(sent, dict) else {}
        self._drop_empty_list(fields)
        item = Item(index, base, sent, fields)
        self._note_blanks(item)
        return item

    def _note_blanks(self, item: Item) -> None:
        """Note text that has white space alone: it is dropped as an empty text is, but it is not nothing."""
        rule_id = "zangsho.item.empty-is-absent"
        for name, value in item.sent.items() if isinstance(item.sent, dict) else ():
            if name in self.formats.names and is_blank(value) and value:
                done = "was sent blank, and counts as not given"
                self.draft.note("noted", rule_id, item=item.index, at=item.at(name), key=name, done=done)

    def _drop_empty_list(self, fields: dict[str, Any]) -> None:
        """PHP writes an empty object as an empty list."""
        if fields.get("metadata") == [] and self.draft.reading("zangsho.item.metadata-list") == "accept":
            del fields["metadata"]

    def identifier(self, item: Item) -> str | None:
        """What names an item in the answer: what was given for its key, null where nothing was."""
        value = item.given.get(self.draft.value("zangsho.batch.conflict-key", self.kind.name))
        if isinstance(value, str):
            return value
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else None

    def differing(self, fields: Fields, held: Document) -> list[str]:
        """The fields of an item that a record does not hold so."""
        return self.formats.differing(fields, self.kind.compared(self, held))

    def note(self, item: Item, content: Content) -> None:
        """Say what there is to say of values that are kept."""
        for kind, rule_id, name, values in content.notes:
            self.draft.note(kind, rule_id, item=item.index, at=item.at(name), key=name, **values)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record.

    `name` is the vendor's in paths and envelopes, `noun` the singular in the Activity Log. `schema` is that of a record
    created by itself, `batch` that of an envelope, `fields` where the properties stand. `taken` is the rule by which a
    record that is there already refuses one created by itself.

    `held` finds the record that an item conflicts with, `create` and `update` make the document and lay it. `compared`
    is a record with all that an item can say of it, `whole` one with what is made when it is looked at.
    """

    name: str
    noun: str
    collection: str
    shape: Fields
    schema: str
    batch: str
    fields: str
    taken: str
    held: Callable[[Work, Fields], Document | None]
    create: Callable[[Work, Item, Fields], Document | Problem]
    update: Callable[[Work, Item, Fields, Document], Document | Problem]
    compared: Callable[[Work, Document], Fields] = lambda _work, document: document
    whole: Callable[[Looks, Document], Document] = lambda _looks, document: document

    def shown(self, looks: Looks, document: Document) -> dict[str, Any]:
        """A record as it is answered."""
        return shown(self.whole(looks, document), self.shape)

    def limit(self, draft: Draft) -> int:
        """How many of them a batch may have."""
        most: int = draft.contract.resolve(self.batch)["properties"][self.name]["maxItems"]
        return most

    def work(self, draft: Draft, *, alone: bool) -> Work:
        return Work(draft, self, Formats.of(draft.contract, self.fields), alone)


def given(sent: Fields, formats: Formats) -> dict[str, Any]:
    """The fields that the vendor knows and that say something, emails without white space around them."""
    known = formats.names
    fields = {
        name: value for name, value in sent.items() if name in known and value is not None and not is_blank(value)
    }
    for name in formats.emails:
        email = fields.get(name)
        if isinstance(email, str):
            fields[name] = email.strip()
    return fields


def is_blank(value: Any) -> bool:
    """Whether a value is a text without a character that says something."""
    return isinstance(value, str) and not value.strip()
