"""The limit of open file descriptors: each connection needs one, and the usual soft limit is only 1,024."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from typing import Any

ENOUGH = 65_536
"""More descriptors than a server needs. A hard limit may be a billion, and some programs loop up to it."""

resource: Any = import_module("resource") if find_spec("resource") else None
"""None on Windows, which has no such limit."""


def raise_descriptor_limit() -> None:
    """Raise the soft limit of this process to the hard one, up to ENOUGH. It is never lowered."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(OSError, ValueError):  # a sandbox may forbid it; then the soft limit stays
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
