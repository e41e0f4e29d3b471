"""The conformance kit stands on the public surface: the admin API, values, contracts as data; a vendor is one file."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.architecture.test_layers import PACKAGE, ROOT, imports, module_of
from tests.architecture.test_vendors_are_registered import VENDORS, named

KIT = PACKAGE / "testing" / "conformance"
FILES = sorted(KIT.rglob("*.py"))
SHARED = [path for path in FILES if path.parent.name != "vendors" and path.name != "__init__.py"]
PLAIN = ("mockservers.core.errors", "mockservers.core.values", "mockservers.core.contract")
"""What the kit may use of the core: exceptions, plain values, and contracts, which are data that the package has."""


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_the_kit_imports_only_plain_data_from_the_core(path: Path) -> None:
    """If this fails, the kit works in the server's own process alone. Fix: ask the admin API, or add what it lacks."""
    core = [name for name in imports(path) if name.startswith("mockservers.core")]
    assert [name for name in core if not name.startswith(PLAIN)] == []
    assert [name for name in imports(path) if name.startswith("mockservers.web")] == []


@pytest.mark.parametrize("path", SHARED, ids=module_of)
def test_files_shared_by_all_vendors_name_no_vendor(path: Path) -> None:
    assert named(path.read_text("utf-8")) == []


def test_every_vendor_has_one_file_and_registers_it() -> None:
    files = {path.stem for path in (KIT / "vendors").glob("*.py")} - {"__init__"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    registered = project["entry-points"]["mockservers.conformance"]

    assert sorted(files) == VENDORS
    assert registered == {name: f"mockservers.testing.conformance.vendors.{name}:SUITE" for name in VENDORS}
