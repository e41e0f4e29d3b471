"""Prints, for each sample exporter, the command that tests it: python -m mockservers.clients."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from mockservers.core.contract.loading import data_directory

_RUN = re.compile(r"Run it: (mockservers conform .+)")
"""The command, from the first lines of a sample."""


def commands() -> Iterator[str]:
    """The commands, with absolute paths of the samples in other languages."""
    others = data_directory("fixtures") / "clients"
    for path in sorted([*Path(__file__).parent.glob("*.py"), *others.rglob("*.*")]):
        for run in _RUN.findall(path.read_text("utf-8")) if path != Path(__file__) else ():
            before, _, command = run.partition(" -- ")
            words = [str(path) if word.endswith(path.name) else word for word in command.split()]
            yield f"{before} -- {shlex.join(words)}"


if __name__ == "__main__":
    sys.stdout.write("".join(f"{command}\n" for command in commands()))
