"""Collections of documents in spooled files: found by identity, and parsed on demand."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO, NamedTuple, Self

from mockservers.core.state.file_digest import Columns, Digest, by_first_byte, identity
from mockservers.core.state.spool import Spooled
from mockservers.core.values.json_text import loads

_LOW = (1 << 64) - 1
_CHUNK = 1 << 20


class _Segment:
    """Lines of one file that a collection holds: their positions in its columns, sorted by identity.

    `upload` names their upload, `label` is the vendor's own; both are empty for seeded lines. The columns are those of
    the file's digest, without a copy.
    """

    __slots__ = ("columns", "label", "order", "source", "upload")

    def __init__(self, source: Spooled, columns: Columns, order: array[int], upload: str, label: str) -> None:
        self.source, self.columns, self.order = source, columns, order
        self.upload, self.label = upload, label

    def run(self, high: int) -> Iterator[int]:
        """Yield the positions of the lines whose identity has this high half."""
        column = self.columns.ids.high
        first = bisect_left(self.order, high, key=column.__getitem__)
        while first < len(self.order) and column[self.order[first]] == high:
            yield self.order[first]
            first += 1


class Row(NamedTuple):
    """A line in a collection."""

    segment: _Segment
    at: int

    @property
    def upload(self) -> str:
        """The name of its upload; empty for a seeded line."""
        return self.segment.upload

    @property
    def label(self) -> str:
        """The label of its upload."""
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
        """The number of its values, LEAVES_COUNTED at most."""
        return self.segment.columns.leaves[self.at]

    def number(self) -> int:
        """Return its line number, from 1. Reads the file."""
        number, left = 1, self.segment.columns.offsets[self.at]
        with self.segment.source.open() as reader:
            while left > 0 and (chunk := reader.read(min(left, _CHUNK))):
                number, left = number + chunk.count(b"\n"), left - len(chunk)
        return number


class Lines:
    """Documents in spooled files, found by identity. Copies share the files."""

    def __init__(self, segments: tuple[_Segment, ...] = ()) -> None:
        self.segments = segments

    def copy(self) -> Lines:
        return Lines(self.segments)

    def __len__(self) -> int:
        return sum(len(segment.order) for segment in self.segments)

    def find(self, key: int) -> list[Row]:
        """Return the lines with an identity, oldest first: one, unless a reading of the vendor keeps several."""
        high, low, rows = key >> 64, key & _LOW, list[Row]()
        for segment in self.segments:
            ids = segment.columns.ids
            rows.extend(Row(segment, at) for at in segment.run(high) if ids.low[at] == low)
        return rows

    def has(self, columns: Columns, position: int) -> bool:
        """Whether a document with the same identity and content is held. Creates no objects."""
        ids, contents = columns.ids, columns.contents
        high, low = ids.high[position], ids.low[position]
        wanted, wanted_low = contents.high[position], contents.low[position]
        for segment in self.segments:
            held, saying = segment.columns.ids, segment.columns.contents
            for at in segment.run(high):
                if held.low[at] == low and saying.high[at] == wanted and saying.low[at] == wanted_low:
                    return True
        return False

    def content(self, key: int) -> int | None:
        """Return the content digest of an identity; None if it is not held."""
        rows = self.find(key)
        return rows[0].content if rows else None

    def get(self, key: str) -> dict[str, Any] | None:
        """Return the document with a key."""
        rows = self.find(identity(key))
        if not rows:
            return None
        with Documents() as documents:
            return documents.of(rows[0])

    def rows(self) -> Iterator[Row]:
        """Yield all lines, sorted by identity within each upload."""
        for segment in self.segments:
            for at in segment.order:
                yield Row(segment, at)

    def identities(self) -> Iterator[int]:
        """Yield the distinct identities, in the order of their first lines."""
        every = (identity for segment in self.segments for identity in segment.columns.ids.at(segment.order))
        return iter(dict.fromkeys(every))

    def contents(self) -> Iterator[tuple[int, int]]:
        """Yield (identity, content digest) of all lines."""
        for segment in self.segments:
            columns = segment.columns
            yield from zip(columns.ids.at(segment.order), columns.contents.at(segment.order), strict=True)

    def documents(self) -> Iterator[dict[str, Any]]:
        """Yield all documents in the order of their arrival, one in memory at a time."""
        for segment in self.segments:
            with segment.source.open() as reader:
                for at in array("I", sorted(segment.order)):
                    yield _line_at(reader, segment.columns.offsets[at])

    def without(self, removed: frozenset[int]) -> Lines:
        """Return these lines without some identities."""
        return self._kept(lambda row: row.id not in removed)

    def without_label(self, label: str) -> Lines:
        """Return these lines without those with a label."""
        return Lines(tuple(segment for segment in self.segments if segment.label != label))

    def _kept(self, keeps: Callable[[Row], bool]) -> Lines:
        kept = []
        for segment in self.segments:
            order = array("I", (at for at in segment.order if keeps(Row(segment, at))))
            if order:
                kept.append(_Segment(segment.source, segment.columns, order, segment.upload, segment.label))
        return Lines(tuple(kept))

    def with_taken(self, digest: Digest, taken: Iterable[int], *, upload: str = "", label: str = "") -> Lines:
        """Return these lines together with chosen ones of a digest."""
        high, order = digest.columns.ids.high, array("I")
        for part in by_first_byte(high, taken):
            order.extend(sorted(part, key=high.__getitem__))
        segment = _Segment(digest.source, digest.columns, order, upload, label)
        return Lines((*self.segments, segment)) if order else self.copy()


class Documents:
    """Reads documents from spooled files, and opens each file once."""

    def __init__(self) -> None:
        self._readers: dict[Spooled, BinaryIO] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for reader in self._readers.values():
            reader.close()

    def read(self, source: Spooled, offset: int) -> dict[str, Any]:
        """Return the document whose line begins at an offset."""
        reader = self._readers.get(source)
        if reader is None:
            reader = self._readers[source] = source.open()
        return _line_at(reader, offset)

    def of(self, row: Row) -> dict[str, Any]:
        """Return the document of a line."""
        return self.read(row.segment.source, row.segment.columns.offsets[row.at])


def _line_at(reader: BinaryIO, offset: int) -> dict[str, Any]:
    reader.seek(offset)
    document: dict[str, Any] = loads(reader.readline().strip()).value
    return document
