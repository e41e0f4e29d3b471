"""vendor.yaml: who the vendor is. What is wrong with it stops the start, with file, pointer, reason and fix."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from mockservers.core.contract.vendor_file import VendorFile
from mockservers.core.errors import ContractError
from mockservers.core.tenancy.mock import Mock
from mockservers.vendors import load_contract, vendor
from tests.asking import VENDORS, contract
from tests.overlays import cut, edited, put

Edit = Callable[[Any], Any]
TOKEN = "/credentials/token"


def both(*edits: Edit) -> Edit:
    def edit(document: Any) -> None:
        for each in edits:
            each(document)

    return edit


@pytest.mark.parametrize(
    ("edit", "pointer", "reason", "fix"),
    [
        (lambda _: [], "", 'is not of type "object"', "See contracts/schema/vendor.schema.json"),
        (cut("/title"), "", '"title" is a required property', "See contracts/schema"),
        (put("/tilte", "FANSHIP"), "", "'tilte' was unexpected", "See contracts/schema"),
        (put("/pages/0", "docs.fanship.jp"), "/pages/0", "does not match", "See contracts/schema"),
        (put("/hosts", []), "/hosts", "less than 1 item", "See contracts/schema"),
        (put("/hosts/0/name", "https://fanship.example"), "/hosts/0/name", "does not match", "See contracts/schema"),
        (put("/zone", "+05:30"), "/zone", '"+05:30" would contradict rules.yaml#/rules/', "Fix: put {$ref:"),
        (put("/zone", {"$ref": "rules.yaml#/rules/a"}), "/zone", "would contradict rules.yaml#/", "Fix: put {$ref:"),
        (put("/zone", 9), "/zone", "9 is not valid", "See contracts/schema"),
        (put(f"{TOKEN}/pattern", "(?<"), f"{TOKEN}/pattern", "it is not a regular expression", "Fix: correct it."),
        (
            put(f"{TOKEN}/pattern", "[0-9]+"),
            f"{TOKEN}/template",
            "which does not match the pattern",
            "{number}, {uuid}",
        ),
        (put(f"{TOKEN}/template", "{hex7}"), f"{TOKEN}/template", "it generates '{hex7}'", "Fix: make it match."),
        (cut("/demo/credentials/token"), "/demo/credentials", "no credentials", "Fix: name each of: token."),
        (put("/demo/credentials/token", "no"), "/demo/credentials/token", "'no' does not match", "Fix: choose one"),
        (put("/demo/credentials/token", "AUTH_TOKEN"), "/demo/credentials/token", "a placeholder", "Fix: choose"),
        (put("/demo/state", {"members": [1]}), "/demo/state/members/0", "1 is not of type", "See contracts/schema"),
        (
            put("/demo/call/operation", "upload"),
            "/demo/call/operation",
            "no operation 'upload'",
            "Fix: choose",
        ),
        (
            both(put("/credentials/tokn", {"pattern": ".*", "template": "a"}), put("/demo/credentials/tokn", "a")),
            "/credentials/tokn",
            "the mock does not know it",
            "Did you mean 'token'?",
        ),
    ],
)
def test_a_wrong_vendor_file_stops_the_start(tmp_path: Path, edit: Edit, pointer: str, reason: str, fix: str) -> None:
    with pytest.raises(ContractError) as stopped:
        load_contract("fanship", edited(tmp_path, "fanship", "vendor.yaml", edit))
    message = str(stopped.value)
    assert "fanship/vendor.yaml" in message
    assert pointer in message
    assert reason in message
    assert fix in message


def test_a_missing_vendor_file_stops_the_start(tmp_path: Path) -> None:
    from mockservers.core.contract.loading import load

    (tmp_path / "openapi.yaml").write_text("{}")
    with pytest.raises(ContractError, match=r"fanship/vendor\.yaml.*does not exist"):
        load("fanship", tmp_path)


def test_an_overlay_changes_the_name_hosts_and_credential_templates(tmp_path: Path) -> None:
    edits = [
        put("/title", "FANSHIP 2"),
        put("/hosts", [{"name": "one.example"}, {"name": "two.example"}]),
        put(f"{TOKEN}/pattern", "T-[0-9]+-[0-9a-f]{4}"),
        put(f"{TOKEN}/template", "T-{number}-{hex4}"),
        put("/demo/credentials/token", "T-0-abcd"),
    ]
    changed = load_contract("fanship", edited(tmp_path, "fanship", "vendor.yaml", both(*edits)))
    assert (changed.title, changed.hosts, changed.origin) == (
        "FANSHIP 2",
        ("one.example", "two.example"),
        "https://one.example",
    )
    mock = Mock(vendor("fanship"), changed)
    assert [bool(re.fullmatch(rf"T-{n}-[0-9a-f]{{4}}", mock.create().credentials["token"])) for n in (1, 2)] == [
        True
    ] * 2


@pytest.mark.parametrize(
    ("zone", "reason"),
    [("mars", "'mars' is not a time zone"), ({"$ref": "rules.yaml#/a"}, "unresolved $ref rules.yaml#/a")],
)
def test_a_vendor_without_a_zone_of_its_rules_names_one(zone: Any, reason: str) -> None:
    content = contract("fanship").files["vendor.yaml"]
    with pytest.raises(ContractError, match="Fix: name a time zone") as stopped:
        VendorFile("acme", {**content, "zone": zone}, contract("fanship").resolve)
    assert stopped.value.reason == reason
    assert VendorFile("acme", {**content, "zone": "+05:30"}, contract("fanship").resolve).zone is not None


@pytest.mark.parametrize("name", VENDORS)
def test_generated_credentials_match_their_pattern_and_are_unique(name: str) -> None:
    for credential in contract(name).credentials:
        made = {credential.generate(number) for number in range(50)}
        assert len(made) == 50
        assert all(credential.pattern.fullmatch(value) for value in made)
        assert not made & credential.placeholders


@pytest.mark.parametrize("name", VENDORS)
def test_every_yaml_parser_reads_a_contract(name: str) -> None:
    """Libyaml accepts text that YAML does not allow and that other tools reject."""
    for path in sorted((Path(__file__).parents[2] / "contracts" / name).glob("*.yaml")):
        text = path.read_text("utf-8")
        assert yaml.load(text, yaml.SafeLoader) == yaml.load(text, yaml.CSafeLoader), path
