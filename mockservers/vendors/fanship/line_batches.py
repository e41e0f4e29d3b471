"""A file as batches of lines. Lines are read together as long as they fit the processor's cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, compress
from typing import BinaryIO

from mockservers.core.state.spool import Spooled

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_BATCH_BYTES = 32 * 1024
"""Bytes of lines in a batch. More would not stay in the processor's cache."""

_WHITE_SPACE = b" \t\r\n"
"""White space of JSON; `bytes.strip` by itself strips more."""


@dataclass(frozen=True, slots=True)
class LineBatch:
    """Some lines: their numbers from 1, their offsets into the file, their texts without white space around.

    `too_long` are the numbers of the lines over the limit; of these `texts` has the beginning alone.
    """

    numbers: Sequence[int]
    offsets: Sequence[int]
    texts: Sequence[bytes]
    too_long: frozenset[int]

    def without_blanks(self) -> LineBatch:
        """Return the lines that have a text."""
        numbers, offsets = (list(compress(column, self.texts)) for column in (self.numbers, self.offsets))
        return LineBatch(numbers, offsets, list(filter(None, self.texts)), self.too_long)


def line_batches(source: Spooled, offset: int, line_bytes: int) -> Iterator[LineBatch]:
    """Yield the lines from an offset on that are not blank. A line may have `line_bytes` bytes.

    Rule: `fanship.upload.blank-lines`.
    """
    number = 1
    with source.open() as reader:
        reader.seek(offset)
        while lines := _next_lines(reader, line_bytes):
            texts = [line.strip(_WHITE_SPACE) for line in lines]
            *offsets, next_offset = accumulate(map(len, lines), initial=offset)
            too_long = frozenset[int]()
            if _is_too_long(lines[-1], line_bytes):
                too_long = frozenset({number + len(lines) - 1})
                next_offset += _skip_rest_of_line(reader, lines[-1])
            batch = LineBatch(range(number, number + len(lines)), offsets, texts, too_long)
            yield batch if all(texts) else batch.without_blanks()
            number, offset = number + len(lines), next_offset


def _next_lines(reader: BinaryIO, line_bytes: int) -> list[bytes]:
    """Return the next lines as they are. One that is too long is the last of them, and is cut off."""
    lines: list[bytes] = []
    size, longest = 0, line_bytes + len(b"\r\n")
    while size < _BATCH_BYTES and (line := reader.readline(longest)):
        lines.append(line)
        size += len(line)
        if len(line) > line_bytes and _is_too_long(line, line_bytes):
            break
    return lines


def _is_too_long(line: bytes, line_bytes: int) -> bool:
    return len(line) > line_bytes < len(line.rstrip(b"\r\n"))


def _skip_rest_of_line(reader: BinaryIO, line: bytes) -> int:
    """Read on to the end of a line, and return how many bytes that is."""
    rest = 0
    while line and line[-1:] != b"\n":
        line = reader.readline(_BATCH_BYTES)
        rest += len(line)
    return rest
