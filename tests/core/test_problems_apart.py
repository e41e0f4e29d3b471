"""A finding counts what has one problem, so that its sentence is true of all that it counts."""

from __future__ import annotations

import pytest

from mockservers.core.accounting import finding
from tests.core.obeying import Driver


def test_different_problems_make_different_findings() -> None:
    driver = Driver()
    problems = ["is missing", "is no number", "is missing", ""]
    driver.say(
        outcomes=[
            {"kind": "refused", "item": item, "key": "total", "at": [f"/{item}"], "values": {"problem": problem}}
            for item, problem in enumerate(problems)
        ]
    )
    assert [(found["key"], found["where"], found["count"]) for found in driver.ledger["findings"]] == [
        ("total", ["/0", "/2"], 2),
        ("total", ["/1"], 1),
        ("total", ["/3"], 1),
    ]
    assert driver.ledger["silent"] == 4


def test_problems_beyond_the_thousandth_finding_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """A problem may have a place of the text in it, another one for each item."""
    monkeypatch.setattr(finding, "KEYS_NAMED", 2)
    driver = Driver()
    driver.say(
        outcomes=[
            {"kind": "refused", "item": item, "at": [f"/{item}"], "values": {"problem": f"ends at {item}"}}
            for item in range(6)
        ]
    )
    assert [(found["where"], found["count"]) for found in driver.ledger["findings"]] == [
        (["/0"], 1),
        (["/1"], 1),
        (["/2", "/3", "/4", "/5"], 4),
    ]
