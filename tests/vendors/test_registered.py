"""The registered vendors: ours by their folders, those of other distributions by their entry points."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

import pytest

from mockservers import vendors
from mockservers.core.errors import UnknownName, UsageError
from mockservers.vendors import load_contract, vendor, vendor_names

ROOT = Path(__file__).parents[2]
OURS = ("esputnik", "fanship", "omnisegment", "zangsho")


def registered(directory: Path, name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a distribution on the path that registers a vendor."""
    about = directory / f"{name}_vendor-1.0.dist-info"
    about.mkdir(exist_ok=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-vendor\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[{vendors.GROUP}]\n{name} = {value}\n")
    monkeypatch.syspath_prepend(directory)


@pytest.fixture(autouse=True)
def _looked_up_anew() -> Iterator[None]:
    _forget()
    yield
    _forget()


def _forget() -> None:
    vendors._entries.cache_clear()
    vendors.vendor.cache_clear()


def test_our_vendors_are_found_by_their_folders() -> None:
    assert vendor_names() == OURS
    assert [vendor(name).name for name in OURS] == list(OURS)


def test_pyproject_registers_each_of_our_vendors_by_the_same_name() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"][vendors.GROUP] == {name: f"mockservers.vendors.{name}:VENDOR" for name in OURS}


def test_a_separate_distribution_adds_a_vendor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("example_vendor")
    module.VENDOR = ours = vendor("fanship")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "example_vendor", module)
    registered(tmp_path, "example", "example_vendor:VENDOR", monkeypatch)
    _forget()
    assert [entry.name for entry in entry_points(group=vendors.GROUP) if entry.name not in OURS] == ["example"]
    assert vendor_names() == (*OURS, "example")
    assert vendor("example") is ours


def test_two_packages_that_register_one_name_stop_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registered(tmp_path, "fanship", "another:VENDOR", monkeypatch)
    _forget()
    with pytest.raises(UsageError, match=r"'fanship': mockservers\.vendors\.fanship:VENDOR and another:VENDOR\. Fix:"):
        vendor_names()


def test_a_name_that_is_not_registered_is_unknown() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'fanship'"):
        load_contract("fanshp")
