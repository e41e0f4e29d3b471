"""Large uploads: kept as files, known by a digest, never held as parsed rows.

Spooled   the bytes of one upload: in memory while small, in a file of its own beyond that
Digest    what a decision needs of each line: identity, content, place. Some fifty bytes a line
Lines     a collection of documents that lie in spooled files
"""

from __future__ import annotations

import os
import tempfile
import weakref
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

from mockservers.core.errors import InsufficientStorage
from mockservers.core.state.spool_folders import spool_directory
from mockservers.core.values.digests import Digests, as_number
from mockservers.core.values.equality import digest as digest_of
from mockservers.core.values.json_text import dumps, loads

IN_MEMORY = 64 * 1024
"""An upload up to this many bytes stays in memory."""

MANY = 50_000
"""Lines of a file that are too many for Python to have a number for each, over and above an array."""

LEAVES_COUNTED = 255
"""Values in a document that are counted one by one; there may be more."""

READ_AT_ONCE = 128 * 1024
"""Bytes by which a file is read."""


class Spooled:
    """Bytes written once and read often. The file behind it goes when nothing refers to it any more.

    What the disk does not take raises NoRoom, and the file is gone at once.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory
        self._memory: BytesIO = BytesIO()
        self._file: BinaryIO | None = None
        self._path: Path | None = None
        self.size = 0

    @classmethod
    def of(cls, content: bytes, directory: Path | None = None) -> Spooled:
        """Spool these bytes."""
        spooled = cls(directory)
        spooled.write(content)
        spooled.close()
        return spooled

    def write(self, data: bytes) -> int:
        """Append. Moves to a file when memory is no place for it."""
        self.size += len(data)
        try:
            if self._file is None and self.size > IN_MEMORY:
                self._move()
            return (self._file or self._memory).write(data)
        except OSError as error:
            raise self._given_up(error) from None

    def close(self) -> None:
        """End the writing; reading is by `open`."""
        try:
            if self._file is not None:
                self._file.close()
        except OSError as error:
            raise self._given_up(error) from None

    def _move(self) -> None:
        handle, name = tempfile.mkstemp(prefix="upload-", dir=self._directory or spool_directory())
        self._path = Path(name)
        weakref.finalize(self, self._path.unlink, missing_ok=True)
        self._file = os.fdopen(handle, "wb")
        self._file.write(self._memory.getvalue())
        self._memory = BytesIO()

    def _given_up(self, error: OSError) -> InsufficientStorage:
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
        where = self._path.parent if self._path else self._directory or tempfile.gettempdir()
        return InsufficientStorage(f"{where} does not take an upload of {self.size} bytes: {error.strerror or error}.")

    def open(self) -> BinaryIO:
        """A fresh reader from the start."""
        return self._path.open("rb", READ_AT_ONCE) if self._path else BytesIO(self._memory.getvalue())

    def head(self, size: int) -> bytes:
        """The first `size` bytes."""
        with self.open() as reader:
            return reader.read(size)


def identity(key: str) -> int:
    """The 128-bit identity by which a line's document is known in this process."""
    return as_number(digest_of(key))


class Content(NamedTuple):
    """What a document says: a digest, equal for equal content, and how many values that is (LEAVES_COUNTED at most)."""

    digest: bytes
    leaves: int


@dataclass(slots=True)
class Columns:
    """Documents in columns, one entry each: identity, content, and where its line begins in the file."""

    ids: Digests = field(default_factory=Digests)
    contents: Digests = field(default_factory=Digests)
    leaves: array[int] = field(default_factory=lambda: array("B"))
    offsets: array[int] = field(default_factory=lambda: array("q"))

    def take(self, others: Columns, positions: Sequence[int]) -> None:
        """Append those that stand at some positions of others."""
        self.ids.take(others.ids, positions)
        self.contents.take(others.contents, positions)
        self.leaves.extend([others.leaves[at] for at in positions])
        self.offsets.extend([others.offsets[at] for at in positions])


