"""`mockservers new-vendor` refuses what it cannot use in one line with the fix, and then has written nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockservers.cli.scaffold.contract_files import drafted
from mockservers.cli.scaffold.distribution import write_distribution
from mockservers.cli.scaffold.source import read_document
from mockservers.core.errors import UsageError
from tests.cli.test_user_files import is_one_line, run

SHOP = Path(__file__).parents[1] / "packaging" / "shop.openapi.yaml"
TAKES_ORDERS = {
    "post": {
        "requestBody": {"content": {"application/json": {"schema": {"type": "object", "required": ["number"]}}}},
        "responses": {"200": {"description": "Taken."}},
    }
}


def document(**changes: Any) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "paths": {"/orders": TAKES_ORDERS},
        **changes,
    }


WRONG = [
    ("acme", "{", "cannot be read"),
    ("acme", "swagger: '2.0'", "is not an OpenAPI document of version 3.0 or 3.1 (openapi: swagger 2.0)"),
    ("acme", json.dumps(document(paths={})), "has no paths"),
    ("acme", json.dumps(document(paths={"/a": {"get": {"responses": {}}}})), "No operation of the document takes a"),
    (
        "acme",
        json.dumps(document(components={"schemas": {"A": {"$ref": "other.yaml#/A"}}})),
        "refers to another file: other.yaml#/A",
    ),
    ("acme", json.dumps(document(components={"schemas": {"A": {"$ref": "#/B"}}})), "has the unresolved $ref #/B"),
    ("acme", json.dumps(document(paths={"orders": TAKES_ORDERS})), "cannot become a contract"),
    ("Acme-2", SHOP.read_text("utf-8"), "cannot be the name of a vendor"),
    ("class", SHOP.read_text("utf-8"), "cannot be the name of a vendor"),
    ("list", SHOP.read_text("utf-8"), "cannot be the name of a vendor"),
    ("fanship", SHOP.read_text("utf-8"), "is registered already"),
]


@pytest.mark.parametrize(("name", "text", "reason"), WRONG, ids=[reason for *_, reason in WRONG])
def test_an_unusable_document_is_refused_with_the_fix(tmp_path: Path, name: str, text: str, reason: str) -> None:
    (tmp_path / "given.yaml").write_text(text, "utf-8")
    with pytest.raises(UsageError) as refused:
        write_distribution(name, tmp_path / "given.yaml", tmp_path / "made")
    assert reason in str(refused.value)
    assert "Fix: " in str(refused.value) or "See contracts/schema" in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["given.yaml"]


def test_the_command_ends_with_2_and_prints_one_line(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    command = ("new-vendor", "acme", "--openapi", str(SHOP), "--directory")
    assert is_one_line(run(*command, "there", cwd=tmp_path), "there already exists", "Fix: name another folder")
    assert is_one_line(run(*command, "no/where", cwd=tmp_path), "No such file or directory")
    missing = run("new-vendor", "acme", "--openapi", "nowhere.yaml", cwd=tmp_path)
    assert (missing.returncode, "'nowhere.yaml' does not exist" in missing.stderr) == (2, True)


def test_an_operation_whose_body_cannot_be_generated_needs_an_example(tmp_path: Path) -> None:
    schema = {"type": "object", "required": ["number"], "properties": {"number": {"type": "string", "pattern": "^B"}}}
    media: dict[str, Any] = {"schema": schema}
    taken = {"post": {"requestBody": {"content": {"application/json": media}}, "responses": {}}}
    path = tmp_path / "given.json"

    path.write_text(json.dumps(document(paths={"/orders": taken})), "utf-8")
    with pytest.raises(
        UsageError, match=r"No body could be generated for postOrders .* Fix: give its requestBody an `example`"
    ):
        drafted("acme", read_document(path))

    media["example"] = {"number": "B-1", "unlisted": True}
    path.write_text(json.dumps(document(paths={"/orders": taken})), "utf-8")
    assert drafted("acme", read_document(path)).body == {"number": "B-1"}


def test_storing_operations_their_collections_and_keys_are_derived_from_the_document() -> None:
    draft = drafted("shop", read_document(SHOP))
    assert [(each.operation, each.items, each.collection, each.key, each.directives) for each in draft.stored] == [
        ("postOrdersBulk", "/orders/*", "orders", "order_no", ("mode",)),
        ("putCustomer", "", "customers", "id", ()),
    ]


def test_openapi_3_0_is_converted_to_3_1_without_extensions() -> None:
    openapi = drafted("shop", read_document(SHOP)).openapi
    customer = openapi["components"]["schemas"]["PutCustomerBody"]["properties"]
    assert openapi["components"]["schemas"]["Order"]["properties"]["total"] == {"type": "number", "exclusiveMinimum": 0}
    assert (customer["name"], customer["phone"]) == ({"type": ["string", "null"]}, {"type": "string"})
    assert openapi["servers"] == [{"url": "/v1"}]
    assert "/customers/{customer_id}" in openapi["paths"]
    assert set(openapi["paths"]["/orders/bulk"]["post"]["responses"]) == {"200"}
    assert "x-codegen" not in openapi["paths"]["/orders/bulk"]["post"]
