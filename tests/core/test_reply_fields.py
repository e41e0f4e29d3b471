"""A reply has the fields of its schema, in the schema's order and types."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations, permutations, product
from typing import Any

import pytest

from mockservers.core.contract.contract import resolve
from mockservers.core.contract.reply_fields import ReplyFields

_NUMBER_OR_NULL = {"type": ["number", "null"]}
_DEFINITIONS = {
    "Node": {"properties": {"name": {"type": "string"}, "child": {"$ref": "#/Node"}}},
    "Base": {"properties": {"id": {"type": "integer"}}},
}


def answered(schema: Any, value: Any) -> Any:
    return ReplyFields(lambda reference: resolve(_DEFINITIONS, reference.partition("#")[2]), (schema, "")).of(value)


def test_a_reply_has_the_fields_of_its_schema_in_its_order() -> None:
    schema: Any = {"properties": {"b": {}, "a": {"properties": {"d": {}}}}}
    answer = answered(schema, {"a": {"c": 1, "d": 2}, "b": [{"e": 3}], "f": 4})
    assert list(answer.items()) == [("b", [{"e": 3}]), ("a", {"d": 2})]


def test_a_missing_field_is_answered_if_it_is_required() -> None:
    schema = {"required": ["a", "b"], "properties": {"a": {}, "b": {"default": 0}, "c": {"default": 1}}}
    assert answered(schema, {}) == {"a": None, "b": 0}


def test_a_constant_is_answered_for_any_value() -> None:
    schema = {"required": ["a"], "properties": {"a": {"const": "OK"}, "b": {"const": 1}}}
    assert answered(schema, {"b": 2}) == {"a": "OK", "b": 1}


def test_a_schema_without_properties_or_with_additional_ones_keeps_every_key() -> None:
    assert answered({"type": "object"}, {"a": 1}) == {"a": 1}
    schema = {"properties": {"b": {}}, "additionalProperties": True}
    assert list(answered(schema, {"a": 1, "b": 2})) == ["b", "a"]


def test_fields_of_list_items_references_and_branches_are_answered() -> None:
    schema = {
        "oneOf": [{"$ref": "#/Base"}, {"type": "array", "items": {"$ref": "#/Base"}}],
    }
    assert answered(schema, {"id": 1, "x": 2}) == {"id": 1}
    assert answered(schema, [{"id": 1, "x": 2}]) == [{"id": 1}]
    assert answered({"allOf": [{"$ref": "#/Base"}], "properties": {"a": {}}}, {"x": 1, "a": 2, "id": 3}) == {
        "a": 2,
        "id": 3,
    }


def test_a_schema_may_refer_to_itself() -> None:
    value = {"name": "a", "x": 1, "child": {"name": "b", "x": 2, "child": {"name": "c"}}}
    answer = {"name": "a", "child": {"name": "b", "child": {"name": "c"}}}
    assert answered({"$ref": "#/Node"}, value) == answer


@pytest.mark.parametrize(
    ("schema", "value", "answer"),
    [
        ({"type": "string"}, 7, "7"),
        ({"type": "string"}, Decimal("1.50"), "1.50"),
        ({"type": ["string", "integer"]}, 7, 7),
        ({"type": "string"}, True, True),
        ({"type": "string"}, None, None),
        ({"type": "number"}, "1.5", 1.5),
        (_NUMBER_OR_NULL, "-7", -7),
        (_NUMBER_OR_NULL, "seven", "seven"),
        (_NUMBER_OR_NULL, "true", "true"),
        ({"anyOf": [{"type": "number"}, {"description": "Anything."}]}, "7", "7"),
        (True, "7", "7"),
    ],
)
def test_numbers_and_texts_are_converted_where_the_schema_requires_it(schema: Any, value: Any, answer: Any) -> None:
    result = answered(schema, value)
    assert (result, type(result)) == (answer, type(answer))


_FIELDS = {"a": {"type": "integer"}, "b": {}, "c": {"properties": {"d": {}}}, "e": {"const": 1}}
_SCHEMAS: list[dict[str, Any]] = [
    {"properties": {name: _FIELDS[name] for name in names}, "required": required, "additionalProperties": is_open}
    for count in (1, 2, 3)
    for names in combinations(_FIELDS, count)
    for required in ((), names)
    for is_open in (False, True)
]
_VALUES: list[tuple[Any, Any]] = [(1, 1), ("1", "1"), ({"x": 1}, {"d": 1}), (1, "1"), (1, None), (None, [{"x": 1}])]


@pytest.mark.parametrize("keys", [each for count in (0, 1, 2) for each in permutations("abcx", count)])
def test_objects_with_the_same_keys_are_answered_as_if_one_by_one(keys: tuple[str, ...]) -> None:
    for schema, values in product([*_SCHEMAS, {**_SCHEMAS[0], "const": 7}], _VALUES):
        sent = [dict.fromkeys(keys, value) for value in values]
        for objects in (sent, [*sent, {"b": 1}], [*sent, None]):
            answers = answered({"items": schema}, objects)
            assert repr(answers) == repr([answered(schema, each) for each in objects]), schema
