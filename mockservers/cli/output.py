"""The output of commands: files, which are checked to be writable before any work, and lines, written at once."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from mockservers.core.errors import UsageError


def check_writable(path: Path, option: str) -> None:
    """If a file cannot be written there, UsageError with the name of the option. An existing file does not change."""
    existed = path.exists()
    try:
        with path.open("ab"):
            pass
    except OSError as error:
        raise _not_writable(path, error, option) from None
    if not existed:
        with suppress(OSError):
            path.unlink()


def write(path: Path, content: bytes) -> None:
    """Write a file. UsageError if that fails."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise _not_writable(path, error) from None


def _not_writable(path: Path, error: OSError, option: str = "") -> UsageError:
    prefix = f"{option}: " if option else ""
    return UsageError(f"{prefix}{path} cannot be written: {error.strerror}. Fix: name a file in an existing folder.")


def has_colour() -> bool:
    """Whether standard output is a terminal with colours, and NO_COLOR is not set (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def write_through(text: str) -> None:
    """Write to standard output at once. OSError if its reader has closed it.

    It does not use `sys.stdout`: a thread that waits there for a full pipe holds its lock when the interpreter ends.
    """
    content = memoryview(text.encode(sys.stdout.encoding or "utf-8", "backslashreplace"))
    while content:
        content = content[os.write(sys.stdout.fileno(), content) :]
