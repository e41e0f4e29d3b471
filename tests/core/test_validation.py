"""Two validators, one verdict: the fast one answers, the reference steps in for what the fast one cannot take."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mockservers.core.contract.validation import Validator, Violation
from mockservers.core.values.formats import ANNOTATIONS, FORMATS
from mockservers.core.values.json_text import pointer
from mockservers.testing.json_values import junk
from tests.asking import VENDORS, contract
from tests.json_values import instances


def _refers_to_a_file(node: Any) -> bool:
    return '"$ref": "#' not in json.dumps(node) and ".json" in json.dumps(node)


SCHEMAS = [
    (vendor, f"#/components/schemas/{name}")
    for vendor in VENDORS
    for name, schema in contract(vendor).openapi["components"]["schemas"].items()
    if not _refers_to_a_file(schema)
] + [(vendor, name) for vendor in VENDORS for name in contract(vendor).files if name.endswith(".json")]
"""Every schema of every vendor. Those that only refer to a schema file are that file."""


def by_the_reference(validator: Validator, value: Any) -> list[Violation]:
    return [validator._from_reference(error) for error in validator.reference.iter_errors(value)]


def said(violations: list[Violation]) -> set[tuple[Any, ...]]:
    return {(found.at, found.keyword, found.ground, repr(found.expected)) for found in violations}


@pytest.mark.parametrize(("vendor", "schema"), SCHEMAS)
@settings(max_examples=settings().max_examples // 5, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_both_validators_agree_on_any_value(vendor: str, schema: str, data: st.DataObject) -> None:
    value = data.draw(instances(vendor, contract(vendor).resolve(schema), 20) | junk)
    validator = contract(vendor).validator(schema)
    assert validator.valid(value) is validator.reference.is_valid(value)
    assert validator.valid(value) is (validator.violations(value) == [])
    assert said(validator.violations(value)) == said(by_the_reference(validator, value))


# -- where the two differ, and what is done about it ------------------------------------------------------------------


def made(**schema: Any) -> Validator:
    return Validator({"properties": {"it": schema}}, file="openapi.yaml")


@pytest.mark.parametrize(
    ("schema", "value", "fast", "reference"),
    [
        # RFC 3339 knows leap seconds, and so does our own check; both validators take it from there.
        ({"type": "string", "format": "date-time"}, "2016-12-31T23:59:60Z", True, True),
        ({"type": "string", "format": "date-time"}, "2016-12-31T12:59:60Z", False, False),
        # Parsed JSON holds neither NaN nor infinity; in Python values only the fast one minds them.
        ({"type": "number"}, float("nan"), False, True),
        ({"type": "number"}, float("inf"), False, True),
        # A pattern is ECMA-262's to the fast one, and Python's to the reference: other digits, another end of a text.
        ({"pattern": r"^\d+$"}, "１２", False, True),
        ({"pattern": "^a$"}, "a\n", False, True),
        # Nor tuples; to the fast one they are arrays.
        ({"type": "array"}, (1,), True, False),
    ],
)
def test_the_validators_differ_only_in_the_listed_cases(
    schema: dict[str, Any], value: Any, fast: bool, reference: bool
) -> None:
    validator = made(**schema)
    assert validator._fast.is_valid({"it": value}) is fast
    assert validator.reference.is_valid({"it": value}) is reference


@pytest.mark.parametrize(("key", "fast"), [("", ["it"]), ("1", ["it", 1]), ("01", ["it", 1]), ("-1", ["it", "-1"])])
def test_a_violation_is_located_by_unescaped_keys(key: str, fast: list[Any]) -> None:
    validator = Validator({"additionalProperties": {"additionalProperties": {"type": "string"}}}, file="openapi.yaml")
    (error,) = validator._fast.iter_errors({"it": {key: 1}})
    assert error.instance_path == fast
    (found,) = validator.violations({"it": {key: 1}})
    assert found.at == ("it", key)


@pytest.mark.parametrize(
    ("schema", "value", "valid"),
    [
        ({"maxLength": 1}, "\ud800", True),
        ({"maxLength": 1}, "\ud800\ud800", False),
        ({"type": "integer"}, "\ud800", False),
        ({"maxLength": 1}, "😀", True),
        ({"type": "integer"}, 2**70, True),
        ({"maximum": 5}, 2**70, False),
        ({"type": "integer"}, 1.0, True),
        ({"type": "integer"}, True, False),
        ({"type": "number"}, True, False),
        ({"enum": [0, 1]}, True, False),
        ({"enum": [0, 1]}, 0.0, True),
        ({"const": 1}, True, False),
        ({"uniqueItems": True}, [1, True, "1", 1.5], True),
        ({"uniqueItems": True}, [1, 1.0], False),
        ({"multipleOf": 0.01}, 0.07, True),
        ({"pattern": r"^\d+$"}, "１２", False),
        ({"pattern": "^a$"}, "a\n", False),
    ],
)
def test_disputed_schemas_have_the_verdict_of_the_specification(
    schema: dict[str, Any], value: Any, valid: bool
) -> None:
    validator = made(**schema)
    assert validator.valid({"it": value}) is valid
    assert (validator.violations({"it": value}) == []) is valid


@given(st.text(alphabet=st.characters(categories=["Cs"]), min_size=1))
@example("\ud800")
def test_the_reference_validator_decides_what_the_fast_one_cannot(text: str) -> None:
    validator = contract("zangsho").validator("#/components/schemas/NewCustomer")
    (found,) = validator.violations({"name": text})
    assert (found.at, found.keyword, found.value) == (("email",), "required", None)
    assert found.ground == "openapi.yaml#/components/schemas/NewCustomer/required"
    assert validator.valid({"email": "a@example.com", "name": text})


# -- what a violation says --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "at", "field", "keyword", "expected"),
    [
        ({}, "/id", "id", "required", ["id"]),
        ({"id": 5}, "/id", "id", "type", "string"),
        ({"id": ""}, "/id", "id", "minLength", 1),
        ({"id": "1", "property": [{}] * 101}, "/property", "property", "maxItems", 100),
        ({"id": "1", "property": [{"key": 1}]}, "/property/0/key", "property.0.key", "type", "string"),
        ({"id": "1", "order_date": "2020"}, "/order_date", "order_date", "format", "date-time"),
        ([], "", "", "type", "object"),
    ],
)
def test_a_violation_names_its_place_its_keyword_and_the_expected_value(
    value: Any, at: str, field: str, keyword: str, expected: Any
) -> None:
    (found,) = contract("fanship").validator("purchase.schema.json").violations(value)
    assert (found.pointer, found.field, found.keyword, found.expected) == (at, field, keyword, expected)
    assert found.ground.startswith("purchase.schema.json#/")
    assert contract("fanship").resolve(found.ground) == expected


def test_a_schema_anywhere_in_a_contract_can_be_validated_against() -> None:
    place = "#/paths/~1v1~12nd~1purchases~1{yyyymmdd}~1_all/post/responses/200/content/application~1json/schema"
    validator = contract("fanship").validator(place)
    (found,) = validator.violations({"status": "NG"})
    assert found.ground == "openapi.yaml#/components/schemas/Accepted/properties/status/const"
    assert said([found]) == said(by_the_reference(validator, {"status": "NG"}))
    parameter = place.partition("/responses")[0] + "/parameters/0/schema"
    (found,) = contract("fanship").validator(parameter).violations("today")
    assert contract("fanship").resolve(found.ground) == "yyyymmdd"


# -- formats ----------------------------------------------------------------------------------------------------------

GARBAGE = "garbage"


def _formats(node: Any, at: tuple[str | int, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        if isinstance(node.get("format"), str):
            yield pointer(*at), node["format"]
        for key, item in node.items():
            if key not in ("example", "examples"):
                yield from _formats(item, (*at, key))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _formats(item, (*at, index))


NAMED = [
    (vendor, file, at, name)
    for vendor in VENDORS
    for file, content in contract(vendor).files.items()
    for at, name in _formats(content, ())
    if name not in ANNOTATIONS
]


@pytest.mark.parametrize(("vendor", "file", "at", "name"), NAMED)
def test_every_format_that_a_contract_names_refuses_garbage(vendor: str, file: str, at: str, name: str) -> None:
    schema = contract(vendor).resolve(f"{file}#{at}")
    validator = Validator(schema, file=file, draft7=file.endswith(".json"))
    for verdict in (validator.valid(GARBAGE), validator.reference.is_valid(GARBAGE)):
        assert verdict is False
    assert "format" in [found.keyword for found in validator.violations(GARBAGE)]


def test_a_line_of_fanship_has_its_format_asserted_in_the_schema_as_published() -> None:
    assert not contract("fanship").validator("purchase.schema.json").valid({"id": "1", "order_date": GARBAGE})


@pytest.mark.parametrize("name", FORMATS)
@given(text=st.text() | st.from_regex(r"[0-9+:.TZ \-]{1,25}", fullmatch=True))
def test_both_validators_assert_a_format_alike(name: str, text: str) -> None:
    validator = Validator({"format": name}, file="openapi.yaml")
    assert validator.valid(text) is validator.reference.is_valid(text) is FORMATS[name](text)
