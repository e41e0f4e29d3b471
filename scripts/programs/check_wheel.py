"""Checks that a wheel is complete: python -m scripts.programs.check_wheel VENV WHEEL, with the wheel installed in VENV.

The wheel must have all tracked files that belong in it. A server that is started from it, outside of the checkout, must
have the demo tenants with their states.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from pathlib import Path

import yaml

from scripts.programs.running import server

ROOT = Path(__file__).parent.parent.parent
DATA = ("contracts", "fixtures")
TEST_DATA = "/purchases-10000.ndjson"


def main() -> None:
    """End with status 1 and a message at the first defect."""
    venv, wheel = Path(sys.argv[1]).absolute(), Path(sys.argv[2])
    missing = sorted(_expected() - set(zipfile.ZipFile(wheel).namelist()))
    if missing:
        raise SystemExit(f"{wheel.name} lacks {len(missing)} files: {', '.join(missing[:10])}")
    with tempfile.TemporaryDirectory() as elsewhere, server(venv / "bin/mockservers", cwd=Path(elsewhere)) as url:
        tenants = _tenants(url)
    _type_information(venv)
    print(f"{wheel.name} holds all {len(_expected())} files, and serves {', '.join(tenants)}.")


def _expected() -> set[str]:
    """The names in the wheel of every tracked file that belongs there."""
    listed = subprocess.run(["git", "ls-files", "-z", "mockservers", *DATA], cwd=ROOT, capture_output=True, check=True)
    names = [name for name in listed.stdout.decode().split("\0") if name and not name.endswith(TEST_DATA)]
    return {f"mockservers/_data/{name}" if name.startswith(DATA) else name for name in names}


def _tenants(url: str) -> list[str]:
    """Check the demo tenants: one per contract, with the state of its vendor.yaml."""
    names = []
    for path in sorted(ROOT.glob("contracts/*/vendor.yaml")):
        name = f"demo-{path.parent.name}"
        with urllib.request.urlopen(f"{url}/__admin/tenants/{name}/state", timeout=20) as answer:
            state = json.load(answer)
        for collection, documents in yaml.safe_load(path.read_text("utf-8"))["demo"].get("state", {}).items():
            if len(state[collection]) != len(documents):
                raise SystemExit(f"{name} holds {len(state[collection])} of {len(documents)} {collection}.")
        names.append(name)
    return names


def _type_information(venv: Path) -> None:
    """Check `py.typed`, without which type checkers ignore the types of an installed package."""
    code = "import mockservers, pathlib; print(pathlib.Path(mockservers.__file__).with_name('py.typed').is_file())"
    answer = subprocess.run([venv / "bin/python", "-I", "-c", code], capture_output=True, text=True, check=True)
    if answer.stdout.strip() != "True":
        raise SystemExit("The installed package has no py.typed.")


if __name__ == "__main__":
    main()
