"""The installed version."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def package_version() -> str:
    """Return the installed distribution's version; `0+checkout` without one."""
    try:
        return version("mockservers")
    except PackageNotFoundError:
        return "0+checkout"
