"""Where a process spools: a folder of its own, which goes when it ends; and what killed ones left."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from mockservers.core.errors import UsageError
from mockservers.core.values import real_time

LEFT_AFTER = 60.0
"""Seconds without a change after which a folder that nobody holds was left by a process that was killed."""

_directories: dict[str, Path] = {}
_held: list[int] = []


def spool_directory(parent: Path | None = None) -> Path:
    """The folder that this process alone spools in, below `parent` (the system's temporary folder by default).

    What processes left in `parent` that were killed goes first. UsageError when nothing can be written there.
    """
    key = str(parent or tempfile.gettempdir())
    if key not in _directories:
        try:
            if parent:
                parent.mkdir(parents=True, exist_ok=True)
                _sweep(parent)
            made = Path(tempfile.mkdtemp(prefix=f"mockservers-{os.getpid()}-", dir=key))
        except OSError as error:
            raise UsageError(
                f"{key} cannot keep large uploads: {error.strerror}. Fix: choose a --spool-dir that can be written."
            ) from None
        held = _hold(made)
        if held is not None:
            _held.append(held)  # for as long as the process lives
        atexit.register(shutil.rmtree, made, ignore_errors=True)
        _directories[key] = made
    return _directories[key]


def _sweep(parent: Path) -> None:
    for folder in parent.glob("mockservers-*-*"):
        with suppress(OSError):
            if real_time.wall() - folder.stat().st_mtime > LEFT_AFTER:
                held = _hold(folder)
                if held is not None:
                    shutil.rmtree(folder, ignore_errors=True)
                    os.close(held)


def _hold(folder: Path) -> int | None:
    """A lock on a folder that ends with the process; None when another has it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle
