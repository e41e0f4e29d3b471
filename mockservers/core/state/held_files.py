"""Spooled files that are held open, so that they stay readable when a cleaner of temporary files removes them."""

from __future__ import annotations

import io
import os
from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from typing import Any, BinaryIO, Self

resource: Any = import_module("resource") if find_spec("resource") else None
"""None on Windows, where an open file cannot be removed, so none needs to be held."""

READ_AT_ONCE = 128 * 1024
"""The buffer size for reading a file."""

SHARE = 2
"""At most one of this many file descriptors of the process holds a file; connections need the others."""

_lock = Lock()
_held = 0


class HeldFile:
    """A duplicate descriptor of an open file. Its creator must call `close`."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    @classmethod
    def of(cls, handle: int) -> Self | None:
        """Hold the file of a descriptor. None if too many are held, or on Windows."""
        global _held  # noqa: PLW0603 - descriptors are counted for the process, which has one limit for all of them
        if resource is None or not hasattr(os, "preadv"):
            return None
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        with _lock:
            if limit != resource.RLIM_INFINITY and _held >= limit // SHARE:
                return None
            try:
                held = cls(os.dup(handle))
            except OSError:
                return None
            _held += 1
            return held

    def reader(self, owner: object) -> BinaryIO:
        """Return a new reader from the start. It keeps a reference to `owner`, whose finalizer closes this file."""
        return io.BufferedReader(_Positioned(self, owner), READ_AT_ONCE)

    def read_into(self, buffer: Any, offset: int) -> int:
        """Read from an offset, and return the number of bytes, 0 at the end. OSError if the disk fails."""
        return os.preadv(self._handle, [buffer], offset)

    @property
    def size(self) -> int:
        """The size of the file in bytes."""
        return os.fstat(self._handle).st_size

    def close(self) -> None:
        """Close the descriptor."""
        global _held  # noqa: PLW0603 - see above
        with _lock:
            _held -= 1
        os.close(self._handle)


class _Positioned(io.RawIOBase):
    """Reads a held file from its own position, since all readers share the descriptor."""

    def __init__(self, held: HeldFile, owner: object) -> None:
        self._held, self._owner, self._at = held, owner, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._held.size}[whence]
        self._at = base + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        size = self._held.read_into(buffer, self._at)
        self._at += size
        return size
