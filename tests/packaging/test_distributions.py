"""What is in the sdist and in the wheel made from it. That the wheel serves is scripts/check-wheel's to show."""

from __future__ import annotations

import configparser
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(ROOT, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    unpacked = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(unpacked, filter="data")
    (top,) = unpacked.iterdir()
    return zipfile.ZipFile(built(top, "wheel", tmp_path_factory.mktemp("wheel")))


def built(source: Path, target: str, into: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(into)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (made,) = into.iterdir()
    return made


def files(folder: str) -> set[str]:
    """Files of the checkout below a folder, by their path from its top."""
    paths = (path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(ROOT).as_posix() for path in paths}


@pytest.mark.parametrize("folder", ["contracts", "fixtures"])
def test_the_wheel_packs_data_files_beside_the_code(wheel: zipfile.ZipFile, folder: str) -> None:
    packed = {f"mockservers/_data/{name}" for name in files(folder) if not name.endswith("-10000.ndjson")}
    assert packed
    assert {name for name in wheel.namelist() if name.startswith(f"mockservers/_data/{folder}/")} == packed


def test_the_wheel_is_small(wheel: zipfile.ZipFile) -> None:
    assert sum(member.file_size for member in wheel.infolist()) < 3_500_000


def test_the_wheel_holds_only_the_package(wheel: zipfile.ZipFile) -> None:
    assert files("mockservers") <= set(wheel.namelist())
    assert {name.split("/")[0] for name in wheel.namelist()} == {"mockservers", "mockservers-0.1.0.dist-info"}


def test_the_wheel_names_the_program_and_the_plugin(wheel: zipfile.ZipFile) -> None:
    points = configparser.ConfigParser()
    points.read_string(wheel.read("mockservers-0.1.0.dist-info/entry_points.txt").decode())
    assert dict(points["console_scripts"]) == {"mockservers": "mockservers.cli:main"}
    assert dict(points["pytest11"]) == {"mockservers": "mockservers.testing.plugin"}


def test_the_sdist_holds_the_files_that_tests_and_scripts_need(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for folder in ("contracts", "fixtures", "mockservers", "requirements", "scripts", "tests"):
        assert files(folder) <= names
    assert {"LICENSE", "README.md", "pyproject.toml", "package-lock.json", "redocly.yaml"} <= names
