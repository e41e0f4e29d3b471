"""All places of a finding: those of its form in the body that was sent, if they are as many as it counts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockservers.core.accounting.sent_body import decoded
from mockservers.web.page.places import all_places


def places(body: Any, where: list[str], count: int) -> list[str]:
    text = body if isinstance(body, str) else json.dumps(body)
    kind = "application/x-ndjson" if isinstance(body, str) else "application/json"
    sent = decoded({"headers": {"content-type": kind}, "body": text})
    return all_places({"where": where, "count": count}, sent)


def items(*values: Any) -> dict[str, Any]:
    return {"items": [{"lines": [{"x": value}]} for value in values]}


FIRST = [f"/items/{number}/lines/0/x" for number in range(5)]


def test_every_place_is_shown_if_the_number_of_matches_equals_the_count() -> None:
    assert places(items(*range(7)), FIRST, 7) == [*FIRST, "/items/5/lines/0/x", "/items/6/lines/0/x"]


def test_a_null_is_omitted_from_the_places() -> None:
    assert places(items(0, 1, 2, 3, 4, None, 6), FIRST, 6) == [*FIRST, "/items/6/lines/0/x"]


def test_the_named_places_are_shown_if_the_number_of_matches_differs() -> None:
    assert places(items(*range(9)), FIRST, 7) == FIRST


@pytest.mark.parametrize("where", [[], ["/items/0/a", "/items/0/b"], ["/elsewhere/0/x"]])
def test_places_without_a_common_pattern_are_shown_as_named(where: list[str]) -> None:
    assert places(items(1, 2, 3), where, 3) == where


def test_places_are_found_in_lines_and_in_json_within_text() -> None:
    lines = "".join(f'{{"id": {number}, "x": 1}}\n' for number in range(7))
    assert places(lines, [f"line {number} /x" for number in range(1, 6)], 7)[-1] == "line 7 /x"
    inner = {"payload": json.dumps([{"x": 1}] * 6)}
    assert places(inner, [f"/payload/{number}/x" for number in range(5)], 6)[-1] == "/payload/5/x"
