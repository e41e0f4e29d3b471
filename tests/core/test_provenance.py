"""Provenance: of each part of a rule and of a refusal, where it is from; and what a contract has to say with it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from mockservers.core.contract.loading import data_directory
from mockservers.core.contract.provenance import STRENGTH, label, parts, weaker
from tests.asking import VENDORS, contract

every_vendor = pytest.mark.parametrize("vendor", VENDORS)
SCHEMAS = data_directory("contracts") / "schema"
SOURCE = {"url": "https://vendor.example/page", "section": "Orders"}
WORDS = {**SOURCE, "words": "an order"}


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SCHEMAS / name).read_text("utf-8"))
    return found


def holds(**rule: Any) -> bool:
    """Whether rules.yaml may have such a rule."""
    content = {"numbers": [], "rules": {"toy.item.rule": {"says": "A rule.", **rule}}}
    return jsonschema_rs.Draft202012Validator(schema("rules.schema.json")).is_valid(content)


def split(condition: str, consequence: str) -> dict[str, str]:
    return {"condition": condition, "consequence": consequence}


@pytest.mark.parametrize(
    ("rule", "right"),
    [
        ({"provenance": "documented", "source": WORDS}, True),
        ({"provenance": "documented", "source": SOURCE}, False),
        ({"provenance": "documented", "source": {**WORDS, "words": ""}}, False),
        ({"provenance": "documented", "source": {**WORDS, "words": "a" * 81}}, False),
        ({"provenance": "documented", "source": {"url": SOURCE["url"], "words": "an order"}}, False),
        ({"provenance": "documented"}, False),
        ({"provenance": "elsewhere-documented", "source": SOURCE}, True),
        ({"provenance": "elsewhere-documented"}, False),
        ({"provenance": "assumed", "reason": "The page is silent."}, True),
        ({"provenance": "assumed", "reason": "The page is silent.", "source": SOURCE}, True),
        ({"provenance": "assumed"}, False),
        ({"provenance": "observed", "source": SOURCE, "seen": "2026-01-15"}, True),
        ({"provenance": "observed", "source": SOURCE}, False),
        ({"provenance": "observed", "source": SOURCE, "seen": "last week"}, False),
        ({"provenance": split("documented", "assumed"), "source": WORDS, "reason": "It says no more."}, True),
        ({"provenance": split("documented", "assumed"), "source": WORDS}, False),
        ({"provenance": split("documented", "assumed"), "source": SOURCE, "reason": "It says no more."}, False),
        ({"provenance": split("assumed", "elsewhere-documented"), "reason": "It says no more."}, False),
        ({"provenance": split("assumed", "assumed"), "reason": "It says nothing."}, True),
        ({"provenance": split("assumed", "observed"), "source": SOURCE, "reason": "It says nothing."}, False),
        ({"provenance": {"condition": "documented"}, "source": WORDS}, False),
        ({"provenance": {**split("documented", "documented"), "status": "documented"}, "source": WORDS}, False),
        ({"provenance": "guessed", "source": WORDS}, False),
        ({}, False),
    ],
)
def test_a_rule_has_the_fields_that_its_provenance_requires(rule: dict[str, Any], right: bool) -> None:
    assert holds(**rule) is right


@pytest.mark.parametrize(
    ("provenance", "right"),
    [
        ("assumed", True),
        ({"status": "documented", "body": "assumed"}, True),
        ({"status": "documented"}, False),
        (None, False),
        ("guessed", False),
    ],
)
def test_a_refusal_has_its_own_provenance(provenance: Any, right: bool) -> None:
    refusal = {"status": 400, "rule": "toy.item.rule", **({} if provenance is None else {"provenance": provenance})}
    validator = jsonschema_rs.Draft202012Validator(schema("errors.schema.json"))
    assert validator.is_valid({"refusals": {"no": refusal}}) is right


def test_contracts_and_the_admin_api_use_the_provenance_words_of_the_code(admin_schemas: dict[str, Any]) -> None:
    for found in (schema("rules.schema.json")["$defs"], schema("errors.schema.json")["$defs"]):
        assert set(found["provenance"]["enum"]) == set(STRENGTH)
    assert set(admin_schemas["Provenance"]["enum"]) == set(STRENGTH)


@pytest.fixture
def admin_schemas() -> dict[str, Any]:
    import yaml

    path = Path(__file__).parents[2] / "mockservers" / "core" / "contract" / "admin.openapi.yaml"
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))["components"]["schemas"]
    return found


def test_the_weaker_of_two_provenance_words_is_the_one_that_promises_less() -> None:
    for index, one in enumerate(STRENGTH):
        for other in STRENGTH[index:]:
            assert weaker({"condition": one, "consequence": other}) == one
            assert weaker({"condition": other, "consequence": one}) == one


def test_both_provenance_words_are_shown_where_they_differ() -> None:
    names = ("condition", "consequence")
    assert label(parts("documented", names)) == "documented"
    both = parts({"consequence": "assumed", "condition": "documented"}, names)
    assert label(both) == "condition documented, consequence assumed"


@every_vendor
def test_locating_words_are_short_and_no_sentence(vendor: str) -> None:
    words = {rule.id: rule.source["words"] for rule in contract(vendor).rules.values() if "words" in rule.source}
    assert {name: text for name, text in words.items() if len(text) > 60 or text.endswith((".", "。"))} == {}


@every_vendor
def test_a_refusal_is_not_better_known_than_its_rule_where_nothing_is_documented(vendor: str) -> None:
    """A status or a body is documented only where the rule that it belongs to names a page."""
    known = contract(vendor)
    for refusal in known.refusals.values():
        if weaker(refusal.provenance_of) != "assumed":
            assert known.rules[refusal.rule].source, refusal.name


@every_vendor
def test_a_rule_whose_reason_says_assumed_has_an_assumed_part_or_names_a_value(vendor: str) -> None:
    """If this fails, findings show a label that promises more than its reason."""
    rules = [rule for rule in contract(vendor).rules.values() if re.search(r"\b(assumed|inferred)\b", rule.reason)]
    better = [rule for rule in rules if "assumed" not in rule.provenance_of.values()]
    assert [rule.id for rule in better if not any(re.search(rf"\b{name}\b", rule.reason) for name in rule.values)] == []
