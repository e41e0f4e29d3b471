"""scripts/serve and scripts/test set up once, quietly do nothing when nothing has changed, and say what is amiss.

A stand-in for Python notes what it is asked to do, so nothing is downloaded here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PYTHON = """#!/bin/sh
echo "$*" >> "$JOURNAL"
case "$*" in
    *version_info*) exit "$TOO_OLD" ;;
    --version) echo "Python 3.9.6" ;;
    "-m venv"*)
        for venv; do :; done
        rm -rf "$venv"
        mkdir -p "$venv/bin"
        cp "$0" "$venv/bin/python"
        printf '#!/bin/sh\\necho "$PWD: mockservers $*"\\n' > "$venv/bin/mockservers"
        chmod +x "$venv/bin/mockservers"
        ;;
esac
"""


@dataclass
class Checkout:
    """A copy of the scripts and locks on a machine with the stand-in alone."""

    root: Path
    journal: Path
    too_old: bool = False

    def run(self, script: str, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        path = f"{self.root}/machine:{os.environ['PATH']}"
        environment = {"PATH": path, "JOURNAL": str(self.journal), "TOO_OLD": str(int(self.too_old))}
        command = ["bash", str(self.root / "scripts" / script), *arguments]
        return subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, check=False)

    def asked(self) -> list[str]:
        """What was created and installed since the last call."""
        lines = self.journal.read_text("utf-8").splitlines() if self.journal.exists() else []
        self.journal.unlink(missing_ok=True)
        return [line.split(" install ")[-1] for line in lines if "venv" in line or " install " in line]


INSTALLS_RUN = [
    "-m venv --clear .venv",
    "--no-input --require-hashes --requirement requirements/run.txt",
    "--no-input --require-hashes --requirement requirements/build.txt",
    "--no-input --no-deps --no-build-isolation --editable .",
]
INSTALLS_DEV = [
    "--no-input --require-hashes --requirement requirements/dev.txt",
    "--no-input --require-hashes --requirement requirements/build.txt",
    "--no-input --no-deps --no-build-isolation --editable .",
]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    root = tmp_path / "a checkout"
    for folder in ("scripts", "requirements"):
        shutil.copytree(ROOT / folder, root / folder)
    shutil.copy(ROOT / "pyproject.toml", root)
    machine = root / "machine"
    machine.mkdir()
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python3.14", "python"):
        (machine / name).write_text(PYTHON, "utf-8")
        (machine / name).chmod(0o755)
    return Checkout(root, tmp_path / "journal")


def test_the_first_run_installs_from_the_lock_and_serves(checkout: Checkout) -> None:
    answer = checkout.run("serve", "--port", "0")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.endswith(": mockservers serve --port 0\n")
    assert "Installing requirements/run.txt" in answer.stderr
    assert checkout.asked() == INSTALLS_RUN


def test_the_second_run_does_nothing_but_serve(checkout: Checkout) -> None:
    checkout.run("serve")
    checkout.asked()
    answer = checkout.run("serve")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert checkout.asked() == []


@pytest.mark.parametrize("changed", ["requirements/run.txt", "pyproject.toml"])
def test_a_changed_lock_or_project_file_reinstalls(checkout: Checkout, changed: str) -> None:
    checkout.run("serve")
    checkout.asked()
    with (checkout.root / changed).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    checkout.run("serve")
    assert checkout.asked() == INSTALLS_RUN


def test_a_moved_checkout_reinstalls(checkout: Checkout, tmp_path: Path) -> None:
    checkout.run("serve")
    checkout.asked()
    moved = Checkout(checkout.root.rename(tmp_path / "elsewhere"), checkout.journal)
    moved.run("serve")
    assert moved.asked() == INSTALLS_RUN


def test_developing_adds_to_the_serving_environment_which_still_serves(checkout: Checkout) -> None:
    checkout.run("serve")
    checkout.asked()
    checkout.run("check")
    assert checkout.asked() == INSTALLS_DEV
    assert checkout.run("serve").stderr == ""
    assert checkout.asked() == []


def test_relative_paths_in_options_are_resolved_from_the_callers_folder(checkout: Checkout, tmp_path: Path) -> None:
    answer = checkout.run("serve", "--seed", "mine", cwd=tmp_path)
    assert answer.stdout == f"{tmp_path}: mockservers serve --seed mine\n"


def test_a_python_that_is_too_old_is_named_with_the_fix(checkout: Checkout) -> None:
    checkout.too_old = True
    answer = checkout.run("serve")
    assert answer.returncode != 0
    assert "needs Python 3.11 or newer; python3 here is: Python 3.9.6" in answer.stderr
    assert "PYTHON=/path/to/" in answer.stderr
    assert checkout.asked() == []


@pytest.mark.parametrize("script", sorted(path.name for path in (ROOT / "scripts").iterdir() if not path.suffix))
def test_scripts_are_executable(script: str) -> None:
    path = ROOT / "scripts" / script
    assert path.is_dir() or os.access(path, os.X_OK)
