"""Files that a test run writes at its end. Before the first test, it checks that they can be written."""

from __future__ import annotations

from pathlib import Path

import pytest


def try_to_write(file: Path, option: str) -> None:
    """UsageError if the file cannot be written. The check creates its folder, but not the file."""
    existed = file.exists()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab"):
            pass
        if not existed:
            file.unlink(missing_ok=True)  # another worker of pytest-xdist may have tried, too
    except OSError as error:
        raise pytest.UsageError(
            f"{option}: {file} cannot be written: {error.strerror}. Fix: name a file in an existing folder."
        ) from None
