"""A folder of contracts overlays ours file by file, and everything in it is read; YAML is read by its core schema."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from mockservers.core.contract.loading import data_directory
from mockservers.core.contract.yaml_reading import read
from mockservers.core.errors import ContractError
from mockservers.vendors import load_contract, vendor
from tests.overlays import edited, overlay, put, text_of


def test_each_overlay_file_replaces_one_of_ours(tmp_path: Path) -> None:
    vendor("fanship")
    changed = load_contract(
        "fanship", edited(tmp_path, "fanship", "purchase.schema.json", put("/properties/property/maxItems", 7))
    )
    ours = load_contract("fanship")
    assert changed.value("fanship.record.property-limit", "limit") == 7
    assert ours.value("fanship.record.property-limit", "limit") == 100
    assert changed.refusals == ours.refusals


@pytest.mark.parametrize("other", ["zangsho", "mockservers"])
def test_a_folder_without_a_contract_of_the_vendor_changes_nothing(tmp_path: Path, other: str) -> None:
    vendor("fanship")
    overlay(tmp_path, other, "rules.yaml", text_of(other, "rules.yaml"))
    assert load_contract("fanship", tmp_path).files == load_contract("fanship").files


@pytest.mark.parametrize("folder", ["", "zangsho", "fanship", "schema"])
def test_a_folder_that_overrides_nothing_stops_the_start(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    with pytest.raises(ContractError, match="it overrides nothing: it has no file of a vendor") as stopped:
        load_contract("fanship", tmp_path)
    assert stopped.value.file == str(tmp_path)
    assert "`mockservers overlay`" in stopped.value.fix


def test_a_comment_on_a_file_is_no_reference_to_it(tmp_path: Path) -> None:
    text = f"# own.schema.json is next.\n{text_of('fanship', 'rules.yaml')}"
    directory = overlay(tmp_path, "fanship", "rules.yaml", text)
    overlay(directory, "fanship", "own.schema.json", text_of("fanship", "member.schema.json"))
    with pytest.raises(ContractError, match=r"own\.schema\.json: it overlays nothing"):
        load_contract("fanship", directory)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("fanship/opanapi.yaml", "Did you mean 'openapi.yaml'?"),
        ("fanship/openapi.yml", "Did you mean 'openapi.yaml'?"),
        ("fanship/purchases.schema.json", "Did you mean 'purchase.schema.json'?"),
        ("fanshop/openapi.yaml", "Did you mean 'fanship'?"),
        ("zangsho/opanapi.yaml", "Did you mean 'openapi.yaml'?"),
        ("openapi.yaml", "Available: esputnik/, fanship/"),
        ("mockservers/rule.yaml", "Did you mean 'rules.yaml'?"),
        ("fanship/examples/mine.json", "it overlays nothing"),
        ("schemas/rules.schema.json", "it overlays nothing"),
    ],
)
def test_a_file_that_overlays_nothing_stops_the_start(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("{}")
    with pytest.raises(ContractError) as stopped:
        load_contract("fanship", tmp_path)
    assert name.split("/", maxsplit=1)[0] in stopped.value.file
    assert "it overlays nothing, and nothing reads it" in str(stopped.value)
    assert said in str(stopped.value)


def test_an_additional_file_is_read_if_another_refers_to_it(tmp_path: Path) -> None:
    parts = [{"$ref": "purchase.schema.json"}, {"$ref": "own.schema.json"}]
    directory = edited(tmp_path, "fanship", "openapi.yaml", put("/components/schemas/Purchase/allOf", parts))
    overlay(directory, "fanship", "own.schema.json", text_of("fanship", "member.schema.json"))
    assert "own.schema.json" in load_contract("fanship", directory).files


def test_a_copy_of_all_our_contracts_loads_as_ours(tmp_path: Path) -> None:
    copytree(data_directory("contracts"), tmp_path / "contracts")
    assert load_contract("fanship", tmp_path / "contracts").files == load_contract("fanship").files


@pytest.mark.parametrize("file", ["openapi.yaml", "rules.yaml", "errors.yaml", "purchase.schema.json"])
def test_a_copy_of_one_file_loads_as_ours(tmp_path: Path, file: str) -> None:
    vendor("fanship")
    assert (
        load_contract("fanship", overlay(tmp_path, "fanship", file, text_of("fanship", file))).files
        == load_contract("fanship").files
    )


# -- YAML -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("off", "off"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("2020-02-03", "2020-02-03"),
        ("2020-05-14T10:11:00", "2020-05-14T10:11:00"),
        ("10:30", "10:30"),
        ("1_000", "1_000"),
        ("0o17", 15),
        ("017", 17),
        ("0x1F", 31),
        ("-12", -12),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("'1'", "1"),
        ("<<", "<<"),
        ("=", "="),
        ("[a, 1]", ["a", 1]),
    ],
)
def test_yaml_is_read_with_the_core_schema(written: str, value: Any) -> None:
    assert repr(read(f"it: {written}\n")["it"]) == repr(value)
