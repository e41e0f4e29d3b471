"""The admin API answers 400 to what its document does not allow, and to nothing else; and as the document says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urlencode

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client, TestResponse

from mockservers.core.admin.control import Control
from mockservers.core.contract.admin_api import FILE
from mockservers.core.values.formats import FORMATS
from mockservers.testing.json_values import changed, instances, junk, odd_texts
from mockservers.web.admin import admin_app
from tests.web.administering import NOW, Admin

DOCUMENT: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
WORDS: dict[str, list[Any]] = {
    "vendor": ["zangsho", "shopify"],
    "id": ["mine", "other"],
    "token": ["a-token-of-mine", "?", "YOUR_API_TOKEN"],
    "credentials": ["token"],
    "readings": ["zangsho.batch.status", "zangsho.auth.token"],
    "zangsho.batch.status": ["always-200", "all-failed-422"],
    "state": ["customers", "orders", "people"],
    "serials": ["customers", "people"],
    "collection": ["customers", "people"],
    "": ["customers", "orders", "zangsho.batch.status"],
    "to_next": ["ingest"],
    "job": ["ingest"],
    "effect": ["reset", "reply", "delay", "drip", "truncated", "unavailable", "invalid", "resett"],
    "operation": ["importCustomers", "nope"],
    "headers": ["X-Why", "Content-Length", "X Y", ""],
    "X-Why": ["a", "a\nb", "é"],
    "status": [204, 199, 600],
    "url": ["http://127.0.0.1:9/hook", "http://[::1", "http://h:99999/", "ftp://h/", "http://h/甲"],
    "secret": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_abc", "whsec_!!", "abc"],
    "name": ["later", "here", "a/b", "x" * 101],
    "for": ["PT0S", "PT11M"],
    "delay": ["PT61M"],
    "advance": ["P9999999D", "PT" + "9" * 400 + "S"],
}
RIGHT: dict[str, Any] = {
    "createTenant": {"vendor": "zangsho", "id": "new", "now": NOW, "frozen": True, "state": {"customers": []}},
    "putState": {"customers": [{"email": "b@example.com"}]},
    "moveClock": {"advance": "PT1S"},
    "putReadings": {"zangsho.batch.status": "all-failed-422"},
    "putFaults": {"faults": [{"effect": "reply", "status": 502, "headers": {"X-Why": "a"}, "rate": 0.5}], "seed": 3},
    "addFault": {"effect": "drip", "bytes": 1, "every": "PT0.1S", "nth": 2, "count": 1},
    "putLimits": {"mode": "enforce"},
    "putWebhooks": {"url": "http://127.0.0.1:9/hook", "delay": "PT1S", "duplicates": 2},
    "takeCheckpoint": {"name": "later"},
    "refuseConnections": {"for": "PT0S"},
}
REFUSED = 1.5


class Document:
    """The document, as values are made by it."""

    def resolve(self, reference: str) -> Any:
        node: Any = DOCUMENT
        for token in reference.removeprefix("#/").split("/"):
            node = node[token]
        return node


def operations() -> Iterator[tuple[str, str, str, dict[str, Any], list[dict[str, Any]]]]:
    """(id, method, path, operation, query parameters)."""
    for path, item in DOCUMENT["paths"].items():
        for method in {"get", "put", "post", "delete"} & item.keys():
            operation = item[method]
            given = (
                Document().resolve(each["$ref"]) if "$ref" in each else each for each in operation.get("parameters", ())
            )
            yield operation["operationId"], method, path, operation, [each for each in given if each["in"] == "query"]


BY_ID = {name: (method, path, operation, query) for name, method, path, operation, query in operations()}
WITH_BODY = sorted(name for name, (_, _, operation, _) in BY_ID.items() if "requestBody" in operation)


@cache
def server() -> tuple[Control, Client]:
    """One server for all examples; a refusal of connections refuses nothing."""
    control = Control(Admin(vendors=("zangsho",)).mock_app.mocks, lambda _: REFUSED)
    return control, Client(admin_app(control))


def fresh() -> tuple[Control, Client]:
    """The server with one tenant, which has a customer, a webhook target and a checkpoint."""
    control, client = server()
    control.delete_tenants()
    control.create_tenant(
        {"vendor": "zangsho", "id": "mine", "now": NOW, "frozen": True, "state": {"customers": [{"email": "a@x.tw"}]}}
    )
    control.put_webhooks("mine", {"url": "http://127.0.0.1:9/hook"})
    control.add_fault("mine", {"effect": "reset", "rate": 0.5})
    control.checkpoint("mine", {"name": "here"})
    return control, client


def allows(schema: dict[str, Any], value: Any) -> bool:
    """What the reference implementation of JSON Schema says, by the formats of the contracts."""
    checker = jsonschema.FormatChecker(formats=())
    for name, predicate in FORMATS.items():
        checker.checks(name)(lambda text, predicate=predicate: not isinstance(text, str) or predicate(text))
    whole = {**schema, "components": DOCUMENT["components"]}
    return bool(jsonschema.Draft202012Validator(whole, format_checker=checker).is_valid(value))


def assert_documented(name: str, response: TestResponse) -> None:
    """An answer has a status that the document has for the operation, and the body that it has for the status."""
    described = BY_ID[name][2]["responses"].get(str(response.status_code))
    assert described is not None, (name, response.status_code, response.get_data(as_text=True))
    described = Document().resolve(described["$ref"]) if "$ref" in described else described
    content = described.get("content", {})
    media_type = response.mimetype or ""
    assert media_type in content or (not content and not response.data)
    if media_type.endswith("json"):
        body = json.loads(response.data)
        assert allows(content[media_type]["schema"], body), body


def asked(client: Client, name: str, *, body: bytes | None = None, query: str = "") -> TestResponse:
    method, path, _, _ = BY_ID[name]
    path = path.format(tenant="mine", checkpoint="here", exchange=1, webhook="msg_mine_1")
    return client.open(f"{path}?{query}" if query else path, method=method.upper(), data=body)


@pytest.mark.parametrize("name", WITH_BODY)
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_a_body_is_answered_with_400_exactly_when_the_document_does_not_allow_it(
    name: str, data: st.DataObject
) -> None:
    control, client = fresh()
    schema = BY_ID[name][2]["requestBody"]["content"]["application/json"]["schema"]
    right = {**control.export("mine"), "id": "other"} if name == "importTenant" else RIGHT[name]
    near = instances(Document(), schema, WORDS, 60)
    body = data.draw(near | changed(right) | st.just(right) | junk, label="body")
    text = json.dumps(body)
    response = asked(client, name, body=text.encode())
    assert (response.status_code != 400) == allows(schema, json.loads(text)), response.get_data(as_text=True)
    assert_documented(name, response)


@pytest.mark.parametrize("name", WITH_BODY)
def test_the_examples_of_bodies_are_valid(name: str) -> None:
    control, client = fresh()
    body = {**control.export("mine"), "id": "other"} if name == "importTenant" else RIGHT[name]
    assert asked(client, name, body=json.dumps(body).encode()).status_code in (200, 201)


def typed(text: str, schema: dict[str, Any]) -> Any:
    """A parameter as JSON would have it."""
    return int(text) if schema.get("type") == "integer" and re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", text) else text


@pytest.mark.parametrize("name", sorted(BY_ID))
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_query_is_answered_with_400_exactly_when_the_document_does_not_allow_it(
    name: str, data: st.DataObject
) -> None:
    control, client = fresh()
    schemas = {each["name"]: each["schema"] for each in BY_ID[name][3]}
    names = st.sampled_from([*schemas, *schemas, "secrets", "unknown"])
    likely = [
        "true",
        "1",
        "false",
        "0",
        "True",
        "-1",
        "200",
        "600",
        "1.0",
        "07",
        "json",
        "pdf",
        "GET",
        "getOrder",
        "9" * 30,
    ]
    texts = st.sampled_from([*likely, *(text for text in odd_texts if text.isascii())])
    pairs = data.draw(st.lists(st.tuples(names, texts), max_size=2), label="query")
    body = {**control.export("mine"), "id": "other"} if name == "importTenant" else RIGHT.get(name)
    sent = None if body is None else json.dumps(body).encode()
    response = asked(client, name, body=sent, query=urlencode(pairs))
    allowed = len({each for each, _ in pairs}) == len(pairs) and all(
        each in schemas and allows(schemas[each], typed(text, schemas[each])) for each, text in pairs
    )
    assert (response.status_code != 400) == allowed, response.get_data(as_text=True)
    assert_documented(name, response)
