"""Files that commands write: whether one can be written is known before any work is done."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from mockservers.core.errors import UsageError


def check_writable(path: Path, option: str) -> None:
    """UsageError, by the name of the option, when a file cannot be written there. Leaves what is there as it is."""
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
    """Write a file. UsageError when the disk does not take it."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise _not_writable(path, error) from None


def _not_writable(path: Path, error: OSError, option: str = "") -> UsageError:
    said = f"{option}: " if option else ""
    return UsageError(f"{said}{path} cannot be written: {error.strerror}. Fix: name a file in a folder that is there.")
