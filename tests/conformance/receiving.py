"""Receivers of webhooks that run while a test does."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

RECEIVERS = Path(__file__).parent / "receivers"


@contextmanager
def receiving(file: Path, wrong: str = "", language: str = "py") -> Iterator[str]:
    """The URL of a receiver, right or wrong in one way, which holds what it took in a file."""
    program = {"py": sys.executable, "mjs": shutil.which("node")}[language]
    if program is None:
        pytest.skip("there is no Node.js here")
    command = [program, str(RECEIVERS / f"receiver.{language}"), str(file), wrong]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()
