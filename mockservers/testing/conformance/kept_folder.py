"""The folder in which an exporter keeps what it has to know the next night."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Self

from mockservers.core.errors import UsageError

MOST = 64 * 2**20
"""Bytes of a folder. It is put back before each of hundreds of examples."""


class KeptFolder:
    """A folder whose content is put back as it was, as often as needed, and in the end. Use it in a `with`.

    UsageError for what is no folder, has more than MOST bytes, or has the working directory in it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        if not self.path.is_dir():
            raise UsageError(f"{path} is not a folder. Fix: name the folder in which your exporter keeps its state.")
        if Path.cwd().resolve().is_relative_to(self.path):
            raise UsageError(f"{path} has the working directory in it, and its content is replaced. Fix: use another.")
        size = sum(each.lstat().st_size for each in self.path.rglob("*") if each.is_file())
        if size > MOST:
            raise UsageError(f"{path} has {size:,} bytes; at most {MOST:,} are put back. Fix: use a smaller folder.")
        self._copies = tempfile.TemporaryDirectory(prefix="mockservers-kept-")
        self._numbers = 0
        self._first = self.copy()

    def copy(self) -> Path:
        """A copy of the content as it is now."""
        self._numbers += 1
        copied = Path(self._copies.name, str(self._numbers))
        shutil.copytree(self.path, copied, symlinks=True)
        return copied

    def restore(self, copied: Path | None = None) -> None:
        """Put back a copy; without one, the content that it had first."""
        for each in self.path.iterdir():
            if each.is_dir() and not each.is_symlink():
                shutil.rmtree(each)
            else:
                each.unlink()
        shutil.copytree(copied or self._first, self.path, symlinks=True, dirs_exist_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.restore()
        self._copies.cleanup()