@dataclass(eq=False)
class Digest:
    """What deciding needs to know of a file, line by line, and what was found on the way.

    `columns` and `lines` (counted from 1) have an entry for each line that holds a document. `items` counts all lines
    that are not blank; those of them that hold none stand at the places `unusable`, from 0. `notes` is the vendor's own
    tally of what it found. Nothing of that changes once the file is read; `memo` keeps what was worked out about it,
    since a decision is made again under each reading.
    """

    source: Spooled
    columns: Columns = field(default_factory=Columns)
    lines: array[int] = field(default_factory=lambda: array("l"))
    unusable: array[int] = field(default_factory=lambda: array("l"))
    items: int = 0
    notes: Any = None
    memo: dict[Any, Any] = field(default_factory=dict, repr=False)

    def add(self, key: str, content: Content, offset: int, line: int) -> None:
        """Note one document."""
        self.extend((digest_of(key),), ((content.digest,), (content.leaves,)), (offset,), (line,))

    def extend(
        self,
        ids: Iterable[bytes],
        contents: tuple[Iterable[bytes], Iterable[int]],
        offsets: Iterable[int],
        lines: Iterable[int],
    ) -> None:
        """Note several documents. `contents` are the two columns of their `Content`."""
        self.columns.ids.extend(ids)
        self.columns.contents.extend(contents[0])
        self.columns.leaves.extend(contents[1])
        self.columns.offsets.extend(offsets)
        self.lines.extend(lines)

    @property
    def ids(self) -> Digests:
        """The identities of the documents."""
        return self.columns.ids

    @cached_property
    def unique(self) -> Sequence[int]:
        """The positions of the last line of each identity, in order."""
        return self._last_of_each() if self._repeats() else range(len(self))

    def _repeats(self) -> bool:
        """Whether an identity stands twice. Where there are many it is sought in parts, or it would fill memory."""
        high = self.columns.ids.high
        parts = [high] if len(high) < MANY else [[high[at] for at in part] for part in _parts(high, range(len(high)))]
        return any(len(set(part)) < len(part) for part in parts)

    def _last_of_each(self) -> Sequence[int]:
        ids = self.columns.ids
        return array("l", sorted({ids[at]: at for at in range(len(self))}.values()))

    @cached_property
    def positions(self) -> Sequence[int]:
        """For each document its place among the items of the file, from 0."""
        if not self.unusable:
            return range(len(self))
        unusable = set(self.unusable)
        return array("l", (item for item in range(self.items) if item not in unusable))

    def __len__(self) -> int:
        return len(self.lines)


class _Segment:
    """Lines of one file that a collection holds, in the order of their identities.

    `upload` names the upload that brought them, `label` is the vendor's own; both are empty for what was seeded.
    """

    __slots__ = ("columns", "label", "source", "upload")

    def __init__(self, source: Spooled, upload: str, label: str) -> None:
        self.source, self.upload, self.label = source, upload, label
        self.columns = Columns()


class Row(NamedTuple):
    """A line that a collection holds."""

    segment: _Segment
    at: int

    @property
    def upload(self) -> str:
        """The name of the upload that brought it; empty for what was seeded."""
        return self.segment.upload

    @property
    def label(self) -> str:
        """What its upload was labelled with."""
        return self.segment.label

    @property
    def id(self) -> int:
        """The identity of its document."""
        return self.segment.columns.ids[self.at]

    @property
    def content(self) -> int:
        """The digest of its content, as a number."""
        return self.segment.columns.contents[self.at]

    @property
    def leaves(self) -> int:
        """How many values it has, LEAVES_COUNTED at most."""
        return self.segment.columns.leaves[self.at]


