"""A finding counts the lines with one problem, so that its sentence is true of all of them."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.vendors.fanship import file_notes
from tests.vendors.fanship.fanship_tenant import FanshipTenant

SCHEMA, LINES = "fanship.record.schema", "fanship.record.json-lines"
ALL_OR_NOTHING = "fanship.upload.all-or-nothing"


def findings(fanship: FanshipTenant, *rules: str) -> list[tuple[list[str], str]]:
    return [(found["where"], found["why"]) for found in fanship.ledger["findings"] if found["rule"] in rules]


@pytest.mark.rule(SCHEMA)
def test_each_problem_of_the_schema_has_its_sentence_with_the_first_value() -> None:
    fanship = FanshipTenant()
    changes: list[dict[str, Any]] = [{"jan_code": "49"}, {"jan_code": "50"}, {"fixed_price": "x"}, {"id": ""}]
    fanship.upload("20251101", *({"id": str(n), **each} for n, each in enumerate(changes)), {"ID": "7"}, [])
    assert findings(fanship, SCHEMA) == [
        (
            ["line 1 /jan_code", "line 2 /jan_code"],
            'a line violates `type: ["integer","null"]` at jan_code: 2 lines, the first with "49"',
        ),
        (
            ["line 3 /fixed_price"],
            'a line violates `type: ["number","null"]` at fixed_price: 1 line, the first with "x"',
        ),
        (["line 4 /id"], 'a line violates `minLength: 1` at id: 1 line, the first with ""'),
        (["line 5 /id"], 'a line lacks id: 1 line, the first with {"ID":"7"}'),
        (["line 6"], 'a line violates `type: "object"`: 1 line, the first with []'),
    ]


@pytest.mark.rule("fanship.members.schema")
def test_each_problem_of_members_has_its_sentence() -> None:
    fanship = FanshipTenant()
    fanship.members({"id": 1}, {"id": 2}, {})
    assert findings(fanship, "fanship.members.schema") == [
        (["line 1 /id", "line 2 /id"], 'a member violates `type: "string"` at id: 2 lines, the first with 1'),
        (["line 3 /id"], "a member lacks id: 1 line, the first with {}"),
    ]


@pytest.mark.rule(LINES)
def test_lines_with_the_same_problem_at_other_positions_share_a_finding() -> None:
    fanship = FanshipTenant()
    fanship.upload("20251101", '{"id":"1",', '{"id":"12",', "\ufeff{}", '{"id":"1","tax":NaN}')
    assert findings(fanship, LINES) == [
        (["line 1", "line 2"], 'a line is not JSON: unexpected end of data: 2 lines, the first with `{"id":"1",`'),
        (["line 3"], r"a line begins with a byte order mark: 1 line, the first with `\ufeff{}`"),
        (["line 4"], 'a line is not JSON: NaN is not JSON: 1 line, the first with `{"id":"1","tax":NaN}`'),
    ]


@pytest.mark.rule(ALL_OR_NOTHING)
def test_the_file_is_refused_by_its_first_line_and_names_the_first_lines_of_all_problems() -> None:
    fanship = FanshipTenant()
    fanship.upload("20251101", {"id": "1", "order_date": "today"}, {}, {"id": 3}, "{", {"id": 5}, {"id": 6})
    assert findings(fanship, ALL_OR_NOTHING) == [
        (
            ["line 1 /order_date", "line 2 /id", "line 3 /id", "line 4", "line 5 /id"],
            'the file is refused: line 1 violates `format`: "today" is not a "date-time"',
        )
    ]


@pytest.mark.rule(SCHEMA)
def test_problems_beyond_the_named_ones_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_notes, "KEYS_NAMED", 2)
    fanship = FanshipTenant()
    fanship.upload("20251101", {}, {"id": 1}, {"id": ""}, {"id": "1", "tax": "x"}, {"id": 5}, "{")
    assert findings(fanship, SCHEMA, LINES) == [
        (["line 1 /id"], "a line lacks id: 1 line, the first with {}"),
        (["line 2 /id", "line 5 /id"], 'a line violates `type: "string"` at id: 2 lines, the first with 1'),
        (["line 3 /id", "line 4 /tax"], 'a line (further problems): 2 lines, the first with ""'),
        (["line 6"], "a line (further problems): 1 line, the first with `{`"),
    ]
