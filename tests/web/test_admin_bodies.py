"""Bodies of the admin API: a value of the wrong type is refused with its place, and false ones are values, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from mockservers.core.contract.yaml_reading import read
from mockservers.web.admin import OPENAPI
from tests.web.administering import Admin

DOCUMENT: dict[str, Any] = read(OPENAPI.read_text("utf-8"))
FALSE: tuple[Any, ...] = (0, False, "", [], {})
BODIES: dict[str, dict[str, Any]] = {
    "createTenant": {"vendor": "zangsho"},
    "moveClock": {},
    "putFaults": {"faults": []},
    "addFault": {"effect": "reset"},
    "putLimits": {"mode": "off"},
    "putWebhooks": {"url": "http://127.0.0.1:9/hook"},
    "takeCheckpoint": {"name": "later"},
    "refuseConnections": {"for": "PT0S"},
}
EXPORTED = (
    *("vendor", "id", "credentials", "now", "frozen", "revoked", "readings", "exchange", "state", "serials"),
    *("uploads", "jobs", "faults", "limits", "webhooks", "webhooks_made", "account"),
)
FAULT = ("effect", "operation", "nth", "count", "rate", "delay", "jitter", "status", "headers", "body", "work")


@pytest.fixture(scope="module")
def admin() -> Admin:
    return Admin(vendors=("zangsho",))


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with what it refers to in reach."""
    return {**schema, "components": DOCUMENT["components"]}


def properties(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    yield from schema.get("properties", {}).items()
    for choice in schema.get("oneOf", ()):
        yield from properties(choice)


def wrong() -> Iterator[tuple[str, str, str, str, Any]]:
    """(operation, method, path, key, value): every false value that is none of the key's own type."""
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            if not isinstance(operation, dict) or "requestBody" not in operation:
                continue
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            for key, spec in properties(schema):
                for value in FALSE:
                    if not jsonschema_rs.is_valid(resolved(spec), value):
                        yield operation["operationId"], method, path, key, value


WRONG = list(wrong())


def test_every_body_with_declared_keys_is_tried() -> None:
    tried = {name for name, *_ in WRONG}
    assert tried == BODIES.keys() - {"addFault"}, tried ^ BODIES.keys()


@pytest.mark.parametrize(("name", "method", "path", "key", "value"), WRONG)
def test_a_false_value_of_the_wrong_type_is_refused_with_its_place(
    admin: Admin, name: str, method: str, path: str, key: str, value: Any
) -> None:
    before = admin.mock_app.control.tenants()
    tenant = None if "{tenant}" not in path else admin.tenant()["id"]
    response = admin.ask(method.upper(), path.format(tenant=tenant), {**BODIES[name], key: value})
    told = response.get_json()["detail"]
    if tenant:
        admin.mock_app.control.delete_tenant(tenant)
    assert (response.status_code, f"/{key}" in told) == (400, True), told
    assert admin.mock_app.control.tenants() == before


@pytest.mark.parametrize("value", FALSE)
@pytest.mark.parametrize("key", EXPORTED)
def test_a_false_value_in_an_export_is_refused_with_its_place(admin: Admin, key: str, value: Any) -> None:
    made = admin.tenant(state={"customers": [{"email": "a@example.com"}]})["id"]
    export = admin.json("GET", f"/tenants/{made}/export")
    admin.mock_app.control.delete_tenant(made)
    if type(value) is type(export[key]) or (key == "exchange" and value == 0 and value is not False):
        return
    response = admin.ask("POST", "/tenants/import", {**export, key: value})
    assert response.status_code == 400, value
    assert f"/{key}" in response.get_json()["detail"]
    assert admin.mock_app.control.tenants() == []


@pytest.mark.parametrize("value", [0, False, "", {}, [0], ["x"]])
def test_a_collection_of_a_state_is_a_list_of_objects(admin: Admin, value: Any) -> None:
    made = admin.tenant()["id"]
    for method, path, body in (
        ("PUT", f"/tenants/{made}/state", {"customers": value}),
        ("POST", "/tenants", {"vendor": "zangsho", "state": {"customers": value}}),
    ):
        response = admin.ask(method, path, body)
        assert response.status_code == 400
        assert "/customers" in response.get_json()["detail"]
    admin.mock_app.control.delete_tenant(made)
    assert admin.mock_app.control.tenants() == []


@pytest.mark.parametrize("value", FALSE)
@pytest.mark.parametrize("key", FAULT)
def test_a_false_value_in_a_fault_is_refused_with_its_name(admin: Admin, key: str, value: Any) -> None:
    made = admin.tenant()["id"]
    body = {"effect": "reply", "status": 502, key: value}
    taken = (key, type(value)) in {("headers", dict), ("work", bool)} or key == "body"
    for method, path in (("PUT", {"faults": [body]}), ("POST", body)):
        response = admin.ask(method, f"/tenants/{made}/faults", path)
        assert response.status_code < 300 if taken else response.status_code == 400, response.get_json()
        assert taken or key in response.get_json()["detail"]
    admin.mock_app.control.delete_tenant(made)
