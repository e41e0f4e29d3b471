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


def test_as_many_places_as_are_counted_are_all_of_them() -> None:
    assert places(items(*range(7)), FIRST, 7) == [*FIRST, "/items/5/lines/0/x", "/items/6/lines/0/x"]


def test_a_null_is_not_a_loss_and_is_omitted() -> None:
    assert places(items(0, 1, 2, 3, 4, None, 6), FIRST, 6) == [*FIRST, "/items/6/lines/0/x"]


def test_where_the_number_differs_the_known_ones_stay() -> None:
    assert places(items(*range(9)), FIRST, 7) == FIRST


@pytest.mark.parametrize("where", [[], ["/items/0/a", "/items/0/b"], ["/elsewhere/0/x"]])
def test_places_without_one_form_in_the_body_stay(where: list[str]) -> None:
    assert places(items(1, 2, 3), where, 3) == where


def test_lines_and_json_within_text_are_looked_into() -> None:
    lines = "".join(f'{{"id": {number}, "x": 1}}\n' for number in range(7))
    assert places(lines, [f"line {number} /x" for number in range(1, 6)], 7)[-1] == "line 7 /x"
    inner = {"payload": json.dumps([{"x": 1}] * 6)}
    assert places(inner, [f"/payload/{number}/x" for number in range(5)], 6)[-1] == "/payload/5/x"
