"""A file of JSON lines, read once: a digest of its documents and a tally of everything odd about them.

Pure over the lines. Nothing here depends on a tenant; what depends on one (readings, time, what is held) is decided on
the digest later, under the tenant's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import accumulate, compress
from typing import Any, BinaryIO

from mockservers.core.contract.contract import Contract
from mockservers.core.contract.validation import Validator, Violation
from mockservers.core.state.spool import Digest, Spooled
from mockservers.core.values.equality import contains
from mockservers.core.values.json_text import NotJson, flat_objects, loads, pointer, tokens_of, value_at
from mockservers.vendors.fanship.contents import Contents, ids_of
from mockservers.vendors.fanship.notes import Notes, Tally

_AT_ONCE = 32 * 1024
"""Bytes of lines looked at together. More would not stay near the processor."""

_WHITE = b" \t\r\n"
"""White space of JSON; `bytes.strip` by itself takes more."""

_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class _Batch:
    """Some lines: their numbers from 1, their offsets into the file, their texts without white space around.

    `cut` are the numbers of those that are longer than a line may be; of these there is the beginning alone.
    """

    numbers: Sequence[int]
    offsets: Sequence[int]
    texts: Sequence[bytes]
    cut: frozenset[int]

    def without_blanks(self) -> _Batch:
        """The lines that have a text."""
        numbers, offsets = (list(compress(column, self.texts)) for column in (self.numbers, self.offsets))
        return _Batch(numbers, offsets, list(filter(None, self.texts)), self.cut)


class Reader:
    """Digests files of one schema. `extra` looks at documents that are whole, each with its line, for notes."""

    def __init__(
        self,
        contract: Contract,
        validator: Validator,
        contents: Contents,
        extra: Callable[[Notes, Sequence[Mapping[str, Any]], AbstractSet[str], Sequence[int], int], None],
    ) -> None:
        self._contract = contract
        self._validator = validator
        self._known = frozenset(validator.shape.properties) | {"promotion_id"}
        self._contents = contents
        self._extra = extra
        self._line_bytes: int = contract.value("fanship.upload.no-size-limit", "line_bytes")

    def digest(self, source: Spooled) -> Digest:
        """Read a file from its first line to its last."""
        notes = Notes(marked=source.head(len(_MARK)) == _MARK)
        digest = Digest(source, notes=notes)
        for batch in self._batches(source, len(_MARK) if notes.marked else 0):
            documents = None if batch.cut else self._plain(batch.texts)
            names = set().union(*documents or ())
            if documents and names <= self._known:
                self._take(digest, documents, names, batch.offsets, batch.numbers)
            else:
                self._take_each(digest, batch)
            digest.items += len(batch.texts)
        return digest

    def _take(
        self,
        digest: Digest,
        documents: list[dict[str, Any]],
        names: AbstractSet[str],
        offsets: Sequence[int],
        numbers: Sequence[int],
    ) -> None:
        """Note documents. Their contents come last: that brings them into another form."""
        ids = ids_of(documents)
        self._extra(digest.notes, documents, names, numbers, len(digest))
        digest.extend(ids, self._contents.of_many(documents, names), offsets, numbers)

    def _take_each(self, digest: Digest, batch: _Batch) -> None:
        taken: list[tuple[dict[str, Any], int, int]] = []
        for at, (text, offset, number) in enumerate(zip(batch.texts, batch.offsets, batch.numbers, strict=True)):
            if number in batch.cut:
                self._refuse(digest.notes, "fanship.upload.no-size-limit", number, "", self._too_long)
                document = None
            else:
                document = self._document(digest.notes, number, text, len(digest) + len(taken))
            if document is None:
                digest.unusable.append(digest.items + at)
            else:
                taken.append((document, offset, number))
        if taken:
            documents, offsets, numbers = zip(*taken, strict=True)
            self._take(digest, list(documents), set().union(*documents), offsets, numbers)

    @property
    def _too_long(self) -> str:
        return f"is longer than {self._line_bytes} bytes"

    def _plain(self, texts: Sequence[bytes]) -> list[dict[str, Any]] | None:
        """The documents of lines that are valid and nest nothing; None where one may be otherwise."""
        documents = flat_objects(texts)
        return documents if documents and self._validator.all_valid(documents) else None

    def _batches(self, source: Spooled, offset: int) -> Iterator[_Batch]:
        """The lines that are not blank, some at a time.

        Rule: `fanship.upload.blank-lines`.
        """
        number = 1
        with source.open() as reader:
            reader.seek(offset)
            while lines := self._some_lines(reader):
                texts = [line.strip(_WHITE) for line in lines]
                *offsets, after = accumulate(map(len, lines), initial=offset)
                cut = self._cut(lines, number)
                if cut:
                    after += _rest_of_line(reader, lines[-1])
                batch = _Batch(range(number, number + len(lines)), offsets, texts, cut)
                yield batch if all(texts) else batch.without_blanks()
                number, offset = number + len(lines), after

    def _some_lines(self, reader: BinaryIO) -> list[bytes]:
        """Lines as they are. One that is too long is the last of them, and cut."""
        lines: list[bytes] = []
        size, longest = 0, self._line_bytes + len(b"\r\n")
        while size < _AT_ONCE and (line := reader.readline(longest)):
            lines.append(line)
            size += len(line)
            if len(line) > self._line_bytes and self._cut(lines[-1:], 0):
                break
        return lines

    def _cut(self, lines: Sequence[bytes], number: int) -> frozenset[int]:
        """The number of the last of some lines, where it is longer than a line may be."""
        is_cut = len(lines[-1]) > self._line_bytes < len(lines[-1].rstrip(b"\r\n"))
        return frozenset({number + len(lines) - 1}) if is_cut else frozenset()

    def _document(self, notes: Notes, number: int, raw: bytes, position: int) -> dict[str, Any] | None:
        """The document of a line, without the keys that nobody knows; None when the line is refused.

        Rules: `fanship.record.schema`, `fanship.record.property-limit`, `fanship.members.schema`.
        """
        try:
            text = loads(raw)
        except NotJson as reason:
            self._refuse(notes, "fanship.record.json-lines", number, "", _not_json(raw, reason))
            return None
        value = text.value
        if not self._validator.valid(value):
            value = self._without_misdated(notes, number, value, position)
            if value is None:
                return None
        for at, lost in text.duplicates:
            notes.repeated.add(position, at, lost, says=not self._is_kept(text.value, at, lost))
        document: dict[str, Any] = value
        if not document.keys() <= self._known or "property" in document:
            document = self._without_unknown(notes, document, position)
        return document

    def _is_kept(self, value: Any, at: str, lost: Any) -> bool:
        """Whether a key that stands twice says nothing that its last value does not say."""
        names, last = tokens_of(at), value_at(value, at)
        if len(names) == 1:
            return self._contents.contains({names[0]: last}, {names[0]: lost})
        return contains(last, lost)

    def _without_misdated(self, notes: Notes, number: int, value: Any, position: int) -> dict[str, Any] | None:
        """Note what is wrong with a line: None, unless it is only an order_date that another reading takes for null."""
        violations = self._validator.violations(value)
        rules = [(self._contract.ground_rule(violation), violation) for violation in violations]
        others = [(name, violation) for name, violation in rules if name != "fanship.record.date-time"]
        for name, violation in others[:1]:
            self._refuse(notes, name, number, violation.pointer, _problem(violation))
        if others:
            return None
        notes.misdated.add(number, "/order_date", _problem(violations[0]))
        notes.dates.add(position, "/order_date", value["order_date"], says=True)
        return {name: item for name, item in value.items() if name != "order_date"}

    def _without_unknown(self, notes: Notes, document: dict[str, Any], position: int) -> dict[str, Any]:
        unknown = [found for found in self._validator.unknown(document) if found[0] != ("promotion_id",)]
        for at, value in unknown:
            notes.unknown.add(position, pointer(*at), value, says=not contains(None, value))
        return known(document, [at for at, _ in unknown]) if unknown else document

    def _refuse(self, notes: Notes, name: str, number: int, at: str, problem: str) -> None:
        notes.refused.setdefault(name, Tally()).add(number, at, problem)


def _rest_of_line(reader: BinaryIO, line: bytes) -> int:
    """Read on to the end of a line, and tell how many bytes that is."""
    rest = 0
    while line and line[-1:] != b"\n":
        line = reader.readline(_AT_ONCE)
        rest += len(line)
    return rest


def known(document: Mapping[str, Any], unknown: list[tuple[str | int, ...]]) -> dict[str, Any]:
    """A document less the unknown keys at its own level and in its properties."""
    gone = {at[0] for at in unknown if len(at) == 1}
    kept = {key: value for key, value in document.items() if key not in gone}
    nested = {at for at in unknown if len(at) > 1}
    if nested:
        kept["property"] = [
            {key: value for key, value in entry.items() if ("property", index, key) not in nested}
            for index, entry in enumerate(kept["property"])
        ]
    return kept


def _not_json(raw: bytes, reason: NotJson) -> str:
    """Why a line is not JSON, by its cause where there is one that is often met."""
    for start, cause in _CAUSES:
        if raw.startswith(start):
            return cause
    return f"is not JSON: {reason}"


_CAUSES = (
    (b"\x1f\x8b", "is compressed with gzip, where a file of plain text is expected"),
    (b"\x28\xb5\x2f\xfd", "is compressed with zstd, where a file of plain text is expected"),
    (b"PK\x03\x04", "is a ZIP archive, where a file of plain text is expected"),
    (b"\xff\xfe", "is UTF-16, where UTF-8 is expected"),
    (b"\xfe\xff", "is UTF-16, where UTF-8 is expected"),
    (_MARK, "begins with a byte order mark"),
)


def _problem(violation: Violation) -> str:
    if violation.keyword == "required":
        return f"lacks {violation.at[-1]}"
    return f"breaks `{violation.keyword}`: {violation.message[:200]}"
