"""A file as batches of lines, each small enough for the processor's cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import accumulate, compress
from typing import BinaryIO

from mockservers.core.state.spool import Spooled
from mockservers.core.value import Value

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_BATCH_BYTES = 96 * 1024
"""The most bytes of lines in a batch: fewer cost more calls, more leave the processor's cache."""

_WHITE_SPACE = b" \t\r\n"
"""White space of JSON; `bytes.strip` by itself strips more."""


class LineBatch(Value):
    """Some lines: their numbers from 1, their offsets in the file, and their texts, with their ends.

    `too_long` are the numbers of lines over the limit, of which `texts` may have only the start.
    """

    numbers: Sequence[int]
    offsets: Sequence[int]
    texts: Sequence[bytes]
    too_long: frozenset[int]

    def without_white_space(self) -> LineBatch:
        """Return the lines that are not blank, or may have a text beyond the limit, without surrounding white space.

        Rule: `fanship.upload.blank-lines`.
        """
        texts = [text.strip(_WHITE_SPACE) for text in self.texts]
        kept = [text or number in self.too_long for number, text in zip(self.numbers, texts, strict=True)]
        numbers, offsets = (list(compress(column, kept)) for column in (self.numbers, self.offsets))
        return LineBatch(numbers, offsets, list(compress(texts, kept)), self.too_long)


def line_batches(source: Spooled, offset: int, line_bytes: int) -> Iterator[LineBatch]:
    """Yield the lines from an offset on. A line may have `line_bytes` bytes."""
    number = 1
    with source.open() as reader:
        reader.seek(offset)
        while chunk := _next_lines(reader, line_bytes):
            lines = BytesIO(chunk).readlines()  # three times as fast as `split`
            numbers = range(number, number + len(lines))
            *offsets, offset = accumulate(map(len, lines), initial=offset)
            yield LineBatch(numbers, offsets, lines, _too_long(lines, number, line_bytes))
            if len(lines[-1]) > line_bytes and chunk[-1:] != b"\n":
                offset += _skip_rest_of_line(reader)
            number += len(lines)


def _next_lines(reader: BinaryIO, line_bytes: int) -> bytes:
    """Return the next lines unchanged. The last one is cut off if it is too long."""
    chunk = reader.read(_BATCH_BYTES)
    return chunk if chunk[-1:] in (b"\n", b"") else chunk + reader.readline(line_bytes + len(b"\r\n"))


def _too_long(lines: Sequence[bytes], first: int, line_bytes: int) -> frozenset[int]:
    """Return the numbers of the lines that are too long."""
    if max(map(len, lines)) <= line_bytes:
        return frozenset()
    return frozenset(number for number, line in enumerate(lines, first) if len(line.rstrip(b"\r\n")) > line_bytes)


def _skip_rest_of_line(reader: BinaryIO) -> int:
    """Read to the end of a line, and return the number of bytes."""
    rest = 0
    while line := reader.readline(_BATCH_BYTES):
        rest += len(line)
        if line[-1:] == b"\n":
            break
    return rest
