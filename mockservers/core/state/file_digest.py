"""A digest of a file for decisions: the identity, content and place of each line, in about fifty bytes per line."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from mockservers.core.state.spool import Spooled
from mockservers.core.value import Struct, field
from mockservers.core.values.digests import Digests, as_number
from mockservers.core.values.equality import digest as digest_of

MANY = 50_000
"""The number of lines from which a Python object for each would take too much memory."""

LEAVES_COUNTED = 255
"""The highest count of values in a document. It may have more."""


def identity(key: str) -> int:
    """Return the 128-bit identity of a document's key, valid in this process."""
    return as_number(digest_of(key))


class Content(NamedTuple):
    """The content of a document: a digest, equal for equal content, and a count of values (LEAVES_COUNTED at most)."""

    digest: bytes
    leaves: int


class Columns(Struct):
    """Documents in columns, with one entry each: identity, content, and the offset of its line in the file."""

    ids: Digests = field(default_factory=Digests)
    contents: Digests = field(default_factory=Digests)
    leaves: array[int] = field(default_factory=lambda: array("B"))
    offsets: array[int] = field(default_factory=lambda: array("q"))


class Digest(Struct, eq=False, dict=True):
    """The parts of a file that decisions need, line by line, and the vendor's notes on it.

    `columns` and `lines` (counted from 1) have an entry for each line with a document. `items` counts all lines that
    are not blank; `unusable` are the indexes, from 0, of those without a document. `notes` are the vendor's own notes
    on the file. None of these change after the file is read. `memo` caches computations, since a decision is made again
    under each reading.
    """

    source: Spooled
    columns: Columns = field(default_factory=Columns)
    lines: array[int] = field(default_factory=lambda: array("I"))
    unusable: array[int] = field(default_factory=lambda: array("l"))
    items: int = 0
    notes: Any = None
    memo: dict[Any, Any] = field(default_factory=dict)

    def add(self, key: str, content: Content, offset: int, line: int) -> None:
        """Add one document."""
        self.extend((digest_of(key),), ((content.digest,), (content.leaves,)), (offset,), (line,))

    def extend(
        self,
        ids: Iterable[bytes],
        contents: tuple[Iterable[bytes], Iterable[int]],
        offsets: Iterable[int],
        lines: Iterable[int],
    ) -> None:
        """Add several documents. `contents` are the two columns of their `Content`."""
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
        """Whether an identity is repeated. Many identities are compared in parts, to save memory."""
        high = self.columns.ids.high
        if len(high) < MANY:
            return len(set(high)) < len(high)
        parts = by_first_byte(high, range(len(high)))
        return any(len({high[at] for at in part}) < len(part) for part in parts)

    def _last_of_each(self) -> Sequence[int]:
        ids = self.columns.ids
        return array("l", sorted({ids[at]: at for at in range(len(self))}.values()))

    @cached_property
    def positions(self) -> Sequence[int]:
        """For each document, its index among the items of the file."""
        if not self.unusable:
            return range(len(self))
        unusable = set(self.unusable)
        return array("l", (item for item in range(self.items) if item not in unusable))

    def __len__(self) -> int:
        return len(self.lines)


def by_first_byte(high: array[int], positions: Iterable[int]) -> list[array[int]]:
    """Return positions by the first byte of their identities, so that they can be sorted in parts, to save memory."""
    parts = [array("I") for _ in range(256)]
    for at in positions:
        parts[high[at] >> 56].append(at)
    return parts
