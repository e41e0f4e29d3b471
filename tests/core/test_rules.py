"""Rules and the code that is their Python side; numbers, sources, reasons; and a test for each documented one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from mockservers.core.contract.checking import check_rules
from mockservers.core.contract.loading import data_directory
from mockservers.core.errors import ContractError
from tests.asking import VENDORS, contract
from tests.rules_in_code import named_in, named_in_code

TESTS = Path(__file__).parents[1]

every_vendor = pytest.mark.parametrize("vendor", VENDORS)


@every_vendor
def test_the_contract_and_the_code_name_the_same_rules(vendor: str) -> None:
    """If this fails, a rule is not implemented, or a rule id in the code is misspelt."""
    assert named_in_code(vendor) == contract(vendor).rules.keys()


def test_a_rule_is_named_by_a_string_of_its_own_or_a_docstring(tmp_path: Path) -> None:
    path = tmp_path / "events.py"
    path.write_text(
        'def register():\n    """Rules: `esputnik.event.one`, `esputnik.event.two`."""\n    "esputnik.event.three"\n'
    )
    assert named_in(path) == {"esputnik.event.one", "esputnik.event.two", "esputnik.event.three"}


def test_an_overlay_with_other_rules_stops_the_start() -> None:
    ours = contract("fanship").files["rules.yaml"]["rules"]
    more = {**ours, "fanship.record.jason-lines": {}}
    with pytest.raises(ContractError, match="rule is not implemented") as caught:
        check_rules("fanship", more, ours)
    assert "Did you mean 'fanship.record.json-lines'?" in str(caught.value)
    less = {name: rule for name, rule in ours.items() if name != "fanship.record.json-lines"}
    with pytest.raises(ContractError, match="the rule is missing, and the mock uses it"):
        check_rules("fanship", less, ours)


# -- what they rest on ------------------------------------------------------------------------------------------------


@every_vendor
def test_every_number_is_in_a_rule_or_listed_as_not_modelled_with_the_reason(vendor: str) -> None:
    numbers = set(contract(vendor).files["rules.yaml"]["numbers"])
    in_rules = {number for rule in contract(vendor).rules.values() for number in rule.refs}
    assert numbers - in_rules - not_modelled(vendor) == set()
    assert (in_rules | not_modelled(vendor)) - numbers == set(), "a number that there is not"


def not_modelled(vendor: str) -> set[str]:
    """The numbers in the table `number | what | why not`, each with a reason."""
    text = (data_directory("contracts") / vendor / "not-modelled.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    assert rows[0] == ["number", "what", "why not"]
    assert all(len(row) == 3 and all(row) for row in rows)
    return {number for row in rows[2:] for number in re.findall(r"[A-Z]+-\d+", row[0])}


@every_vendor
def test_a_rule_says_where_it_is_written_or_why_it_is_assumed(vendor: str) -> None:
    rules = contract(vendor).rules.values()
    assert [rule.id for rule in rules if "assumed" in rule.provenance_of.values() and not rule.reason] == []
    written = [rule for rule in rules if set(rule.provenance_of.values()) != {"assumed"}]
    assert [rule.id for rule in written if not rule.source["url"].startswith("https://")] == []
    assert [rule.id for rule in written if not rule.source["section"]] == []
    documented = [rule for rule in rules if "documented" in rule.provenance_of.values()]
    assert [rule.id for rule in documented if not rule.source["words"]] == []


@every_vendor
def test_a_rule_is_a_sentence_with_its_numbers_in_it(vendor: str) -> None:
    said = {rule.id: rule.says for rule in contract(vendor).rules.values()}
    assert {name: says for name, says in said.items() if not says.endswith(".")} == {}
    assert {name: says for name, says in said.items() if re.search(r"\{[a-z_]+\}", says)} == {}


@every_vendor
def test_every_rule_that_an_operation_refers_to_exists(vendor: str) -> None:
    operations = contract(vendor).operations.values()
    assert {name for about in operations for name in about.spec.get("x-rules", ())} <= contract(vendor).rules.keys()


# -- readings ---------------------------------------------------------------------------------------------------------


@every_vendor
def test_the_default_of_every_reading_is_recoverable(vendor: str) -> None:
    forks = {rule.id: rule.reading for rule in contract(vendor).rules.values() if rule.reading}
    assert [name for name, reading in forks.items() if not reading.recoverable[reading.default]] == []


# -- tests ------------------------------------------------------------------------------------------------------------


@cache
def _texts() -> str:
    return "\n".join(path.read_text("utf-8") for path in _test_files())


def _test_files() -> Iterator[Path]:
    return (path for path in sorted(TESTS.rglob("*.py")) if path != Path(__file__))


@every_vendor
def test_every_documented_rule_is_named_by_a_test(vendor: str) -> None:
    documented = [rule.id for rule in contract(vendor).rules.values() if "documented" in rule.provenance_of.values()]
    unnamed = [name for name in documented if not re.search(rf"{re.escape(name)}(?![\w.-])", _texts())]
    assert unnamed == []
