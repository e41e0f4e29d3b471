"""The folder in which an exporter stores its state from one night to the next."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Self

from mockservers.core.errors import UsageError

MOST = 64 * 2**20
"""Maximum bytes of the folder, because it is restored before each of hundreds of examples."""


class KeptFolder:
    """A folder whose content can be restored, and is restored at the end. Use it as a context manager.

    UsageError if it is not a folder, has more than MOST bytes, or contains the working directory.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        if not self.path.is_dir():
            raise UsageError(f"{path} is not a folder. Fix: name the folder in which your exporter stores its state.")
        if Path.cwd().resolve().is_relative_to(self.path):
            raise UsageError(
                f"{path} contains the working directory, and its content would be replaced. Fix: use another."
            )
        size = sum(each.lstat().st_size for each in self.path.rglob("*") if each.is_file())
        if size > MOST:
            raise UsageError(f"{path} has {size:,} bytes; at most {MOST:,} can be restored. Fix: use a smaller folder.")
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
        """Restore a copy; without one, the original content."""
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
