"""A file of JSON lines, read once: a digest of its documents, and notes on deviations.

Pure over the lines. Nothing here depends on a tenant. What depends on one (readings, time, state) is decided on the
digest later, under the tenant's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.state.file_digest import Digest
from mockservers.core.state.spool import Spooled
from mockservers.core.values.equality import contains, written_digests
from mockservers.core.values.json_text import NotJson, flat_objects, loads, pointer, tokens_of, value_at
from mockservers.core.values.surrogates import has_surrogate
from mockservers.vendors.fanship.contents import contents_for, decoder_for, digests_of_ids
from mockservers.vendors.fanship.file_notes import FileNotes
from mockservers.vendors.fanship.line_batches import BYTE_ORDER_MARK, LineBatch, line_batches
from mockservers.vendors.fanship.line_problems import LineProblem, not_json, too_long, violated
from mockservers.vendors.fanship.purchase_notes import NOTED, Column
from mockservers.vendors.fanship.views import PROMOTION_ID, without_keys

_MAY_BE_HALF = b"\\u"
"""JSON can contain a lone surrogate only as an escape. Only the slow path accepts a line with one."""

_HALF_CHARACTER = LineProblem("has half of a character in a text")

NoteDocuments = Callable[[FileNotes, Column, AbstractSet[str], Sequence[int], int], None]
"""(notes, columns of documents, the union of their keys, their line numbers, the position of the first of them)"""


class FileReader:
    """Digests files whose lines obey one schema. `note_documents` adds notes on documents that are accepted."""

    def __init__(self, contract: Contract, schema: str, note_documents: NoteDocuments | None = None) -> None:
        self._contract = contract
        self._validator = contract.validator(schema)
        self._contents = contents_for(contract, schema)
        self._decoder = decoder_for(contract, schema, NOTED)
        self._known = frozenset(self._validator.shape.properties) | {*PROMOTION_ID}
        self._note_documents = note_documents
        self._line_bytes: int = contract.value("fanship.upload.no-size-limit", "line_bytes")

    def digest(self, source: Spooled) -> Digest:
        """Read a file from its first line to its last."""
        notes = FileNotes(has_mark=source.head(len(BYTE_ORDER_MARK)) == BYTE_ORDER_MARK)
        digest = Digest(source, notes=notes)
        for batch in line_batches(source, len(BYTE_ORDER_MARK) if notes.has_mark else 0, self._line_bytes):
            if batch.too_long or not self._add_typed(digest, batch):
                batch = batch.without_white_space()  # noqa: PLW2901 - of which nothing else is needed
                if batch.texts and (batch.too_long or not self._add_flat(digest, batch)):
                    self._add_one_by_one(digest, batch)
            digest.items += len(batch.texts)
        return digest

    def _add_typed(self, digest: Digest, batch: LineBatch) -> bool:
        """Add lines if all are plain. Return False if one may not be."""
        typed = self._decoder.decode(batch.texts)
        if typed is None:
            return False
        contents = written_digests(typed.texts), typed.leaves
        self._add(digest, typed.column, typed.names, contents, batch.offsets, batch.numbers)
        return True

    def _add_flat(self, digest: Digest, batch: LineBatch) -> bool:
        """Add lines if all are valid and have neither nesting nor unknown keys. Return False if one may not be."""
        documents = self._flat_documents(batch.texts)
        names = set().union(*documents or ())
        if not documents or not names <= self._known:
            return False
        self._add_documents(digest, documents, names, batch.offsets, batch.numbers)
        return True

    def _add_documents(
        self,
        digest: Digest,
        documents: list[dict[str, Any]],
        names: AbstractSet[str],
        offsets: Sequence[int],
        numbers: Sequence[int],
    ) -> None:
        columns = {name: [document.get(name) for document in documents] for name in NOTED & names | {"id"}}
        contents = self._contents.of_many(documents, names)
        self._add(digest, columns.__getitem__, names, contents, offsets, numbers)

    def _add(
        self,
        digest: Digest,
        column: Column,
        names: AbstractSet[str],
        contents: tuple[Sequence[bytes], Sequence[int]],
        offsets: Sequence[int],
        numbers: Sequence[int],
    ) -> None:
        if self._note_documents is not None:
            self._note_documents(digest.notes, column, names, numbers, len(digest))
        digest.extend(digests_of_ids(column("id")), contents, offsets, numbers)

    def _add_one_by_one(self, digest: Digest, batch: LineBatch) -> None:
        accepted: list[tuple[dict[str, Any], int, int]] = []
        for at, (text, offset, number) in enumerate(zip(batch.texts, batch.offsets, batch.numbers, strict=True)):
            if number in batch.too_long:
                digest.notes.refuse("fanship.upload.no-size-limit", number, "", too_long(self._line_bytes))
                document = None
            else:
                document = self._document(digest.notes, number, text, len(digest) + len(accepted))
            if document is None:
                digest.unusable.append(digest.items + at)
            else:
                accepted.append((document, offset, number))
        if accepted:
            documents, offsets, numbers = zip(*accepted, strict=True)
            self._add_documents(digest, list(documents), set().union(*documents), offsets, numbers)

    def _flat_documents(self, texts: Sequence[bytes]) -> list[dict[str, Any]] | None:
        """Return the documents of lines that are all valid and without nesting; otherwise None."""
        documents = flat_objects(texts)
        return documents if documents and self._validator.all_valid(documents) else None

    def _document(self, notes: FileNotes, number: int, line: bytes, position: int) -> dict[str, Any] | None:
        """Return the document of a line without unknown keys; None if the line is refused.

        Rules: `fanship.record.schema`, `fanship.record.property-limit`, `fanship.members.schema`.
        """
        try:
            text = loads(line)
        except NotJson as reason:
            notes.refuse("fanship.record.json-lines", number, "", not_json(line, reason))
            return None
        value = text.value
        if not self._validator.valid(value):
            value = self._without_invalid_date(notes, number, value, position)
            if value is None:
                return None
        lost = self._unknown_with_content(value) if text.duplicates else ()
        for at, earlier in text.duplicates:
            is_lost_anyway = any(f"{at}/".startswith(f"{place}/") for place in lost)
            says = not is_lost_anyway and not self._is_contained(text.value, at, earlier)
            notes.repeated.add(position, at, earlier, says=says)
        if _MAY_BE_HALF in line and has_surrogate(text.value):
            notes.half_characters.add(number, "", _HALF_CHARACTER)
            notes.half_positions.append(position)
        document: dict[str, Any] = value
        if not document.keys() <= self._known or "property" in document:
            document = self._without_unknown(notes, document, position)
        return document

    def _unknown_with_content(self, document: dict[str, Any]) -> list[str]:
        """Return the places of unknown keys whose values are lost."""
        unknown = self._validator.unknown(document)
        return [pointer(*at) for at, value in unknown if at != PROMOTION_ID and not contains(None, value)]

    def _is_contained(self, value: Any, at: str, earlier: Any) -> bool:
        """Return whether the last value of a repeated key contains an earlier one."""
        names, last = tokens_of(at), value_at(value, at)
        if len(names) == 1:
            return self._contents.contains({names[0]: last}, {names[0]: earlier})
        return contains(last, earlier)

    def _without_invalid_date(self, notes: FileNotes, number: int, value: Any, position: int) -> dict[str, Any] | None:
        """Note the problem of a line. Return the line if only its order_date is invalid, else None.

        The reading of `fanship.record.date-time` decides later whether such a line is refused or stored with null.
        """
        violations = self._validator.violations(value)
        rules = [(self._contract.ground_rule(violation), violation) for violation in violations]
        others = [(rule_id, violation) for rule_id, violation in rules if rule_id != "fanship.record.date-time"]
        for rule_id, violation in others[:1]:
            notes.refuse(rule_id, number, violation.pointer, violated(violation, value))
        if others:
            return None
        notes.invalid_dates.add(number, "/order_date", violated(violations[0], value))
        notes.dates.add(position, "/order_date", value["order_date"], says=True)
        return {name: item for name, item in value.items() if name != "order_date"}

    def _without_unknown(self, notes: FileNotes, document: dict[str, Any], position: int) -> dict[str, Any]:
        unknown = [(at, value) for at, value in self._validator.unknown(document) if at != PROMOTION_ID]
        for at, value in unknown:
            notes.unknown.add(position, pointer(*at), value, says=not contains(None, value))
        return without_keys(document, [at for at, _ in unknown]) if unknown else document
