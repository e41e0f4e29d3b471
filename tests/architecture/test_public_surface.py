"""The package offers exactly the names in `public_surface.py`: commands, options, admin paths, fixtures, attributes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import click
import pytest
import yaml

import mockservers
from mockservers.cli import cli
from mockservers.core.contract.admin_api import FILE
from mockservers.testing import conformance
from mockservers.testing.server import MockServer
from mockservers.testing.steering import Checkpoint
from mockservers.vendors import load_contract, vendor
from tests.architecture import public_surface as surface
from tests.architecture.test_layers import ROOT

VENDORS = list(surface.CREDENTIALS)
METHODS = {"get", "put", "post", "delete", "patch"}


def words(table: str) -> list[str]:
    return sorted(table.split())


def public(names: Iterable[str]) -> list[str]:
    return sorted(name for name in names if not name.startswith("_"))


@pytest.fixture
def pytest_prints(tmp_path: Path) -> Callable[..., str]:
    """What pytest prints in an empty folder, without the configuration of this checkout."""

    def printed(*options: str) -> str:
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options]
        environment = os.environ | {"COLUMNS": "200", "PYTHONPATH": str(ROOT)}
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        ).stdout

    return printed


def attributes(instance: object) -> list[str]:
    return public({*dir(type(instance)), *vars(instance)})


def test_the_package_exports_these_names() -> None:
    assert set(mockservers.__all__) == surface.PACKAGE
    assert [name for name in mockservers.__all__ if not hasattr(mockservers, name)] == []


def test_the_command_line_has_these_commands() -> None:
    assert sorted(cli.commands) == sorted(surface.COMMANDS)


@pytest.mark.parametrize("name", surface.COMMANDS)
def test_a_command_has_these_arguments_and_options(name: str) -> None:
    parameters = cli.commands[name].params
    offered = [each.opts[0] if isinstance(each, click.Option) else each.human_readable_name for each in parameters]
    assert sorted(offered) == words(surface.COMMANDS[name])


def test_the_admin_api_has_these_paths_and_methods() -> None:
    paths = yaml.safe_load(FILE.read_text("utf-8"))["paths"]
    offered = {path: " ".join(sorted(key.upper() for key in METHODS & item.keys())) for path, item in paths.items()}
    assert offered == surface.ADMIN


@pytest.mark.parametrize("name", VENDORS)
def test_a_vendor_has_these_credentials_and_shows_these_collections(name: str) -> None:
    collections = vendor(name).collections.items()
    assert [each.name for each in load_contract(name).credentials] == surface.CREDENTIALS[name].split()
    assert [key for key, each in collections if not each.internal] == surface.COLLECTIONS[name].split()


def test_the_plugin_has_these_fixtures(pytest_prints: Callable[..., str]) -> None:
    defined = re.findall(r"^(\w+)(?: \[.*\])? -- \S*mockservers/", pytest_prints("--fixtures"), re.MULTILINE)
    assert set(defined) == surface.FIXTURES


def test_the_plugin_has_these_options_and_settings(pytest_prints: Callable[..., str]) -> None:
    help_text = pytest_prints("--help")
    assert set(re.findall(r"^  (--mockservers-[a-z-]+)", help_text, re.MULTILINE)) == surface.PYTEST_OPTIONS
    assert set(re.findall(r"^  (mockservers_\w+) \(", help_text, re.MULTILINE)) == surface.INI_OPTIONS


def test_the_plugin_has_these_markers(pytest_prints: Callable[..., str]) -> None:
    marker = re.compile(r"^@pytest\.mark\.(\w+)", re.MULTILINE)
    others = marker.findall(pytest_prints("--markers", "-p", "no:mockservers"))
    assert others
    assert set(marker.findall(pytest_prints("--markers"))) - set(others) == surface.MARKERS


@pytest.mark.parametrize("name", VENDORS)
def test_a_tenant_has_these_attributes(mock_server: MockServer, name: str) -> None:
    with mock_server.tenant(name) as tenant:
        assert attributes(tenant) == words(f"{surface.TENANT['']} {surface.CREDENTIALS[name]}")
        for part in filter(None, surface.TENANT):
            assert attributes(getattr(tenant, part)) == words(surface.TENANT[part])
        checkpoint = tenant.checkpoint()
        assert isinstance(checkpoint, Checkpoint)
        assert attributes(checkpoint) == words(surface.CHECKPOINT)


def test_the_conformance_kit_exports_these_names() -> None:
    assert sorted(conformance.__all__) == words(surface.CONFORMANCE)
