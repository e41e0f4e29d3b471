"""The quick schema: what it takes the contract's own takes, and the usual texts are among that."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.contract.quick_schemas import NATIVE, USUAL, quick_schema, reachable
from mockservers.core.values.formats import FORMATS

USUAL_TEXTS = {
    "iso8601": ["2020-01-01T00:00:00+0800", "2025-12-31T23:59:59+08:00", "2024-11-30T10:00:00Z", "2024-02-28T10:00:00"],
    "date-time-or-iso8601": ["2025-12-01T08:00:00Z", "2025-12-01T08:00:00+08:00"],
    "local-date-time": ["2020-05-14T10:11:00"],
    "date": ["2025-11-01", "2000-10-31"],
    "decimal": ["1990.00", "-5"],
    "email": ["wang.1@example.com", "o-k+tag@mail.example.co.jp"],
    "uuid": ["123e4567-e89b-12d3-a456-426614174000"],
}


@pytest.mark.parametrize("name", USUAL)
@given(data=st.data())
def test_each_text_that_matches_a_pattern_matches_its_format(name: str, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(USUAL[name].removesuffix("$") + r"\Z", alphabet=st.characters(codec="ascii")))
    assert FORMATS[name](text)


@pytest.mark.parametrize("name", USUAL)
def test_the_usual_texts_of_a_format_match_its_pattern(name: str) -> None:
    assert all(re.fullmatch(USUAL[name], text) for text in USUAL_TEXTS[name])


@pytest.mark.parametrize("day", ["2023-02-29", "2023-04-31", "2023-00-10", "2023-13-01", "2023-01-00", "2023-01-32"])
def test_no_pattern_matches_a_day_that_does_not_exist(day: str) -> None:
    texts = {"date": day, "local-date-time": f"{day}T00:00:00", "iso8601": f"{day}T00:00:00Z"}
    assert not any(re.fullmatch(USUAL[name], text) for name, text in texts.items())


def test_a_format_becomes_a_pattern_in_addition_to_existing_ones() -> None:
    schema = {"format": "decimal", "allOf": [{"maxLength": 9}], "enum": [{"format": "decimal"}]}
    assert quick_schema(schema) == {
        "allOf": [{"maxLength": 9}, {"pattern": USUAL["decimal"]}],
        "enum": [{"format": "decimal"}],
    }
    assert quick_schema({"format": NATIVE})["format"] == NATIVE


def test_a_schema_keeps_only_the_components_that_it_refers_to() -> None:
    used, within = {"properties": {"at": {"$ref": "#/components/schemas/A~1t"}}}, {"format": "date"}
    schemas = {"Used": used, "A/t": within, "Unused": {"oneOf": []}}
    schema = {"$ref": "#/components/schemas/Used", "components": {"schemas": schemas}, "paths": {"/": {}}}
    kept = reachable(schema)
    assert kept == {"$ref": "#/components/schemas/Used", "components": {"schemas": {"Used": used, "A/t": within}}}


def test_a_schema_that_refers_to_an_element_of_a_list_is_not_pruned() -> None:
    schema = {"$ref": "#/paths/list/0/schema", "paths": {"list": [{"schema": {"format": "date"}}]}}
    assert reachable(schema) is schema


def test_a_reference_to_a_part_before_one_to_the_whole_keeps_the_whole() -> None:
    whole = {"properties": {"part": {"type": "string"}, "rest": {"type": "null"}}}
    schema = {
        "allOf": [{"$ref": "#/components/Whole"}, {"$ref": "#/components/Whole/properties/part"}],
        "components": {"Whole": whole, "Other": {}},
    }
    assert reachable(schema)["components"] == {"Whole": whole}
