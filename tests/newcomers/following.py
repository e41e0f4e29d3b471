"""What newcomers to any page have in common: a checkout to install from, and how far the first reported loss is.

Each page is pasted block by block, what it installs included, into an empty folder: scripts/newcomers runs it. Files
are spread over workers; newcomers of one file follow each other.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.docs.code_blocks import NEEDS, ROOT, Block, blocks
from tests.newcomers.newcomer import Newcomer

SECONDS = 300.0

installs = pytest.mark.skipif(
    "NEWCOMERS" not in os.environ, reason="it installs packages from an index: scripts/newcomers runs it"
)


def reach_the_first_loss(newcomer: Newcomer, name: str, page: Sequence[Block]) -> None:
    """Follow a page, and print after how many seconds it shows a loss: within five minutes."""
    lost: float | None = None
    for block in page:
        newcomer.follow(block)
        if lost is None and "Lost: " in block.expected:
            lost = newcomer.seconds
    assert lost is not None, "no block of the page shows a loss"
    print(f"{name}: the first reported loss after {lost:.0f} s, the whole page after {newcomer.seconds:.0f} s")
    assert lost < SECONDS


def blocks_of(name: str) -> Sequence[Block]:
    """The blocks of a tutorial that this machine can run."""
    return list(_runnable(blocks((ROOT / "docs" / f"tutorial-{name}.md").read_text("utf-8"))))


def empty(place: Path) -> Path:
    """An empty folder in that place."""
    folder = place / "newcomer"
    folder.mkdir()
    return folder


def need(program: str) -> None:
    """Skip the test if the program is missing."""
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program} here")


def _runnable(page: Sequence[Block]) -> Iterator[Block]:
    for block in page:
        needed = [need for need in block.needs if need != "an empty folder"]
        if "not run" not in block.comments and all(NEEDS[need]() for need in needed):
            yield block
