"""Replies made from a contract: bodies in their order and types, values in their places."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.core.contract.contract import Contract
from mockservers.core.contract.placeholders import fill
from mockservers.core.errors import UnknownName
from tests.asking import contract
from tests.core.obeying import OPENAPI, RULE, RULES


def with_refusal(body: Any, headers: dict[str, Any] | None = None) -> Contract:
    """A contract with one refusal, `no`."""
    spec = {
        "status": 400,
        "rule": RULE,
        "provenance": "assumed",
        "headers": headers or {},
        **({} if body is None else {"body": body}),
    }
    files = {"openapi.yaml": OPENAPI, "rules.yaml": {"numbers": [], "rules": RULES}}
    return Contract("toy", {**files, "errors.yaml": {"refusals": {"no": spec}, "messages": {"few": "at most {limit}"}}})


@pytest.mark.parametrize(
    ("body", "values", "written"),
    [
        (None, {}, b""),
        ("Not {what}", {"what": "found"}, b"Not found"),
        ({"b": 1, "a": None}, {}, b'{"b":1,"a":null}'),
        ({"limit": "{limit}"}, {"limit": 100}, b'{"limit":100}'),
        ({"limit": "at most {limit}"}, {"limit": 100}, b'{"limit":"at most 100"}'),
        (
            {"errors": {"{field}": ["{message}"]}},
            {"field": "a.0", "message": "無效"},
            '{"errors":{"a.0":["無效"]}}'.encode(),
        ),
        ({"of": "{list}"}, {"list": ["a", 1]}, b'{"of":["a",1]}'),
        ({"kept": "{unknown}"}, {}, b'{"kept":"{unknown}"}'),
        ([1, "{x}"], {"x": None}, b"[1,null]"),
    ],
)
def test_a_refusal_keeps_the_order_of_its_keys_and_the_types_of_its_values(
    body: Any, values: dict[str, Any], written: bytes
) -> None:
    assert with_refusal(body).refusal("no", **values).body == written


def test_headers_of_a_refusal_are_text_in_their_order() -> None:
    reply = with_refusal(None, {"Retry-After": 60, "Content-Type": "text/plain"}).refusal("no")
    assert (reply.status, reply.headers) == (400, (("Retry-After", "60"), ("Content-Type", "text/plain")))


def test_a_success_has_the_media_type_and_body_of_the_contract() -> None:
    reply = contract("fanship").success("uploadPurchases")
    assert (reply.status, reply.headers, reply.body) == (
        200,
        (("Content-Type", "application/json"),),
        b'{"status":"OK"}',
    )
    assert contract("fanship").success("uploadPurchases", 204).body == b""


def test_a_special_reply_has_the_media_type_of_its_status() -> None:
    reply = contract("esputnik").reply("updateContact", "名")
    assert (reply.status, reply.headers) == (200, (("Content-Type", "application/json; charset=UTF-8"),))
    assert reply.body == "名".encode()


def test_a_message_contains_its_values() -> None:
    assert with_refusal(None).message("few", limit=100) == "at most 100"


@pytest.mark.parametrize(
    ("template", "values", "filled"),
    [
        ("{a} and {b}", {"a": "x", "b": 2}, "x and 2"),
        ("{a}", {"a": "{b}", "b": 1}, "{b}"),
        ("{missing} {A} {} {{a}}", {"a": 1}, "{missing} {A} {} {1}"),
        ("{a}", {"a": None}, "null"),
        ("{a}", {"a": ["名", 1.5]}, '["名",1.5]'),
        ("{a}", {"a": "\ud800"}, "\ud800"),
    ],
)
def test_placeholders_are_replaced_by_values_that_are_not_expanded_again(
    template: str, values: dict[str, Any], filled: str
) -> None:
    assert fill(template, values) == filled


# -- rules by name and by ground --------------------------------------------------------------------------------------


def test_the_rule_that_covers_the_nearest_ancestor_has_the_violation() -> None:
    fanship = contract("fanship")
    validator = fanship.validator("purchase.schema.json")
    found = validator.violations({"id": "1", "property": [{}] * 101, "order_date": "2020", "quantity": "1"})
    assert {violation.pointer: fanship.ground_rule(violation) for violation in found} == {
        "/property": "fanship.record.property-limit",
        "/order_date": "fanship.record.date-time",
        "/quantity": "fanship.record.schema",
    }


def test_an_unknown_rule_is_named_with_the_known_ones() -> None:
    with pytest.raises(UnknownName, match=r"Unknown rule of toy 'toy\.item\.rul'\. Available: toy\.item\.fork"):
        with_refusal(None).rule("toy.item.rul")
    with pytest.raises(UnknownName, match=r"Unknown reading 'toy\.item\.rule'\. Available: toy\.item\.fork"):
        with_refusal(None).reading(RULE)


# -- what a schema knows ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "value", "unknown"),
    [
        ({"properties": {"a": {}}}, {"a": 1, "b": 2}, ["/b"]),
        ({"type": "object"}, {"b": 2}, []),
        ({"properties": {"a": {}}, "additionalProperties": True}, {"b": 2}, []),
        ({"properties": {"a": {}}, "additionalProperties": {"type": "string"}}, {"b": 2}, []),
        ({"properties": {"a": {"properties": {"x": {}}}}}, {"a": {"x": 1, "y": 2}}, ["/a/y"]),
        ({"items": {"properties": {"x": {}}}}, [{"x": 1}, {"y": 2}], ["/1/y"]),
        ({"allOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]}, {"a": 1, "b": 2, "c": 3}, ["/c"]),
        ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}], "properties": {"a": {}}}, {"b": 1}, ["/b"]),
        ({"$ref": "#/components/schemas/Other", "properties": {"a": {}}}, {"a": 1, "o": 2, "c": 3}, ["/c"]),
        ({"properties": {"self": {"$ref": "#/components/schemas/It"}}}, {"self": {"self": {"x": 1}}}, ["/self/self/x"]),
        ({"properties": {"a": {}}}, [{"b": 1}], []),
        ({"properties": {"a": {}}}, "text", []),
    ],
)
def test_unknown_keys_are_found_at_every_level(schema: dict[str, Any], value: Any, unknown: list[str]) -> None:
    schemas = {"It": schema, "Other": {"properties": {"o": {}}}}
    files = {"rules.yaml": {"numbers": [], "rules": {}}, "errors.yaml": {"refusals": {}}}
    made = Contract("toy", {**files, "openapi.yaml": {**OPENAPI, "components": {"schemas": schemas}}})
    found = made.validator("#/components/schemas/It").unknown(value)
    assert ["".join(f"/{token}" for token in at) for at, _ in found] == unknown
