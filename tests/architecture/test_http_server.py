"""The folder `web/http_server` alone knows which HTTP server there is; the rest of the package knows what it offers."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.test_layers import FILES, PACKAGE, imports, loaded, module_of

FOLDER = PACKAGE / "web" / "http_server"
HOME = "mockservers.web.http_server"
OFFERED = {"Server", "authority", "cannot_listen", "local"}
"""What the rest of the package imports of the folder, all of it from `server.py`."""


def outside() -> list[Path]:
    return [path for path in FILES if not path.is_relative_to(FOLDER)]


def taken_from_the_folder(path: Path) -> set[str]:
    """The names that a file imports from the folder, as `module.name`."""
    taken: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"{HOME}."):
            taken.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            taken.update(alias.name for alias in node.names if f"{alias.name}.".startswith(f"{HOME}."))
        elif isinstance(node, ast.ImportFrom) and node.module == "mockservers.web":
            taken.update(f"{HOME}" for alias in node.names if alias.name == "http_server")
    return taken


def test_only_the_folder_imports_the_parser() -> None:
    """If this fails, another parser cannot take its place without a change elsewhere."""
    users = {path for path in FILES if any(name.partition(".")[0] == "httptools" for name in imports(path))}
    assert {path.parent for path in users} == {FOLDER}


@pytest.mark.parametrize("path", outside(), ids=module_of)
def test_the_rest_of_the_package_imports_only_what_the_folder_exports(path: Path) -> None:
    assert taken_from_the_folder(path) <= {f"{HOME}.server.{name}" for name in OFFERED}


def test_everything_that_the_folder_exports_is_used() -> None:
    taken = set().union(*map(taken_from_the_folder, outside()))
    assert taken == {f"{HOME}.server.{name}" for name in OFFERED}


def test_the_in_process_transport_loads_nothing_of_the_server() -> None:
    """If this fails, what `intercept` answers depends on a server that it never starts."""
    in_process = PACKAGE / "testing" / "in_process.py"
    assert taken_from_the_folder(in_process) == set()
    assert "httptools" not in loaded("import mockservers.testing.in_process")
