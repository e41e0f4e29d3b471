"""The version that is installed."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def package_version() -> str:
    """The installed distribution's version; `0+checkout` where there is none."""
    try:
        return version("mockservers")
    except PackageNotFoundError:
        return "0+checkout"
