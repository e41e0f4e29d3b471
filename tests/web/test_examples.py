"""What is printed on the vendors' pages is answered as printed; what a contract says is refused is refused so."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import flask
import pytest

from mockservers.core.contract.loading import data_directory
from mockservers.core.contract.refusals import Refusal
from mockservers.core.tenancy.mock import Mock
from mockservers.core.tenancy.tenant import Tenant
from mockservers.core.values.json_text import dumps, pointer
from tests.asking import VENDORS, contract
from tests.wire import filled, fresh_app, send

EXAMPLES = [
    path for vendor in VENDORS for path in sorted((data_directory("contracts") / vendor / "examples").iterdir())
]
REFUSALS = [
    (vendor, refusal) for vendor in VENDORS for refusal in contract(vendor).refusals.values() if refusal.request
]


def holding(vendor: str, state: dict[str, Any]) -> tuple[flask.Flask, Tenant]:
    """A vendor's app, and its demo tenant, which holds this and nothing else."""
    app = fresh_app(vendor)
    mock: Mock = app.extensions["mockservers"]
    tenant = mock.tenant(f"demo-{vendor}")
    tenant.replace_state({name: state.get(name, []) for name in tenant.state()})
    return app, tenant


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_a_request_printed_on_the_page_is_answered_as_printed(path: Path) -> None:
    example = json.loads(path.read_text("utf-8"))
    app, tenant = holding(path.parents[1].name, example.get("given", {}))
    response = send(app, example["request"], tenant.credentials)
    expected = filled(example["response"], tenant.credentials)
    body = dumps(expected["json"]) if "json" in expected else expected.get("text", "").encode()
    assert (response.status_code, response.data.decode()) == (expected["status"], body.decode())
    if body:
        assert set(response.headers.items()) >= expected.get("headers", {}).items()
    else:
        assert "Content-Type" not in response.headers
    assert [exchange.operation for exchange in tenant.journal] == [example["operation"]]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_an_example_names_the_page_on_which_it_is_printed(path: Path) -> None:
    assert json.loads(path.read_text("utf-8"))["source"].startswith("https://")


@pytest.mark.parametrize(("vendor", "refusal"), REFUSALS, ids=lambda found: getattr(found, "name", found))
def test_the_example_request_of_a_refusal_causes_it(vendor: str, refusal: Refusal) -> None:
    app = fresh_app(vendor)
    mock: Mock = app.extensions["mockservers"]
    tenant = mock.tenant(f"demo-{vendor}")
    responses = [send(app, refusal.request, tenant.credentials) for _ in range(refusal.request.get("times", 1))]
    response = responses[-1]
    assert response.status_code == refusal.status
    assert re.fullmatch(pattern(refusal.body), response.get_data(as_text=True))
    assert set(response.headers.items()) >= {(name, value) for name, value in refusal.headers if "{" not in value}


def pattern(body: Any) -> str:
    """What the body of a refusal looks like, whatever is in its placeholders."""
    text = "" if body is None else body if isinstance(body, str) else dumps(body).decode()
    return re.sub(r'(\\")?\\\{[a-z_]+\\\}(\\")?', ".*", re.escape(text).replace('"', '\\"'))


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_operation_shows_the_body_of_its_success(vendor: str) -> None:
    found = contract(vendor)
    for operation in found.operations.values():
        statuses = [int(status) for status in operation.spec["responses"] if status.startswith("2")]
        assert statuses, operation.id
        for status in statuses:
            assert found.success(operation.id, status).status == status


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_example_of_a_success_matches_its_schema(vendor: str) -> None:
    found = contract(vendor)
    for operation in found.operations.values():
        path = operation.path.removeprefix(found.base_path)
        for status, response in operation.spec["responses"].items():
            for media_type, shown in response.get("content", {}).items():
                tokens = (path, operation.method.lower(), "responses", status, "content", media_type, "schema")
                if "example" in shown and "schema" in shown:
                    violations = found.validator(f"#/paths{pointer(*tokens)}").violations(shown["example"])
                    assert violations == [], f"{operation.id} {status}"
