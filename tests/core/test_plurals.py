"""Counts agree with their nouns, and lists are written as a reader would, in every sentence of a rule."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mockservers.core.contract.placeholders import LONGEST, sentence
from mockservers.core.values.plurals import counted
from tests.asking import VENDORS, contract


@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        ("lost in {count} line(s)", {"count": 1}, "lost in 1 line"),
        ("lost in {count} line(s)", {"count": 2}, "lost in 2 lines"),
        ("converted: {count} time(s)", {"count": 1}, "converted: once"),
        ("converted: {count} time(s)", {"count": 3}, "converted: 3 times"),
        ("{count} property(s)", {"count": 0}, "0 properties"),
        ("{count} line(s) of {file}", {"file": "7 item(s)", "count": 1}, "1 line of 7 item(s)"),
        ("{count} line(s)", {}, "{count} line(s)"),
        ("not one of {options}", {"options": ["A", 2, None]}, "not one of A, 2, null"),
    ],
)
def test_a_sentence_agrees_with_its_values(template: str, values: dict[str, Any], expected: str) -> None:
    assert sentence(template, values) == expected


@pytest.mark.parametrize(("count", "noun", "text"), [(1, "order", "1 order"), (2, "reply", "2 replies")])
def test_a_count_agrees_with_its_noun(count: int, noun: str, text: str) -> None:
    assert counted(count, noun) == text


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_count_of_a_rule_is_written_with_its_noun(vendor: str) -> None:
    for rule in contract(vendor).rules.values():
        filled = rule.sentence(dict.fromkeys(re.findall(r"\{(\w+)\}", rule.why), 2))
        assert "(s)" not in filled, rule.id


def test_a_long_text_is_cut_in_a_sentence_and_a_list_is_written_out() -> None:
    assert sentence("total is {total}: {names}", {"total": "9" * 400, "names": ["a"] * 100}) == (
        f"total is {'9' * (LONGEST - 1)}…: {', '.join(['a'] * 100)}"
    )
