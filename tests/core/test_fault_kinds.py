"""A fault kind is handled everywhere or mypy fails: a copy of the package with one more kind shows it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from mypy import api

import mockservers

PACKAGE = Path(mockservers.__file__).parent
HANDLED = ("kinds.py", "wire_script.py", "fault_spec.py")
NEW_KIND = '''
class Echo(_Kind):
    """The client receives its own request."""

    effect: ClassVar[str] = "echo"
    processed: ClassVar[bool] = True


TransportFault = (
    Echo
    | OtherReply'''

VALUE = """
from typing import Any, dataclass_transform

@dataclass_transform(frozen_default=True)
class Value: ...

def replace(value: Any, **changes: Any) -> Any: ...
"""
"""The base class of kinds, without msgspec: mypy would take a class with an unknown base for any other."""


def checked(package: Path) -> list[str]:
    """What mypy says of the files that handle fault kinds. Imports of other files are skipped, which takes a second."""
    lenient = ["--allow-subclassing-any", "--allow-untyped-calls", "--no-warn-return-any", "--allow-untyped-decorators"]
    options = ["--strict", "--follow-imports=skip", *lenient, "--config-file=", f"--cache-dir={package / 'cache'}"]
    folder = package / "core" / "faults"
    files = [package / "core" / "value.py", *(folder / name for name in HANDLED)]
    out, err, _ = api.run([*options, *map(str, files)])
    assert err == ""
    return [line for line in out.splitlines() if ": error: " in line]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    package = tmp_path / "mockservers"
    shutil.copytree(PACKAGE / "core" / "faults", package / "core" / "faults")
    for folder in (package, package / "core"):
        (folder / "__init__.py").touch()
    (package / "core" / "value.py").write_text(VALUE)
    return package


def test_the_package_as_it_is_handles_every_kind(copy: Path) -> None:
    assert checked(copy) == []


def test_mypy_names_every_place_that_does_not_handle_a_new_kind(copy: Path) -> None:
    """If this fails, a new kind could be planned that no transport delivers, or that the ledger misjudges."""
    kinds = copy / "core" / "faults" / "kinds.py"
    before = kinds.read_text("utf-8")
    after = before.replace("\nTransportFault = (\n    OtherReply", NEW_KIND)
    assert after != before
    kinds.write_text(after, "utf-8")

    unhandled = [line for line in checked(copy) if 'to "assert_never" has incompatible type "Echo"' in line]

    matches = {
        name: (copy / "core" / "faults" / name).read_text("utf-8").count("assert_never(kind)") for name in HANDLED
    }
    assert {name: sum(f"/{name}:" in line for line in unhandled) for name in HANDLED} == matches
    assert matches == {"kinds.py": 5, "wire_script.py": 1, "fault_spec.py": 1}


def test_no_other_file_distinguishes_kinds() -> None:
    """If this fails, a file handles some kinds and mypy would not say that it lacks a new one."""
    names = ("isinstance(kind", "isinstance(fault.kind", "match kind", "match fault.kind", "match self.fault.kind")
    found = [
        str(path.relative_to(PACKAGE))
        for path in sorted(PACKAGE.rglob("*.py"))
        if "faults.kinds" in (text := path.read_text("utf-8")) and any(name in text for name in names)
    ]
    assert found == ["core/faults/fault_spec.py", "core/faults/wire_script.py"]
