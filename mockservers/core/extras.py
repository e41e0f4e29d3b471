"""The extras of this distribution, and the message for a feature whose extra is not installed."""

from __future__ import annotations

import re
import shlex
from importlib.metadata import PackageNotFoundError, requires

DISTRIBUTION = "mockservers"
_REQUIREMENT = re.compile(r"""(?P<requirement>[^;]+?)\s*;.*\bextra == ['"](?P<extra>[^'"]+)['"]""")


def missing(feature: str, extra: str) -> str:
    """Return the message for a feature whose extra is not installed, with a command that installs its packages.

    The command names the packages, not the extra: it works however mockservers itself was installed.
    """
    packages = requirements(extra)
    fix = f"pip install {shlex.join(packages)}" if packages else f"install mockservers with its extra {extra!r}"
    return f"{feature} needs packages that are not installed. Fix: {fix}"


def requirements(extra: str) -> list[str]:
    """Return the requirements of an extra, in pip's syntax; an empty list if the distribution is not installed.

    https://packaging.python.org/en/latest/specifications/core-metadata/#requires-dist-multiple-use
    """
    try:
        listed = requires(DISTRIBUTION) or []
    except PackageNotFoundError:
        return []
    matches = [match for match in map(_REQUIREMENT.fullmatch, listed) if match]
    return sorted(match["requirement"] for match in matches if match["extra"] == extra)
