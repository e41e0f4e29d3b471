"""The locks pin what pyproject.toml asks for, agree with one another, and tell nothing of where they were made."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
GROUPS: dict[str, list[str]] = PROJECT["dependency-groups"]
DEPENDENCIES: list[str] = PROJECT["project"]["dependencies"]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"), key=lambda path: path.stem)

WANTED = [
    *[("run", wanted) for wanted in DEPENDENCIES],
    *[("build", wanted) for wanted in PROJECT["build-system"]["requires"]],
    *[("schemathesis", wanted) for wanted in GROUPS["schemathesis"]],
    *[("dev", wanted) for wanted in [*DEPENDENCIES, *EXTRAS["pytest"], *EXTRAS["dev"]] if "mockservers" not in wanted],
]


def pins(lock: str) -> dict[str, str]:
    """Versions by canonical name."""
    found = re.findall(
        r"^([\w.-]+)==([^\s;]+)", (ROOT / "requirements" / f"{lock}.txt").read_text("utf-8"), re.MULTILINE
    )
    return {canonicalize_name(name): version for name, version in found}


@pytest.mark.parametrize(("lock", "wanted"), WANTED)
def test_a_lock_pins_versions_that_pyproject_allows(lock: str, wanted: str) -> None:
    requirement = Requirement(wanted)
    pinned = pins(lock).get(canonicalize_name(requirement.name))
    assert pinned is not None, f"{wanted} is not in requirements/{lock}.txt: run scripts/lock"
    assert requirement.specifier.contains(pinned, prereleases=True), "run scripts/lock"


@pytest.mark.parametrize("smaller", ["run", "build"])
def test_the_development_lock_contains_the_smaller_ones(smaller: str) -> None:
    assert pins(smaller).items() <= pins("dev").items()


def test_serving_needs_neither_pytest_nor_hypothesis() -> None:
    assert not {"pytest", "hypothesis", "responses", "requests", "hatchling"} & pins("run").keys()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_a_lock_holds_pins_and_hashes_and_nothing_else(lock: Path) -> None:
    pin = r"[\w.-]+==[\w.!+]+( ; [^\\]+)? \\"
    digest = r"    --hash=sha256:[0-9a-f]{64}( \\)?"
    strange = [line for line in lock.read_text("utf-8").splitlines() if not re.fullmatch(f"{pin}|{digest}", line)]
    assert strange == []


def test_the_npm_lock_has_versions_but_no_addresses() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert all("integrity" in package and "resolved" not in package for package in packages.values())


def test_the_locked_build_backend_is_the_required_one() -> None:
    assert GROUPS["build"] == PROJECT["build-system"]["requires"]
