"""`mockservers init`: its samples fail as they say, pass once they are corrected, and nothing is overwritten."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mockservers.cli.init_files.literals import literal
from mockservers.cli.init_files.samples import SAMPLES
from mockservers.vendors import vendor_title
from tests.asking import VENDORS
from tests.cli.samples import correct
from tests.cli.test_user_files import is_one_line, run

ROOT = Path(__file__).parents[2]
NODE = ROOT / "clients/node"


def started(*words: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a user's command with this checkout's `mockservers` on the path."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MOCKSERVERS_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{clean['PATH']}"
    return subprocess.run(
        words, cwd=cwd, env={**clean, "PATH": path, "PYTHONPATH": str(ROOT), **variables},
        capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip


def said(done: subprocess.CompletedProcess[str]) -> str:
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("value", "python", "ts"),
    [
        ("{token}", "shop.token", "shop.token"),
        ("Bearer {token}", 'f"Bearer {shop.token}"', "`Bearer ${shop.token}`"),
        ("{other}", '"{other}"', '"{other}"'),
        ('{x} "{token}" ${y}`\\', 'f"{{x}} \\"{shop.token}\\" ${{y}}`\\\\"', '`{x} "${shop.token}" \\${y}\\`\\\\`'),
        ({"no": [None, True, 1.5]}, '{"no": [None, True, 1.5]}', "{ no: [null, true, 1.5] }"),
    ],
)
def test_values_become_literals_that_read_credentials_from_the_fixture(value: Any, python: str, ts: str) -> None:
    def credential(name: str) -> str:
        return "shop.token" if name == "token" else ""

    assert literal(value, "python", credential) == python
    assert literal(value, "ts", credential) == ts
    if "shop" in python:
        shop = SimpleNamespace(token="secret")
        assert eval(python, {"shop": shop}) == value.replace("{token}", "secret")


def test_the_samples_for_pytest_fail_with_what_was_lost_and_pass_when_it_is_corrected(tmp_path: Path) -> None:
    assert run("init", "--ci", "none", cwd=tmp_path).returncode == 0
    pytest_ = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests")
    wrong = said(started(*pytest_, cwd=tmp_path))
    assert f"{len(VENDORS)} failed" in wrong
    assert [vendor for vendor in VENDORS if f"Lost: {vendor_title(vendor)} does not store" not in wrong] == []
    assert "assert answer.ok" not in wrong, "the answers say success"

    correct(tmp_path, "pytest")
    right = said(started(*pytest_, cwd=tmp_path))
    assert f"{len(VENDORS)} passed" in right, right


def test_the_samples_for_a_shell_fail_with_what_was_lost_and_pass_when_it_is_corrected(tmp_path: Path) -> None:
    done = run("init", "--for", "shell", "--ci", "none", cwd=tmp_path)
    assert "Next: mockservers run --fail-on silent -- bash tests/esputnik.sh" in done.stdout
    scripts = " && ".join(f"bash tests/{vendor}.sh" for vendor in VENDORS)
    all_of_them = ("mockservers", "run", "--fail-on", "silent", "--", "bash", "-c", scripts)
    wrong = started(*all_of_them, cwd=tmp_path)
    assert wrong.returncode == 1
    assert [vendor for vendor in VENDORS if f"Lost: {vendor_title(vendor)} does not store" not in said(wrong)] == []

    correct(tmp_path, "shell")
    right = started(*all_of_them, cwd=tmp_path)
    assert right.returncode == 0, said(right)


def test_the_samples_for_vitest_fail_with_what_was_lost_and_pass_when_it_is_corrected(tmp_path: Path) -> None:
    if not (NODE / "dist").exists():
        pytest.skip("clients/node is not built here: scripts/node-client builds it and runs this file")
    assert run("init", "--for", "vitest", "--ci", "none", cwd=tmp_path).returncode == 0
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules/mockservers").symlink_to(NODE)
    (tmp_path / "node_modules/vitest").symlink_to(NODE / "node_modules/vitest")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    vitest = (str(NODE / "node_modules/.bin/vitest"), "run", "--testTimeout=60000")
    program = f"{sys.executable} -m mockservers"
    wrong = said(started(*vitest, cwd=tmp_path, MOCKSERVERS_COMMAND=program, NO_COLOR="1"))
    assert f"{len(VENDORS)} failed" in wrong, wrong
    assert [vendor for vendor in VENDORS if f"Lost: {vendor_title(vendor)} does not store" not in wrong] == []

    correct(tmp_path, "vitest")
    right = said(started(*vitest, cwd=tmp_path, MOCKSERVERS_COMMAND=program, NO_COLOR="1"))
    assert f"{len(VENDORS)} passed" in right, right


@pytest.mark.parametrize("runner", SAMPLES)
def test_existing_files_do_not_change_unless_force_is_given(tmp_path: Path, runner: str) -> None:
    file = SAMPLES[runner][0].format(vendor="zangsho")
    (tmp_path / "tests").mkdir()
    (tmp_path / file).write_text("mine")
    asked = ("init", "zangsho", "fanship", "--for", runner, "--ci", "gitlab")
    refused = run(*asked, cwd=tmp_path)
    assert is_one_line(refused, f"{file} would be overwritten", "Fix: --force"), refused.stderr
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [Path(file).name]
    assert (tmp_path / file).read_text() == "mine"

    assert run(*asked, "--force", cwd=tmp_path).returncode == 0
    assert "Zangsho" in (tmp_path / file).read_text("utf-8")
    assert (tmp_path / ".gitlab-ci.yml").is_file()


def test_a_folder_that_cannot_be_written_is_reported_in_one_line_with_the_fix(tmp_path: Path) -> None:
    (tmp_path / "tests").write_text("a file")
    refused = run("init", "zangsho", cwd=tmp_path)
    assert is_one_line(refused, "tests/test_zangsho.py cannot be written", "Fix:"), refused.stderr
