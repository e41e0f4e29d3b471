"""Peers from the package registries, fetched once into a cache folder, and not into this project's environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PRISM = "5.14.2"
WIREMOCK = "3.13.2"
MOCKSERVER = "8.0.0"
HTTPSERVER = "1.2.0"


class Missing(Exception):
    """A peer is not available here; the message says why."""


def npm_package(name: str, version: str) -> Path:
    """The folder of an npm package. Missing if npm cannot fetch it."""
    folder = _folder(name.rpartition("/")[2], version)
    package = folder / "node_modules" / name
    if not (package / "package.json").is_file():
        if not shutil.which("node") or not shutil.which("npm"):
            raise Missing(f"{name} needs node and npm")
        _fetch(name, ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", f"{name}@{version}"], folder)
    return package


def python_package(name: str, version: str) -> Path:
    """A folder from which Python can import a package."""
    folder = _folder(name, version)
    if not any(folder.glob("*.dist-info")):
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        _fetch(name, [*pip, "--target", str(folder), f"{name}=={version}"], folder)
    return folder


def java() -> str:
    """The program, if there is one."""
    if found := shutil.which("java"):
        return found
    raise Missing("it needs Java 17")


def jar_in(package: Path) -> Path:
    """The jar in an npm package."""
    for jar in sorted(package.rglob("*.jar")):
        return jar
    raise Missing(f"{package.name} has no jar in it")


def _folder(name: str, version: str) -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "mockservers-bench" / f"{name}-{version}"


def _fetch(name: str, command: Sequence[str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=240)
    except subprocess.TimeoutExpired:
        raise Missing(f"it took too long to fetch {name}") from None
    if done.returncode:
        raise Missing(f"{name} could not be fetched: {' '.join(done.stderr.split())[:120]}")
