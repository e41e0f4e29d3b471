"""From nothing to the first reported loss by the tutorial for Node alone."""

from __future__ import annotations

from pathlib import Path

from tests.newcomers.following import blocks_of, empty, installs, need, reach_the_first_loss
from tests.newcomers.newcomer import Newcomer

pytestmark = installs


def test_the_tutorial_reaches_the_first_reported_loss(tmp_path: Path, checkout: Path) -> None:
    need("npm")
    reach_the_first_loss(Newcomer(empty(tmp_path), checkout), "node", blocks_of("node"))
