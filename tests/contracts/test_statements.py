"""Each statement of the four pages is held by a rule, a place of the contract, an example or an entry not modelled.

The tables beside this file list the statements by section and a few locating words. A statement's `by` names what holds
it: the id of a rule, the number of a fact, `file` or `file#/pointer` of the contract, `examples/…`, or
`not-modelled: …` with the words of an entry's second column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from mockservers.core.contract.loading import data_directory
from tests.asking import VENDORS, contract

every_vendor = pytest.mark.parametrize("vendor", VENDORS)
LONGEST_WORDS = 60


class Statement(NamedTuple):
    section: str
    words: str
    by: list[str]


def table(vendor: str) -> dict[str, Any]:
    text = (Path(__file__).parent / f"{vendor}.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.load(text, yaml.BaseLoader)
    return found


def statements(vendor: str) -> Iterator[Statement]:
    for section, listed in table(vendor)["statements"].items():
        for each in listed:
            yield Statement(section, each["words"], each["by"])


def is_there(vendor: str, name: str) -> bool:
    """Whether the contract has what a statement names."""
    about, folder = contract(vendor), data_directory("contracts") / vendor
    if name.startswith(f"{vendor}."):
        return name in about.rules
    if re.fullmatch(r"[A-Z]+-\d+", name):
        return name in about.files["rules.yaml"]["numbers"]
    if name.startswith("not-modelled: "):
        return name.removeprefix("not-modelled: ") in not_modelled(vendor)
    if "#" not in name:
        return (folder / name).is_file()
    try:
        about.resolve(name)
    except (KeyError, IndexError, ValueError, TypeError):
        return False
    return True


def not_modelled(vendor: str) -> set[str]:
    """The second column of the table of what is not modelled."""
    text = (data_directory("contracts") / vendor / "not-modelled.md").read_text("utf-8")
    return {line.split("|")[2].strip() for line in text.splitlines() if line.startswith("|")}


@every_vendor
def test_every_name_that_a_statement_refers_to_exists(vendor: str) -> None:
    gone = {each.words: [name for name in each.by if not is_there(vendor, name)] for each in statements(vendor)}
    assert {words: names for words, names in gone.items() if names} == {}


@every_vendor
def test_every_statement_names_what_holds_it(vendor: str) -> None:
    assert [each.words for each in statements(vendor) if not each.by] == []


@every_vendor
def test_every_documented_rule_rests_on_a_statement(vendor: str) -> None:
    resting = {name for each in statements(vendor) for name in each.by}
    documented = [rule for rule in contract(vendor).rules.values() if "documented" in rule.provenance_of.values()]
    assert [rule.id for rule in documented if rule.id not in resting] == []
    page = table(vendor)["page"]
    assert [rule.id for rule in documented if rule.source["url"] != page] == []


@every_vendor
def test_a_documented_rule_names_the_section_and_words_of_its_statements(vendor: str) -> None:
    known = {(each.section, each.words) for each in statements(vendor)}
    sources = {rule.id: rule.source for rule in contract(vendor).rules.values() if "words" in rule.source}
    assert {name: source for name, source in sources.items() if (source["section"], source["words"]) not in known} == {}


@every_vendor
def test_a_documented_rule_covers_no_place_of_another_page(vendor: str) -> None:
    """A rule of one page must not lend its label to what another page, or none, describes."""
    described = tuple(table(vendor)["describes"])
    for place in described:
        assert is_there(vendor, place), place
    documented = [rule for rule in contract(vendor).rules.values() if "documented" in rule.provenance_of.values()]
    astray = {rule.id: [place for place in rule.covers if not _within(place, described)] for rule in documented}
    assert {name: places for name, places in astray.items() if places} == {}


def _within(place: str, described: tuple[str, ...]) -> bool:
    return any(f"{place.rstrip('/')}/".startswith(f"{each.rstrip('/')}/") for each in described)


@every_vendor
def test_locating_words_are_short_and_unique_in_their_section(vendor: str) -> None:
    listed = [(each.section, each.words) for each in statements(vendor)]
    assert len(listed) == len(set(listed))
    assert [words for _, words in listed if len(words) > LONGEST_WORDS or words.endswith((".", "。"))] == []


@pytest.mark.parametrize(
    "name",
    [
        "fanship.upload.last-of-day-win",
        "FAN-99",
        "not-modelled: files",
        "examples/none.json",
        "purchase.schema.json#/properties/none",
    ],
)
def test_a_name_that_does_not_exist_is_noticed(name: str) -> None:
    assert not is_there("fanship", name)


def test_every_field_of_the_published_schema_is_in_a_statement() -> None:
    schema = contract("fanship").files["purchase.schema.json"]
    words = " ".join(each.words for each in statements("fanship"))
    named = {name for each in statements("fanship") for name in each.by}
    missing = [
        name
        for name in schema["properties"]
        if f"{name} " not in words and f"purchase.schema.json#/properties/{name}" not in named
    ]
    assert missing == []
