"""The admin API and its OpenAPI document say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import requests
import yaml

from mockservers.web.admin import OPENAPI
from mockservers.web.bootstrap import MockApp, Serving

DOCUMENT: dict[str, Any] = yaml.safe_load(OPENAPI.read_text("utf-8"))
METHODS = ("get", "put", "post", "delete")
BODIES: dict[str, Any] = {
    "createTenant": {"vendor": "fanship", "id": "made"},
    "putState": {"members": [{"id": "a"}]},
    "moveClock": {"advance": "PT1S"},
    "putReadings": {"fanship.reply.success": "empty"},
    "putFaults": {"faults": []},
    "addFault": {"effect": "reset", "count": 1},
    "putLimits": {"mode": "enforce"},
    "putWebhooks": {"url": "http://127.0.0.1:9/hook"},
    "takeCheckpoint": {"name": "later"},
}


def documented() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


# A refusal of connections closes the listener that these tests use; the tests of faults have it.
ANSWERED = [asked for asked in documented() if asked[2]["operationId"] != "refuseConnections"]


@pytest.fixture
def mock_app() -> Iterator[MockApp]:
    with MockApp(Serving(vendors=("fanship",))) as made:
        made.control.checkpoint("demo-fanship", {"name": "here"})
        yield made


def test_every_route_is_documented_and_every_documented_route_is_there(mock_app: MockApp) -> None:
    routes = {
        (re.sub(r"<[^>]+>", "{}", rule.rule), method.lower())
        for rule in mock_app.admin.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == {(re.sub(r"\{[^}]+\}", "{}", path), method) for path, method, _ in documented()}


@pytest.mark.parametrize(("path", "method", "operation"), ANSWERED, ids=lambda value: str(value)[:60])
def test_answers_are_as_the_document_has_them(
    mock_app: MockApp, path: str, method: str, operation: dict[str, Any]
) -> None:
    name = operation["operationId"]
    body = BODIES.get(name)
    if name == "importTenant":
        body = {**mock_app.control.export("demo-fanship"), "id": "again"}
        mock_app.control.delete_tenant("demo-fanship")
    url = f"{mock_app.server.url}/__admin{path}".format(tenant="demo-fanship", checkpoint="here")
    answer = requests.request(method, url, json=body, timeout=10)
    described = operation["responses"].get(str(answer.status_code))
    assert described is not None, (answer.status_code, answer.text)
    assert (answer.status_code < 300) is (name != "getTls"), answer.text  # this server has no HTTPS
    for media_type, content in described.get("content", {}).items():
        assert answer.headers["Content-Type"].startswith(media_type)
        if media_type == "application/json":
            schema = {**content["schema"], "components": DOCUMENT["components"]}
            jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(answer.json())


def test_the_document_is_served(mock_app: MockApp) -> None:
    served = requests.get(f"{mock_app.server.url}/__admin/openapi.json", timeout=10).json()
    assert served == DOCUMENT
