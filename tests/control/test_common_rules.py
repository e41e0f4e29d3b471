"""The rules of the harness itself, which every vendor's contract knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockservers.core.contract.loading import data_directory
from mockservers.core.errors import ContractError
from mockservers.vendors import load_contract
from tests.asking import VENDORS, contract
from tests.rules_in_code import named_in_code

OURS = data_directory("contracts") / "mockservers" / "rules.yaml"


def overlaid(folder: Path, text: str) -> Path:
    (folder / "mockservers").mkdir()
    (folder / "mockservers" / "rules.yaml").write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_contract_has_the_common_rules_and_lists_only_the_vendors_own(vendor: str) -> None:
    about = contract(vendor)
    assert set(about.common) == named_in_code("mockservers")
    assert not set(about.common) & set(about.rules)
    assert about.rule("mockservers.fault.injected") is about.common["mockservers.fault.injected"]


def test_an_overlay_may_reword_a_common_rule(tmp_path: Path) -> None:
    text = OURS.read_text("utf-8").replace("the test planned the fault {fault}", "planned: {fault}")
    rule = load_contract("fanship", overlaid(tmp_path, text)).rule("mockservers.fault.injected")
    assert rule.sentence({"fault": "reset", "done": "nothing was done"}) == "planned: reset: nothing was done"


@pytest.mark.parametrize(
    ("found", "instead", "said"),
    [
        (
            "fault.injected",
            "fault.planned",
            "mockservers/rules.yaml#/rules/mockservers.fault.injected: the rule is missing",
        ),
        (
            "provenance: assumed",
            "provenance: guessed",
            "mockservers/rules.yaml#/rules/mockservers.fault.injected/provenance",
        ),
        ("numbers: []", "rules: {}", "mockservers/rules.yaml#/rules: key 'rules' is repeated (line 4)"),
    ],
)
def test_a_wrong_common_rule_stops_the_start(tmp_path: Path, found: str, instead: str, said: str) -> None:
    text = OURS.read_text("utf-8").replace(found, instead, 1)
    with pytest.raises(ContractError) as caught:
        load_contract("fanship", overlaid(tmp_path, text))
    assert said in str(caught.value)
