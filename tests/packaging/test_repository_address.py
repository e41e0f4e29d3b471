"""The address of the repository is the same wherever it is named: pyproject.toml has it first."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
URL = str(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]["Repository"])
HOST, OWNER, NAME = URL.removeprefix("https://").split("/")
LISTED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
TEXTS = [ROOT / name for name in LISTED if name.endswith((".md", ".py", ".json", ".toml", ".yml", ".ts", ".txt"))]
PLACES = {
    "git+https": re.compile(rf"git\+(https://[^\s'\"@]+?/{NAME})\b"),
    "action": re.compile(rf"uses: ([\w.-]+)/{NAME}@"),
}


def named(place: str) -> dict[str, set[str]]:
    """What each file names."""
    found = {str(text.relative_to(ROOT)): set(PLACES[place].findall(text.read_text("utf-8"))) for text in TEXTS}
    return {name: addresses for name, addresses in found.items() if addresses}


@pytest.mark.parametrize(("place", "address"), [("git+https", URL), ("action", OWNER)])
def test_every_file_has_the_same_repository_address(place: str, address: str) -> None:
    places = named(place)
    assert (
        places.keys()
        >= {"git+https": {"README.md", "clients/node/package.json"}, "action": {"docs/ci-servers.md"}}[place]
    )
    assert {name: found for name, found in places.items() if found != {address}} == {}
