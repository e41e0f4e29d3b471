"""From nothing to the first reported loss by the tutorial for a shell, and by those that send there to install."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.code_blocks import ROOT
from tests.newcomers.following import blocks_of, empty, installs, need, reach_the_first_loss
from tests.newcomers.newcomer import Newcomer

PAGES = {"shell": "curl", "php": "php", "java-go": "java"}
"""Tutorial -> the program without which nobody reads it."""

pytestmark = installs


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Newcomer:
    """One who has done what the page installs, as its readers and those of the other pages have."""
    newcomer = Newcomer(empty(tmp_path_factory.mktemp("shell")), checkout)
    for block in blocks_of("shell"):
        if "an empty folder" in block.needs:
            newcomer.follow(block)
    return newcomer


@pytest.mark.parametrize("name", PAGES)
def test_a_tutorial_after_the_installation_for_a_shell_works(name: str, tmp_path: Path, installed: Newcomer) -> None:
    need(PAGES[name])
    page = (ROOT / "docs" / f"tutorial-{name}.md").read_text("utf-8")
    assert name == "shell" or "tutorial-shell.md" in page
    left = [block for block in blocks_of(name) if "an empty folder" not in block.needs]
    reach_the_first_loss(installed.again(empty(tmp_path)), name, left)
