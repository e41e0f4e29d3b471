"""Where a process spools: a folder of its own, which goes when it ends; and what killed ones left."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import tempfile
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from stat import S_ISDIR
from threading import Lock
from typing import Any

from mockservers.core.errors import UsageError
from mockservers.core.values import real_time

fcntl: Any = import_module("fcntl") if find_spec("fcntl") else None
"""None on Windows, which cannot lock a folder: no folder is ever known to be left over there."""

PREFIX = "mockservers-spool-"
"""How the name of each such folder begins, and of no other: what is not a spool is never swept."""

LEFT_AFTER = 60.0
"""Seconds without a change after which a folder that nobody holds was left by a process that was killed."""

_directories: dict[str, Path] = {}
_held: list[int] = []
_making = Lock()
_log = logging.getLogger("mockservers")


def spool_directory(parent: Path | None = None) -> Path:
    """The folder that this process alone spools in, below `parent` (the system's temporary folder by default).

    What processes left there that were killed goes first. UsageError when nothing can be written there.
    """
    key = str(parent or tempfile.gettempdir())
    if key not in _directories:
        try:
            if parent:
                parent.mkdir(parents=True, exist_ok=True)
            sweep(parent)
            made = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=key))
        except OSError as error:
            raise UsageError(
                f"{key} cannot keep large uploads: {error.strerror}. Fix: choose a --spool-dir that can be written."
            ) from None
        _keep_hold(made)
        atexit.register(shutil.rmtree, made, ignore_errors=True)
        _directories[key] = made
    return _directories[key]


def make_again(directory: Path) -> None:
    """Make a folder of this process anew, which somebody has removed. OSError when that is impossible."""
    with _making:
        if not directory.exists():
            directory.mkdir(mode=0o700, parents=True)
            _keep_hold(directory)
            _log.warning("%s was removed while this server used it. It is made again.", directory)


def sweep(parent: Path | None = None) -> None:
    """Remove what processes that were killed left in a folder: only the user's own, and only what nobody holds."""
    for folder in Path(parent or tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            found = folder.lstat()
            is_ours = not hasattr(os, "getuid") or found.st_uid == os.getuid()
            if is_ours and S_ISDIR(found.st_mode) and real_time.wall() - found.st_mtime > LEFT_AFTER:
                held = _hold(folder)
                if held is not None:
                    shutil.rmtree(folder, ignore_errors=True)
                    os.close(held)


def _keep_hold(folder: Path) -> None:
    held = _hold(folder)
    if held is not None:
        _held.append(held)  # for as long as the process lives


def _hold(folder: Path) -> int | None:
    """A lock on a folder that ends with the process; None when another has it, or where folders have no locks."""
    if fcntl is None:
        return None
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle
