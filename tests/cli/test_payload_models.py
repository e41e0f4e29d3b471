"""`mockservers models` writes types that know the same keys as the mock: what it files as unknown does not compile."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NotRequired, get_type_hints

import pytest
from click.testing import CliRunner

from mockservers.cli import cli
from mockservers.cli.payloads.declarations import Alias, AnyOf, Declaration, ListOf, Named, Type
from mockservers.cli.payloads.from_contract import models_of
from mockservers.cli.payloads.python_source import python_source
from mockservers.cli.payloads.typescript_source import typescript_source
from mockservers.core.contract.validation import Shape
from mockservers.vendors import load_contract
from tests.asking import VENDORS, contract
from tests.cli.payload_cases import examples, lines_with_errors, with_one_more_key, write_files
from tests.overlays import edited

ROOT = Path(__file__).parents[2]
BIN = ROOT / "clients/node/node_modules/.bin"
RIGHT = list(examples(incomplete=False))
CHANGED = [changed for case in RIGHT for changed in with_one_more_key(case)]
INCOMPLETE = list(examples(incomplete=True))

CHECKERS: dict[str, list[str | Path]] = {
    "mypy": [sys.executable, "-m", "mypy", "--strict", "--cache-dir=.mypy", "--config-file=", "."],
    "pyright": [BIN / "pyright", "--pythonpath", sys.executable, "."],
    "tsc": [BIN / "tsc", "--noEmit", "--strict", "--module", "nodenext", "right.ts", "wrong.ts"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("user")
    write_files(found, RIGHT, [*CHANGED, *INCOMPLETE])
    return found


def test_an_overlay_adds_fields_with_any_name_and_description(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    overlay = edited(tmp_path, "zangsho", "openapi.yaml", _with_odd_fields)
    models = models_of(load_contract("zangsho", overlay))

    (tmp_path / "odd_zangsho_models.py").write_text(python_source(models), "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    python = importlib.import_module("odd_zangsho_models")
    hints = get_type_hints(python.NewCustomer, include_extras=True)
    assert hints["from"] == NotRequired[str]
    assert hints["電話"] == NotRequired[str]
    assert hints["size"] == NotRequired[Literal[1, True, 'a"b\\']]
    assert hints["vat_id"] == NotRequired[str]
    assert "It needs one of vat_id, name." in python_source(models)
    assert hints["ratio"] == NotRequired[float]
    assert str(hints["friends"]).endswith("[list[odd_zangsho_models.NewCustomer]]")
    assert set(get_type_hints(python.NewCustomerBox)) == {"__id"}

    typescript = typescript_source(models)
    for line in ("from?: string;", '"電話"?: string;', '"e-mail"?: string;', 'size?: 1 | true | "a\\"b\\\\";',
                 "friends?: NewCustomer[];", '/** ends *\\/ here """ \\n. */'):  # fmt: skip
        assert f"  {line}\n" in typescript


def test_the_command_prints_either_language_with_what_an_overlay_adds(tmp_path: Path) -> None:
    edited(tmp_path, "zangsho", "openapi.yaml", _with_odd_fields)
    for flag, line in (("--python", "class NewOrder(TypedDict):"), ("--ts", "export interface NewOrder {")):
        plain = CliRunner().invoke(cli, ["models", "zangsho", flag])
        assert line in plain.output
        assert "電話" not in plain.output
        assert "電話" in CliRunner().invoke(cli, ["models", "zangsho", flag, "--contracts", str(tmp_path)]).output
    neither = CliRunner().invoke(cli, ["models", "zangsho"])
    assert "--python or --ts" in str(neither.exception)


def _with_odd_fields(openapi: Any) -> None:
    text = {"type": "string"}
    openapi["components"]["schemas"]["NewCustomer"]["anyOf"] = [
        {"properties": {"vat_id": text}, "required": ["vat_id"]},
        {"required": ["name"]},
    ]
    openapi["components"]["schemas"]["NewCustomer"]["properties"] |= {
        "from": text,
        "電話": text,
        "e-mail": text,
        "size": {"enum": [1, True, 'a"b\\']},
        "ratio": {"enum": [0.5, 1.5]},
        "friends": {"type": "array", "items": {"$ref": "#/components/schemas/NewCustomer"}},
        "box": {"type": "object", "properties": {"__id": text}},
        "ends": text | {"description": 'ends */ here """ \\n'},
    }


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_types_of_every_operation_know_the_keys_that_the_mock_knows(vendor: str) -> None:
    models = models_of(contract(vendor))
    declared = {declaration.name: declaration for declaration in models.declarations}
    taking = {name for name, each in contract(vendor).operations.items() if "requestBody" in each.spec}
    assert {payload.operation for payload in models.payloads} == taking
    for payload in models.payloads:
        assert isinstance(payload.type, Named)
        shape = contract(vendor)._shape(f"#/components/schemas/{payload.type.name}", {})
        assert list(_differing(payload.type, shape, declared, payload.operation)) == []


def _differing(kind: Type, shape: Shape, declared: dict[str, Declaration], at: str) -> Iterator[str]:
    """The places at which a type and the mock know different keys."""
    match kind:
        case Named(name):
            declaration = declared[name]
            if isinstance(declaration, Alias):
                yield from _differing(declaration.type, shape, declared, at)
            elif declaration.open:
                yield from [] if shape.free else [at]
            elif {field.key for field in declaration.fields} != shape.properties.keys():
                yield at
            else:
                for field in declaration.fields:
                    yield from _differing(field.type, shape.properties[field.key], declared, f"{at}/{field.key}")
        case ListOf(item) if shape.items:
            yield from _differing(item, shape.items, declared, f"{at}/*")
        case AnyOf(options):
            differing = [list(_differing(option, shape, declared, at)) for option in options]
            known = [
                places for option, places in zip(options, differing, strict=True) if isinstance(option, Named | ListOf)
            ]
            yield from min(known or differing, key=len)
        case _:
            yield from [] if shape.free else [at]


def test_the_examples_cover_every_vendor_and_both_unknown_and_free_keys() -> None:
    assert {case.vendor for case in RIGHT} == set(VENDORS)
    assert not any(case.unknown for case in RIGHT)
    assert {case.unknown for case in CHANGED} == {True, False}


@pytest.mark.parametrize("checker", CHECKERS)
def test_the_type_checker_rejects_exactly_the_keys_that_the_mock_ignores(checker: str, folder: Path) -> None:
    command = [str(word) for word in CHECKERS[checker]]
    if not Path(command[0]).exists():
        pytest.skip(f"{checker} is not here: scripts/node-client installs it and runs this file")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    suffix = "ts" if checker == "tsc" else "py"
    assert lines_with_errors(done.stdout, f"right.{suffix}") == set(), done.stdout + done.stderr
    found = lines_with_errors(done.stdout, f"wrong.{suffix}")
    wrong = {number for number, case in enumerate(CHANGED) if case.unknown}
    incomplete = {len(CHANGED) + number for number in range(len(INCOMPLETE))}
    assert found == wrong | incomplete, done.stdout + done.stderr
    assert "models.py" not in done.stdout
    assert "models.ts(" not in done.stdout
