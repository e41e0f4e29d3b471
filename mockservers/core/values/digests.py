"""A column of 128-bit digests in two arrays: sixteen bytes each, without a Python object per digest."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from struct import unpack

SIZE = 16
"""Bytes of a digest."""


class Digests:
    """Digests in a row. `high` and `low` are the halves of each; as a number a digest is `high << 64 | low`."""

    __slots__ = ("high", "low")

    def __init__(self) -> None:
        self.high, self.low = array("Q"), array("Q")

    def extend(self, digests: Iterable[bytes]) -> None:
        """Append several."""
        halves = array("Q", b"".join(digests))
        self.high.extend(halves[::2])
        self.low.extend(halves[1::2])

    def __len__(self) -> int:
        return len(self.high)

    def __getitem__(self, at: int) -> int:
        return self.high[at] << 64 | self.low[at]

    def at(self, order: Iterable[int]) -> Iterator[int]:
        """Yield the digests at these indexes, without a method call for each."""
        high, low = self.high, self.low
        return (high[at] << 64 | low[at] for at in order)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Digests) and self.high == other.high and self.low == other.low

    __hash__ = None  # type: ignore[assignment] # the columns grow, so a hash would change


def as_number(digest: bytes) -> int:
    """Return a digest as the number that it has in a column."""
    high, low = unpack("=QQ", digest)
    return int(high) << 64 | int(low)
