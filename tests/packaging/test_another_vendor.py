"""A vendor in a distribution of its own, installed into a venv: all works with it, and nothing of ours changes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
import urllib.request
import venv
from pathlib import Path

import pytest

from tests.asking import VENDORS

ROOT = Path(__file__).parents[2]
ACME = Path(__file__).with_name("acme")
BATCH = {"orders": [{"number": "A-1", "gift": "For you"}, {"number": "A-2"}]}
TEST = """
import pytest, requests

@pytest.mark.expect_loss("acme.order.gift", strict=True)
def test_the_gift_is_lost(acme):
    batch = {"orders": [{"number": "A-1", "gift": "For you"}]}
    assert requests.post(f"{acme.url}/v1/orders", json=batch, headers={"X-Acme-Key": acme.credentials["key"]}).ok
    assert (acme.state["orders"], acme.ledger.silent) == ([{"number": "A-1"}], 1)

def test_a_loss_fails(acme):
    batch = {"orders": [{"number": "A-1", "gift": "For you"}]}
    requests.post(f"{acme.url}/v1/orders", json=batch, headers={"X-Acme-Key": acme.credentials["key"]})
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a venv that has the vendor, this checkout, and the libraries of this run."""
    home = tmp_path_factory.mktemp("venv")
    venv.create(home)
    source = shutil.copytree(ACME, tmp_path_factory.mktemp("source") / "acme")
    python = home / "bin" / "python"
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
    (packages / "checkout.pth").write_text(f"{ROOT}\n{sysconfig.get_path('purelib')}\n", "utf-8")
    install = ["install", "--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check", "--quiet"]
    subprocess.run([python, "-m", "pip", *install, "--prefix", home, source], check=True, capture_output=True)
    return python


def run(python: Path, *arguments: str, stdin: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, *arguments],
        input=stdin,
        env=_environment(),
        cwd=cwd or python.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "COV"))}


def test_explain_names_the_silent_loss(python: Path) -> None:
    done = run(python, "-m", "mockservers", "explain", "acme", "-", "--json", stdin=json.dumps(BATCH))
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["silent"], answer["items"]["kept"]) == (1, 1, 2), done.stderr
    assert [(found["rule"], found["where"]) for found in answer["findings"]] == [
        ("acme.order.gift", ["/orders/0/gift"])
    ]
    assert run(python, "-m", "mockservers", "explain", "acme", "-", stdin=json.dumps(BATCH)).stdout.startswith("ACME ")


def test_rules_and_errors_are_listed(python: Path) -> None:
    rules = json.loads(run(python, "-m", "mockservers", "rules", "acme", "--json").stdout)
    assert [rule["rule"] for rule in rules] == ["acme.order.gift", "acme.order.schema", "acme.auth.key"]
    errors = json.loads(run(python, "-m", "mockservers", "errors", "acme", "--json").stdout)
    assert "unauthorized" in [error["refusal"] for error in errors]


def test_serve_has_its_demo_tenant_beside_ours(python: Path) -> None:
    command = [str(python), "-m", "mockservers", "serve", "--port", "0"]
    with subprocess.Popen(command, env=_environment(), cwd=python.parent, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            url = next(line for line in server.stdout if "ready on" in line).split()[-1]
            with urllib.request.urlopen(f"{url}/__admin/tenants/demo-acme/state", timeout=20) as answer:
                assert json.load(answer) == {"orders": [{"number": "A-0"}]}
            request = urllib.request.Request(
                f"{url}/acme/v1/orders",
                json.dumps(BATCH).encode(),
                {"X-Acme-Key": "acme-demo", "Content-Type": "application/json"},
            )
            with urllib.request.urlopen(request, timeout=20) as answer:
                assert json.load(answer) == {"ok": True}
            with urllib.request.urlopen(f"{url}/__admin/health", timeout=20) as answer:
                assert json.load(answer)["vendors"] == [*VENDORS, "acme"]
        finally:
            server.terminate()


def test_pytest_has_its_fixture(python: Path, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TEST, "utf-8")
    done = run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", str(tmp_path), cwd=tmp_path)
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert "Lost: ACME took 1 item, holds 1, and its answers did not say so." in done.stdout
