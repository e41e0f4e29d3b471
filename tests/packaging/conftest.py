"""The venv that has the vendor Acme, for all tests of it that run in one process."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.packaging.venvs import venv_with

ACME = Path(__file__).with_name("acme")


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a venv that has the vendor."""
    source = shutil.copytree(ACME, tmp_path_factory.mktemp("source") / "acme")
    return venv_with(tmp_path_factory.mktemp("venv"), source)
