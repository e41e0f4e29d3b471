"""Uploads: small ones in memory, large ones in files."""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Iterable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from mockservers.core.errors import InsufficientStorage, UnreadableStorage
from mockservers.core.state.held_files import READ_AT_ONCE, HeldFile
from mockservers.core.state.spool_folders import create_again, spool_directory
from mockservers.core.values.json_text import dumps

IN_MEMORY = 64 * 1024
"""An upload up to this many bytes stays in memory."""


class Spooled:
    """Bytes that are written once and read often. Its file is removed when this object is garbage-collected.

    If the disk is full, InsufficientStorage is raised, and the file is removed at once. The file is held open, so that
    it stays readable when another program removes it or its folder.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory
        self._memory: BytesIO = BytesIO()
        self._file: BinaryIO | None = None
        self._path: Path | None = None
        self._held: HeldFile | None = None
        self.size = 0

    @classmethod
    def of(cls, content: bytes, directory: Path | None = None) -> Spooled:
        """Spool these bytes."""
        spooled = cls(directory)
        spooled.write(content)
        spooled.close()
        return spooled

    def write(self, data: bytes) -> int:
        """Append bytes. Moves to a file beyond IN_MEMORY."""
        self.size += len(data)
        try:
            if self._file is None and self.size > IN_MEMORY:
                self._move()
            return (self._file or self._memory).write(data)
        except OSError as error:
            raise self._out_of_space(error) from None

    def close(self) -> None:
        """End the writing. Use `open` to read."""
        try:
            if self._file is not None:
                self._file.close()
        except OSError as error:
            raise self._out_of_space(error) from None

    def _move(self) -> None:
        directory = self._directory or spool_directory()
        try:
            handle, name = tempfile.mkstemp(prefix="upload-", dir=directory)
        except FileNotFoundError:
            create_again(directory)
            handle, name = tempfile.mkstemp(prefix="upload-", dir=directory)
        self._path, self._held = Path(name), HeldFile.of(handle)
        # It also removes the file of an upload that an exception left unfinished.
        weakref.finalize(self, _forget, self._path, self._held)
        self._file = os.fdopen(handle, "wb")
        self._file.write(self._memory.getvalue())
        self._memory = BytesIO()

    def _out_of_space(self, error: OSError) -> InsufficientStorage:
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
        where = self._path.parent if self._path else self._directory or tempfile.gettempdir()
        return InsufficientStorage(
            f"{where} has no space for an upload of {self.size} bytes: {error.strerror or error}."
        )

    def open(self) -> BinaryIO:
        """Return a new reader from the start. UnreadableStorage if the file was removed."""
        if self._path is None:
            return BytesIO(self._memory.getvalue())
        if self._held is not None:
            return self._held.reader(self)
        try:
            return self._path.open("rb", READ_AT_ONCE)
        except OSError as error:
            raise UnreadableStorage(
                f"{self._path} cannot be read: {error.strerror}. This server no longer has the upload. "
                "Fix: send it again, and choose a --spool-dir from which nothing removes old files."
            ) from None

    def head(self, size: int) -> bytes:
        """Return the first `size` bytes."""
        with self.open() as reader:
            return reader.read(size)


def _forget(path: Path, held: HeldFile | None) -> None:
    if held is not None:
        held.close()
    path.unlink(missing_ok=True)


def spool_documents(documents: Iterable[Any], directory: Path | None = None) -> Spooled:
    """Write documents to a spooled file of JSON lines."""
    spooled = Spooled(directory)
    for document in documents:
        spooled.write(dumps(document) + b"\n")
    spooled.close()
    return spooled
