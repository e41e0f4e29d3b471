"""Large uploads: kept as files, known by a digest, never held as parsed rows.

Spooled   the bytes of one upload: in memory while small, in a file of its own beyond that
Digest    what a decision needs of each line: identity, content, place. Three numbers a line
Lines     a collection of documents that lie in spooled files
"""

from __future__ import annotations

import os
import tempfile
import weakref
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from mockservers.core.errors import NoRoom
from mockservers.core.folders import spool_directory
from mockservers.core.jsontext import dumps, loads

IN_MEMORY = 64 * 1024
"""An upload up to this many bytes stays in memory."""

MANY = 50_000
"""Lines of a file that are too many for Python to have a number for each, over and above an array."""

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

    def _given_up(self, error: OSError) -> NoRoom:
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
        where = self._path.parent if self._path else self._directory or tempfile.gettempdir()
        return NoRoom(f"{where} does not take an upload of {self.size} bytes: {error.strerror or error}.")

    def open(self) -> BinaryIO:
        """A fresh reader from the start."""
        return self._path.open("rb", READ_AT_ONCE) if self._path else BytesIO(self._memory.getvalue())

    def head(self, size: int) -> bytes:
        """The first `size` bytes."""
        with self.open() as reader:
            return reader.read(size)


def identity(key: str) -> int:
    """The 64-bit identity by which a line's document is known in this process."""
    return hash(key)


@dataclass(slots=True)
class Digest:
    """What deciding needs to know of a file, line by line, and what was found on the way.

    The arrays are parallel, one entry for each line that holds a document: `ids` by `identity`, `contents` a hash of
    what the vendor would keep, `offsets` into the file, `lines` counted from 1. `items` counts all non-blank lines,
    the unusable ones too. `notes` is the vendor's own tally of what it found.
    """

    source: Spooled
    ids: array[int] = field(default_factory=lambda: array("q"))
    contents: array[int] = field(default_factory=lambda: array("q"))
    offsets: array[int] = field(default_factory=lambda: array("q"))
    lines: array[int] = field(default_factory=lambda: array("l"))
    items: int = 0
    notes: Any = None

    def add(self, key: str, content: int, offset: int, line: int) -> None:
        """Note one document."""
        self.extend((key,), (content,), (offset,), (line,))

    def extend(
        self, keys: Iterable[str], contents: Iterable[int], offsets: Iterable[int], lines: Iterable[int]
    ) -> None:
        """Note several documents."""
        self.ids.extend(map(identity, keys))
        self.contents.extend(contents)
        self.offsets.extend(offsets)
        self.lines.extend(lines)

    @property
    def repeats(self) -> bool:
        """Whether an identity stands twice. Where there are many it is sought in parts, or it would fill memory."""
        parts = [self.ids] if len(self.ids) < MANY else _parts(self.ids)
        return any(len(set(part)) < len(part) for part in parts)

    def __len__(self) -> int:
        return len(self.ids)


class _Segment:
    """Lines of one file that a collection holds, by identity. `rows` come in that order."""

    __slots__ = ("contents", "ids", "offsets", "source")

    def __init__(self, source: Spooled, rows: Iterable[tuple[int, int, int]]) -> None:
        self.source = source
        self.ids, self.contents, self.offsets = array("q"), array("q"), array("q")
        for key, content, offset in rows:
            self.ids.append(key)
            self.contents.append(content)
            self.offsets.append(offset)

    def find(self, key: int) -> int:
        at = bisect_left(self.ids, key)
        return at if at < len(self.ids) and self.ids[at] == key else -1

    def rows(self) -> Iterator[tuple[int, int, int]]:
        return zip(self.ids, self.contents, self.offsets, strict=True)


class Lines:
    """Documents in spooled files, found by identity. Copies share the files: a copy is a moment kept."""

    def __init__(self, segments: tuple[_Segment, ...] = ()) -> None:
        self._segments = segments

    def copy(self) -> Lines:
        return Lines(self._segments)

    def __len__(self) -> int:
        return sum(len(segment.ids) for segment in self._segments)

    def content(self, key: int) -> int | None:
        """The content hash held under an identity, or None when it is not held."""
        for segment in self._segments:
            at = segment.find(key)
            if at >= 0:
                return segment.contents[at]
        return None

    def get(self, key: str) -> dict[str, Any] | None:
        """The document held under an id."""
        wanted = identity(key)
        for segment in self._segments:
            at = segment.find(wanted)
            if at >= 0:
                with segment.source.open() as reader:
                    return _line_at(reader, segment.offsets[at])
        return None

    def contents(self) -> Iterator[tuple[int, int]]:
        """(identity, content hash) of everything held."""
        for segment in self._segments:
            yield from zip(segment.ids, segment.contents, strict=True)

    def documents(self) -> Iterator[dict[str, Any]]:
        """Everything held, in the order of its arrival, one document in memory at a time."""
        for segment in self._segments:
            with segment.source.open() as reader:
                for offset in sorted(segment.offsets):
                    yield _line_at(reader, offset)

    def without(self, gone: frozenset[int]) -> Lines:
        """These lines less the identities given."""
        kept = (_Segment(s.source, (row for row in s.rows() if row[0] not in gone)) for s in self._segments)
        return Lines(tuple(segment for segment in kept if len(segment.ids)))

    def with_taken(self, digest: Digest, taken: Iterable[int]) -> Lines:
        """These lines and the chosen ones of a digest."""
        rows = ((digest.ids[at], digest.contents[at], digest.offsets[at]) for at in _by_identity(digest.ids, taken))
        segment = _Segment(digest.source, rows)
        return Lines((*self._segments, segment)) if len(segment.ids) else self.copy()


def _by_identity(ids: array[int], taken: Iterable[int]) -> Iterator[int]:
    """The chosen positions in the order of their identities, sorted in parts: all at once they would fill memory."""
    parts = [array("q") for _ in range(256)]
    for at in taken:
        parts[(ids[at] >> 56) + 128].append(at)
    for part in parts:
        yield from sorted(part, key=ids.__getitem__)


def _parts(ids: array[int]) -> list[array[int]]:
    parts = [array("q") for _ in range(256)]
    for key in ids:
        parts[(key >> 56) + 128].append(key)
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
