"""From nothing to the first reported loss by the README alone, and by the tutorial for Python."""

from __future__ import annotations

from pathlib import Path

from tests.docs.code_blocks import ROOT, Block, blocks
from tests.newcomers.following import blocks_of, empty, installs, reach_the_first_loss
from tests.newcomers.newcomer import CHECKOUT, Newcomer

pytestmark = installs


def test_the_tutorial_reaches_the_first_reported_loss(tmp_path: Path, checkout: Path) -> None:
    reach_the_first_loss(Newcomer(empty(tmp_path), checkout), "python", blocks_of("python"))


def test_the_readme_reaches_its_first_loss(tmp_path: Path, checkout: Path) -> None:
    """Its line for a checkout, its first test, and what that test prints."""
    page = blocks((ROOT / "README.md").read_text("utf-8"))
    (line,) = [line for block in page for line in block.text.splitlines() if f"pip install '{CHECKOUT}" in line]
    test = next(block for block in page if block.is_test)
    reach_the_first_loss(
        Newcomer(empty(tmp_path), checkout),
        "README",
        [
            Block("sh", f"python3 -m venv .venv\n. .venv/bin/activate\n{line}\n"),
            Block("python", test.text, {"file": "test_first.py"}),
            Block("sh", "pytest -q\n", {"exit": "1"}, f"…{test.expected}…"),
        ],
    )
