"""The extras of this distribution, and the message for a feature whose extra is not installed."""

from __future__ import annotations

import re
import shlex
from importlib.metadata import PackageNotFoundError, requires

DISTRIBUTION = "mockservers"
_REQUIREMENT = re.compile(r"""(?P<requirement>[^;]+?)\s*;.*\bextra == ['"](?P<extra>[^'"]+)['"]""")


def missing(feature: str, extra: str) -> str:
    """Return what to say when a feature lacks a package of its extra, with a command that installs them.

    The command names the packages, not the extra: it works however mockservers itself was installed.
    """
    packages = requirements(extra)
    fix = f"pip install {shlex.join(packages)}" if packages else f"install mockservers with its extra {extra!r}"
    return f"{feature} needs packages that are not installed. Fix: {fix}"


def requirements(extra: str) -> list[str]:
    """Return the requirements of an extra, as pip takes them; none where the distribution is not installed.

    https://packaging.python.org/en/latest/specifications/core-metadata/#requires-dist-multiple-use
    """
    try:
        listed = requires(DISTRIBUTION) or []
    except PackageNotFoundError:
        return []
    found = [match for match in map(_REQUIREMENT.fullmatch, listed) if match]
    return sorted(match["requirement"] for match in found if match["extra"] == extra)
