"""From nothing to the first reported loss by a tutorial alone, within five minutes: scripts/newcomers runs it.

Each page is pasted block by block, what it installs included, into an empty folder.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.docs.code_blocks import NEEDS, ROOT, Block, blocks
from tests.newcomers.newcomer import Newcomer

PAGES = {"python": "python3", "shell": "curl", "node": "npm", "php": "php", "java-go": "java"}
"""Tutorial -> the program without which nobody reads it."""

FIRST = "tutorial-shell.md"
"""The page that those on PHP, Java and Go send a reader to for the installation."""

SECONDS = 300.0

pytestmark = pytest.mark.skipif(
    "NEWCOMERS" not in os.environ, reason="it installs packages from an index: scripts/newcomers runs it"
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What git has of this checkout, without what was built or installed in it."""
    copy = tmp_path / "checkout"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        source = ROOT / name
        if name and source.is_file() and not source.is_symlink():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy / name)
    return copy


@pytest.mark.parametrize("name", PAGES)
def test_a_tutorial_leads_to_the_first_reported_loss(name: str, tmp_path: Path, checkout: Path) -> None:
    if shutil.which(PAGES[name]) is None:
        pytest.skip(f"there is no {PAGES[name]} here")
    folder = tmp_path / "newcomer"
    folder.mkdir()
    newcomer = Newcomer(folder, checkout)
    page = (ROOT / "docs" / f"tutorial-{name}.md").read_text("utf-8")
    assert page.count("/path/to/mockservers") or FIRST in page
    before = [] if "needs: an empty folder" in page else _installation()
    lost: float | None = None
    for block in [*before, *blocks(page)]:
        needed = [need for need in block.needs if need != "an empty folder"]
        if "not run" in block.comments or not all(NEEDS[need]() for need in needed):
            continue
        newcomer.follow(block)
        if lost is None and "Lost: " in block.expected:
            lost = newcomer.seconds
    assert lost is not None, "no block of the page shows a loss"
    print(f"{name}: the first reported loss after {lost:.0f} s, the whole page after {newcomer.seconds:.0f} s")
    assert lost < SECONDS


def _installation() -> list[Block]:
    page = (ROOT / "docs" / FIRST).read_text("utf-8")
    return [block for block in blocks(page) if "an empty folder" in block.needs]
