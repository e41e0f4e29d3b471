"""What `mockservers new-vendor` writes is built, installed into a venv, and does all that a vendor does."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.packaging.venvs import ROOT, environment, run, serving, venv_with

pytestmark = pytest.mark.thorough

SETTINGS = str(ROOT / "pyproject.toml")
DOCUMENTS = {
    "shop": Path(__file__).with_name("shop.openapi.yaml"),
    "espu": ROOT / "contracts" / "esputnik" / "openapi.yaml",
}


@dataclass(frozen=True, slots=True)
class Written:
    """A distribution that was written, and the interpreter of a venv that has it."""

    name: str
    folder: Path
    python: Path

    @property
    def contract(self) -> Path:
        return self.folder / f"{self.name}_mock" / "contract"

    def read(self, file: str) -> Any:
        return yaml.safe_load((self.contract / file).read_text("utf-8"))


@pytest.fixture(scope="module", params=DOCUMENTS)
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    name = request.param
    folder = tmp_path_factory.mktemp("written") / f"{name}-mock"
    command = [sys.executable, "-m", "mockservers", "new-vendor", name, "--openapi", str(DOCUMENTS[name])]
    done = subprocess.run(
        [*command, "--directory", str(folder)],
        env={**environment(), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Written(name, folder, venv_with(tmp_path_factory.mktemp("venv"), folder))


def test_the_generated_tests_pass_and_nothing_vanishes(written: Written) -> None:
    options = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--mockservers-audit")
    done = run(written.python, "-m", "pytest", *options, cwd=written.folder)
    assert "3 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize(
    "check",
    [
        ("ruff", "check", "--no-cache", "--config", SETTINGS, "."),
        ("ruff", "format", "--no-cache", "--check", "--config", SETTINGS, "."),
        ("mypy", "--strict", "--config-file", SETTINGS, "--cache-dir", "cache", "."),
    ],
    ids=lambda check: " ".join(check[:2]),
)
def test_the_generated_code_passes_our_linters(written: Written, check: tuple[str, ...]) -> None:
    done = run(written.python, "-m", *check, cwd=written.folder)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_generated_rule_is_assumed_and_named_in_the_code(written: Written) -> None:
    rules = written.read("rules.yaml")["rules"]
    code = "\n".join(path.read_text("utf-8") for path in written.folder.rglob("*.py"))
    assert {rule["provenance"] for rule in rules.values()} == {"assumed"}
    assert [name for name, rule in rules.items() if name not in code and "forms" not in rule] == []


def test_explain_says_what_its_demo_call_loses(written: Written) -> None:
    body = json.dumps(written.read("vendor.yaml")["demo"]["call"]["json"])
    done = run(written.python, "-m", "mockservers", "explain", written.name, "-", "--json", stdin=body)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["items"], answer["silent"]) == (1, {"sent": 1, "kept": 1}, 1), done.stderr
    assert [found["rule"] for found in answer["findings"]] == [f"{written.name}.request.unknown-key"]


def test_serve_prints_a_curl_that_its_demo_tenant_takes(written: Written) -> None:
    with serving(written.python) as url:
        with urllib.request.urlopen(f"{url}/__admin/tenants/demo-{written.name}/ledger", timeout=20) as answer:
            assert json.load(answer)["items"] == {"sent": 0}
        example = run(
            written.python,
            "-c",
            "import sys; from mockservers.cli.serving import example; from mockservers.core.tenancy.mock import Mock;"
            "from mockservers.vendors import load_contract, vendor; contract = load_contract(sys.argv[1]);"
            "print(example(Mock(vendor(sys.argv[1]), contract), dict(contract.demo.credentials), sys.argv[2]))",
            written.name,
            url,
        ).stdout
        assert subprocess.run(shlex.split(example), capture_output=True, check=True, timeout=20).returncode == 0
        with urllib.request.urlopen(f"{url}/__admin/tenants/demo-{written.name}/ledger", timeout=20) as answer:
            assert json.load(answer)["items"] == {"sent": 1, "kept": 1}


def test_the_example_request_of_each_refusal_causes_it(written: Written) -> None:
    with serving(written.python) as url:
        done = run(written.python, "-m", "mockservers", "errors", written.name, "--json", "--url", url)
        curls = {error["status"]: error["curl"] for error in json.loads(done.stdout) if error["curl"]}
        assert {401, 404, 405} <= set(curls)
        for status, curl in curls.items():
            command = [*shlex.split(curl), "-o", "/dev/null", "-w", "%{http_code}"]
            assert subprocess.run(command, capture_output=True, check=True, timeout=20).stdout == b"%d" % status


def test_the_conformance_kit_finds_its_part(written: Written) -> None:
    suite = (
        f"from {written.name}_mock.conformance import SUITE; from mockservers.testing.conformance.vendors import suite;"
    )
    done = run(written.python, "-c", f"{suite} print(suite('{written.name}') is SUITE, SUITE.collection)")
    assert done.stdout.split() == ["True", "orders"], done.stderr


def test_unsupported_parts_of_the_document_are_listed(written: Written) -> None:
    text = (written.contract / "not-modelled.md").read_text("utf-8")
    assert ("the body of uploadFile, which is not JSON" in text) is (written.name == "shop")
