"""From nothing to the first reported loss by a page alone, within five minutes: scripts/newcomers runs it.

Each page is pasted block by block, what it installs included, into an empty folder.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.docs.code_blocks import NEEDS, ROOT, Block, blocks
from tests.newcomers.newcomer import CHECKOUT, Newcomer

PAGES = {"python": "python3", "node": "npm"}
"""Tutorial that installs for itself -> the program without which nobody reads it."""

BY_SHELL = {"shell": "curl", "php": "php", "java-go": "java"}
"""Tutorial that begins with the installation of FIRST -> the same."""

FIRST = "tutorial-shell.md"

SECONDS = 300.0

pytestmark = pytest.mark.skipif(
    "NEWCOMERS" not in os.environ, reason="it installs packages from an index: scripts/newcomers runs it"
)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What git has of this checkout, without what was built or installed in it."""
    copy = tmp_path_factory.mktemp("checkout") / "mockservers"
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


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Newcomer:
    """One who has done what FIRST installs, as its readers and those of the pages that send there have."""
    newcomer = Newcomer(_empty(tmp_path_factory.mktemp("shell")), checkout)
    for block in _blocks("shell"):
        if "an empty folder" in block.needs:
            newcomer.follow(block)
    return newcomer


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in PAGES])
def test_a_tutorial_leads_to_the_first_reported_loss(name: str, tmp_path: Path, checkout: Path) -> None:
    _need(PAGES[name])
    _reach_the_first_loss(Newcomer(_empty(tmp_path), checkout), name, _blocks(name))


@pytest.mark.xdist_group("shell")
@pytest.mark.parametrize("name", BY_SHELL)
def test_a_tutorial_after_the_installation_for_a_shell_leads_there(
    name: str, tmp_path: Path, installed: Newcomer
) -> None:
    _need(BY_SHELL[name])
    page = (ROOT / "docs" / f"tutorial-{name}.md").read_text("utf-8")
    assert name == "shell" or FIRST in page
    left = [block for block in _blocks(name) if "an empty folder" not in block.needs]
    _reach_the_first_loss(installed.again(_empty(tmp_path)), name, left)


@pytest.mark.xdist_group("python")
def test_the_readme_leads_to_its_first_loss(tmp_path: Path, checkout: Path) -> None:
    """Its line for a checkout, its first test, and what that test prints."""
    page = blocks((ROOT / "README.md").read_text("utf-8"))
    (line,) = [line for block in page for line in block.text.splitlines() if f"pip install '{CHECKOUT}" in line]
    test = next(block for block in page if block.is_test)
    _reach_the_first_loss(
        Newcomer(_empty(tmp_path), checkout),
        "README",
        [
            Block("sh", f"python3 -m venv .venv\n. .venv/bin/activate\n{line}\n"),
            Block("python", test.text, {"file": "test_first.py"}),
            Block("sh", "pytest -q\n", {"exit": "1"}, f"…{test.expected}…"),
        ],
    )


def _reach_the_first_loss(newcomer: Newcomer, name: str, page: Sequence[Block]) -> None:
    lost: float | None = None
    for block in page:
        newcomer.follow(block)
        if lost is None and "Lost: " in block.expected:
            lost = newcomer.seconds
    assert lost is not None, "no block of the page shows a loss"
    print(f"{name}: the first reported loss after {lost:.0f} s, the whole page after {newcomer.seconds:.0f} s")
    assert lost < SECONDS


def _blocks(name: str) -> Sequence[Block]:
    return list(_runnable(blocks((ROOT / "docs" / f"tutorial-{name}.md").read_text("utf-8"))))


def _runnable(page: Sequence[Block]) -> Iterator[Block]:
    for block in page:
        needed = [need for need in block.needs if need != "an empty folder"]
        if "not run" not in block.comments and all(NEEDS[need]() for need in needed):
            yield block


def _empty(place: Path) -> Path:
    folder = place / "newcomer"
    folder.mkdir()
    return folder


def _need(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program} here")
