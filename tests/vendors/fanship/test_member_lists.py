"""Member lists: each replaces the one before, and the last one of a day is ingested."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.fanship.fanship_tenant import FanshipTenant


@pytest.mark.rule("fanship.members.full-replacement")
def test_members_that_are_not_in_the_next_list_are_removed() -> None:
    fanship = FanshipTenant()
    fanship.members({"id": "a"}, {"id": "b"})
    fanship.next_morning()
    fanship.members({"id": "b", "name": "new"}, {"id": "c"})
    fanship.next_morning()
    assert [member["id"] for member in fanship.state["members"]] == ["b", "c"]
    assert fanship.items == {"sent": 4, "kept": 2, "updated": 1, "overwritten": 1}
    assert fanship.silent == 1


@pytest.mark.rule("fanship.members.omitted-keys")
@pytest.mark.parametrize(
    ("first", "second", "lost"),
    [
        ({"x": 1, "y": 2}, {"x": 1}, [("y", "line 2 /y")]),
        ({"x": 1, "y": 2}, {"x": 2, "y": None}, []),  # what the new line names is changed as meant
        ({"x": 1, "y": 2}, {}, [("x", "line 2 /x"), ("y", "line 2 /y")]),
        ({"x": {"a/b": 1, "c": 2}}, {"x": {"c": 3}}, [("a/b", "line 2 /x/a~1b")]),
        ({"x": {"a": 1}}, {"x": {}}, [("a", "line 2 /x/a")]),
        ({"x": {"a": 1}}, {"x": None}, []),
        ({"x": [1, 2]}, {"x": [1]}, []),
        ({"x": None, "y": ""}, {"z": 1}, []),
        ({"x": 1.0}, {"x": 1, "y": 1}, []),
    ],
)
def test_keys_that_the_next_line_of_a_member_omits_are_lost_at_their_places(
    first: dict[str, Any], second: dict[str, Any], lost: list[tuple[str, str]]
) -> None:
    fanship = FanshipTenant()
    fanship.members({"id": "a"}, {"id": "b", **first})
    fanship.next_morning()
    fanship.members({"id": "b", **second})
    fanship.next_morning()
    silent = [finding for finding in fanship.ledger["findings"] if finding["silent"]]
    keys = [(each["key"], *each["where"]) for each in silent if each["rule"] == "fanship.members.omitted-keys"]
    assert sorted(keys) == lost
    assert {each["exchange"] for each in silent} == {1}
    assert fanship.silent == len(lost) + 1  # and the member a
    assert fanship.items == {"sent": 3, "kept": 1, "updated": 1, "overwritten": 1}


@pytest.mark.rule("fanship.members.last-of-day-wins")
def test_the_last_member_list_of_the_day_wins_and_purchases_are_left_alone() -> None:
    fanship = FanshipTenant()
    fanship.upload("20251101", {"id": "1"})
    fanship.members({"id": "a"})
    fanship.members({"id": "b"})
    fanship.next_morning()
    assert [member["id"] for member in fanship.state["members"]] == ["b"]
    assert fanship.purchase_ids == ["1"]
    assert fanship.silent == 1