class Lines:
    """Documents in spooled files, found by identity. Copies share the files: a copy is a moment kept."""

    def __init__(self, segments: tuple[_Segment, ...] = ()) -> None:
        self.segments = segments

    def copy(self) -> Lines:
        return Lines(self.segments)

    def __len__(self) -> int:
        return sum(len(segment.columns.ids) for segment in self.segments)

    def find(self, key: int) -> list[Row]:
        """The lines held under an identity, oldest first: one, unless a reading of the vendor's keeps several."""
        high, low, found = key >> 64, key & _LOW, list[Row]()
        for segment in self.segments:
            ids = segment.columns.ids
            found.extend(Row(segment, at) for at in _run(ids.high, high) if ids.low[at] == low)
        return found

    def has(self, columns: Columns, position: int) -> bool:
        """Whether a document of the same identity and the same content is held. Nothing is made for it."""
        ids, contents = columns.ids, columns.contents
        high, low = ids.high[position], ids.low[position]
        wanted, wanted_low = contents.high[position], contents.low[position]
        for segment in self.segments:
            held, saying = segment.columns.ids, segment.columns.contents
            for at in _run(held.high, high):
                if held.low[at] == low and saying.high[at] == wanted and saying.low[at] == wanted_low:
                    return True
        return False

    def content(self, key: int) -> int | None:
        """The content digest held under an identity, or None when it is not held."""
        found = self.find(key)
        return found[0].content if found else None

    def get(self, key: str) -> dict[str, Any] | None:
        """The document held under an id."""
        found = self.find(identity(key))
        if not found:
            return None
        with Documents() as documents:
            return documents.of(found[0])

    def rows(self) -> Iterator[Row]:
        """Everything held, in the order of identities within each upload."""
        for segment in self.segments:
            for at in range(len(segment.columns.ids)):
                yield Row(segment, at)

    def contents(self) -> Iterator[tuple[int, int]]:
        """(identity, content digest) of everything held."""
        for segment in self.segments:
            columns = segment.columns
            yield from ((columns.ids[at], columns.contents[at]) for at in range(len(columns.ids)))

    def documents(self) -> Iterator[dict[str, Any]]:
        """Everything held, in the order of its arrival, one document in memory at a time."""
        for segment in self.segments:
            with segment.source.open() as reader:
                for offset in sorted(segment.columns.offsets):
                    yield _line_at(reader, offset)

    def without(self, gone: frozenset[int]) -> Lines:
        """These lines less the identities given."""
        return self._kept(lambda row: row.id not in gone)

    def without_label(self, label: str) -> Lines:
        """These lines less those of uploads that were labelled so."""
        return Lines(tuple(segment for segment in self.segments if segment.label != label))

    def _kept(self, keeps: Callable[[Row], bool]) -> Lines:
        kept = []
        for segment in self.segments:
            fresh = _Segment(segment.source, segment.upload, segment.label)
            chosen = [at for at in range(len(segment.columns.ids)) if keeps(Row(segment, at))]
            fresh.columns.take(segment.columns, chosen)
            if chosen:
                kept.append(fresh)
        return Lines(tuple(kept))

    def with_taken(self, digest: Digest, taken: Iterable[int], *, upload: str = "", label: str = "") -> Lines:
        """These lines and the chosen ones of a digest."""
        segment = _Segment(digest.source, upload, label)
        high = digest.columns.ids.high
        for part in _parts(high, taken):
            segment.columns.take(digest.columns, sorted(part, key=high.__getitem__))
        return Lines((*self.segments, segment)) if len(segment.columns.ids) else self.copy()


_LOW = (1 << 64) - 1


def _run(column: array[int], value: int) -> range:
    """Where a value stands in a column that is in order."""
    first = bisect_left(column, value)
    after = first
    while after < len(column) and column[after] == value:
        after += 1
    return range(first, after)


class Documents:
    """Reads documents back from spooled files, each of which is opened once."""

    def __init__(self) -> None:
        self._readers: dict[Spooled, BinaryIO] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for reader in self._readers.values():
            reader.close()

    def read(self, source: Spooled, offset: int) -> dict[str, Any]:
        """The document whose line begins there."""
        reader = self._readers.get(source)
        if reader is None:
            reader = self._readers[source] = source.open()
        return _line_at(reader, offset)

    def of(self, row: Row) -> dict[str, Any]:
        """The document of a line."""
        return self.read(row.segment.source, row.segment.columns.offsets[row.at])


def _parts(high: array[int], positions: Iterable[int]) -> list[array[int]]:
    """Positions by the first byte of their identities, for sorting in parts: all at once they would fill memory."""
    parts = [array("l") for _ in range(256)]
    for at in positions:
        parts[high[at] >> 56].append(at)
    return parts


def _line_at(reader: BinaryIO, offset: int) -> dict[str, Any]:
    reader.seek(offset)
    document: dict[str, Any] = loads(reader.readline().strip()).value
    return document


def spool_documents(documents: Iterable[Any], directory: Path | None = None) -> Spooled:
    """Documents as a spooled file of JSON lines."""
    spooled = Spooled(directory)
    for document in documents:
        spooled.write(dumps(document) + b"\n")
    spooled.close()
    return spooled
