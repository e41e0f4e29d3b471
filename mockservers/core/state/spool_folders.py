"""The spool folder of a process, which is removed at its end, and the removal of folders that killed processes left."""

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
"""None on Windows, which cannot lock a folder, so that left-over folders cannot be recognised."""

PREFIX = "mockservers-spool-"
"""The prefix of the names of spool folders. No other folder is ever removed."""

LEFT_AFTER = 60.0
"""Seconds without a change after which an unlocked folder counts as left by a killed process."""

_directories: dict[str, Path] = {}
_held: list[int] = []
_making = Lock()
_log = logging.getLogger("mockservers")


def spool_directory(parent: Path | None = None) -> Path:
    """Return this process's own spool folder, below `parent` (by default the system's temporary folder).

    Folders of killed processes are removed first. UsageError if nothing can be written there.
    """
    key = str(parent or tempfile.gettempdir())
    if key not in _directories:
        try:
            if parent:
                parent.mkdir(parents=True, exist_ok=True)
            sweep(parent)
            folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=key))
        except OSError as error:
            raise UsageError(
                f"{key} cannot keep large uploads: {error.strerror}. Fix: choose a --spool-dir that can be written."
            ) from None
        _keep_hold(folder)
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        _directories[key] = folder
    return _directories[key]


def create_again(directory: Path) -> None:
    """Create a folder of this process again after another program removed it. OSError if that is impossible."""
    with _making:
        if not directory.exists():
            directory.mkdir(mode=0o700, parents=True)
            _keep_hold(directory)
            _log.warning("%s was removed while this server used it. It is created again.", directory)


def sweep(parent: Path | None = None) -> None:
    """Remove spool folders of killed processes: only those of this user that no process has locked."""
    for folder in Path(parent or tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            status = folder.lstat()
            is_ours = not hasattr(os, "getuid") or status.st_uid == os.getuid()
            if is_ours and S_ISDIR(status.st_mode) and real_time.wall() - status.st_mtime > LEFT_AFTER:
                held = _hold(folder)
                if held is not None:
                    shutil.rmtree(folder, ignore_errors=True)
                    os.close(held)


def _keep_hold(folder: Path) -> None:
    held = _hold(folder)
    if held is not None:
        _held.append(held)  # until the process ends


def _hold(folder: Path) -> int | None:
    """Lock a folder until the process ends. None if another process has the lock, or on Windows."""
    if fcntl is None:
        return None
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle
