"""`mockservers overlay` copies what can be edited, and an editor then completes and checks it by the schemas."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mockservers.cli.overlays import copied
from mockservers.core.contract.loading import data_directory
from mockservers.core.errors import UsageError
from mockservers.vendors import load_contract
from tests.asking import VENDORS, contract
from tests.cli.language_server import editor
from tests.cli.test_user_files import is_one_line, run

ROOT = Path(__file__).parents[2]
LANGUAGE_SERVER = ROOT / "clients/node/node_modules/.bin/yaml-language-server"
YAML = ("errors.yaml", "openapi.yaml", "rules.yaml", "vendor.yaml")
CONTRACTS = data_directory("contracts")


@pytest.mark.parametrize("file", sorted(CONTRACTS.glob("*/*.yaml")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_each_contract_file_names_its_schema_in_its_first_line(file: Path) -> None:
    first = file.read_text("utf-8").splitlines()[0]
    named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert named
    assert (file.parent / named[1]).resolve() == CONTRACTS / "schema" / f"{file.stem}.schema.json"
    assert (file.parent / named[1]).is_file()


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_copy_changes_nothing_and_comes_with_its_schemas(vendor: str, tmp_path: Path) -> None:
    own = tmp_path / "own"
    assert [path.name for path in copied(vendor, YAML, own, force=False)] == list(YAML)
    assert {path.name for path in (own / "schema").iterdir()} == {f"{Path(file).stem}.schema.json" for file in YAML}
    found, ours = load_contract(vendor, own), contract(vendor)
    assert {name: found.files[name] for name in YAML} == {name: ours.files[name] for name in YAML}


def test_schemas_of_an_earlier_version_do_not_stop_loading(tmp_path: Path) -> None:
    copied("zangsho", ("rules.yaml",), tmp_path, force=False)
    (tmp_path / "schema/rules.schema.json").write_text('{"title": "of an earlier version"}')
    assert load_contract("zangsho", tmp_path).rules.keys() == contract("zangsho").rules.keys()


def test_an_edited_copy_is_not_overwritten_and_the_other_files_are_not_copied(tmp_path: Path) -> None:
    (tmp_path / "contracts/zangsho").mkdir(parents=True)
    (tmp_path / "contracts/zangsho/rules.yaml").write_text("mine")
    refused = run("overlay", "zangsho", "errors.yaml", "rules.yaml", cwd=tmp_path)
    assert is_one_line(refused, "contracts/zangsho/rules.yaml already exists", "Fix: --force"), refused.stderr
    assert [path.name for path in tmp_path.rglob("*.*")] == ["rules.yaml"]
    assert run("overlay", "zangsho", "rules.yaml", "--force", cwd=tmp_path).returncode == 0
    assert "zangsho.auth.token" in (tmp_path / "contracts/zangsho/rules.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("rule.yaml", "Did you mean 'rules.yaml'?"),
        ("values.yaml", "Available: "),
        ("../zangsho/rules.yaml", "Available: "),
    ],
)
def test_a_file_that_cannot_be_overlaid_is_refused(file: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        copied("zangsho", (file,), tmp_path, force=False)
    assert words in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_an_editor_completes_a_rule_and_marks_a_misspelt_key(tmp_path: Path) -> None:
    if not LANGUAGE_SERVER.exists():
        pytest.skip("no language server is here: scripts/node-client installs it and runs this file")
    (right,) = copied("zangsho", ("rules.yaml",), tmp_path, force=False)
    lines = right.read_text("utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("    provenance: "))
    half = right.with_name("half.yaml")
    half.write_text("\n".join([*lines[:at], "    pro", *lines[at + 1 :]]), "utf-8")
    wrong = right.with_name("wrong.yaml")
    wrong.write_text("\n".join(lines).replace("    provenance: ", "    provenence: ", 1), "utf-8")

    with editor([str(LANGUAGE_SERVER), "--stdio"]) as code:
        assert "provenance" in code.completions(half, at, len("    pro"))
        assert code.problems(right) == []
        problems = code.problems(wrong)
    assert any("provenence" in problem for problem in problems), problems


def test_an_editor_finds_nothing_wrong_in_our_contracts() -> None:
    if not LANGUAGE_SERVER.exists():
        pytest.skip("no language server is here: scripts/node-client installs it and runs this file")
    with editor([str(LANGUAGE_SERVER), "--stdio"]) as code:
        problems = [problem for file in CONTRACTS.glob("*/*.yaml") for problem in code.problems(file)]
    # The schema of openapi.yaml refers to that of JSON Schema itself, which an editor loads from the network.
    assert [problem for problem in problems if "https://json-schema.org/draft/2020-12/schema" not in problem] == []
