"""The admin API and its OpenAPI document say the same."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import jsonschema_rs
import pytest
import requests
import yaml

from mockservers.client import Client
from mockservers.core.accounting.levels import LEVELS
from mockservers.core.accounting.verdict import Kind
from mockservers.core.admin.control import Control
from mockservers.core.admin.control_calls import CONTROL_CALLS, ENVELOPES
from mockservers.core.contract.admin_api import FILE, operations
from mockservers.core.faults.fault_spec import CHOOSING
from mockservers.core.faults.kinds import EFFECTS, Refusal
from mockservers.core.faults.rate_limits import MODES
from mockservers.core.tenancy.export import FORMAT
from mockservers.web.bootstrap import MockApp, Serving

DOCUMENT: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
OF_THE_WEB = {
    "getHealth": "health",
    "getVersion": "version",
    "getOpenapi": "",
    "getMetrics": "metrics",
    "getEvents": "events",
    "getTls": "tls",
    "getArchive": "har",
    "getVerdict": "",
    "getTenantVerdict": "",
}
"""Operations that have no call of `Control`, by their call of the client."""
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


def public(kind: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")}


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
        url, headers = f"{made.server.url}/fanship/v1/members", {"Authorization": "Bearer demo-fanship-token"}
        requests.get(url, headers=headers, timeout=10)
        made.control.put_webhooks("demo-fanship", {"url": "http://127.0.0.1:9/hook"})
        made.mocks["fanship"].tenant("demo-fanship").outbox.add("made.by.hand", {}, 1)
        made.mocks["fanship"].tenant("demo-fanship").outbox.withdraw()
        yield made


def test_every_route_is_documented_and_every_documented_route_exists(mock_app: MockApp) -> None:
    app: Any = mock_app.admin.application
    routes = {
        (re.sub(r"<[^>]+>", "{}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == {(re.sub(r"\{[^}]+\}", "{}", path), method) for path, method, _ in documented()}


def test_every_operation_is_a_control_call_or_exists_only_over_http() -> None:
    assert {operation["operationId"] for _, _, operation in documented()} == {*CONTROL_CALLS, *OF_THE_WEB}
    assert ENVELOPES.keys() <= CONTROL_CALLS.keys()


@pytest.mark.parametrize("call", sorted({*CONTROL_CALLS.values(), "verdict"}))
def test_control_and_client_have_the_same_calls(call: str) -> None:
    assert inspect.signature(getattr(Client, call)) == inspect.signature(getattr(Control, call))


def test_control_client_and_the_table_list_the_same_calls() -> None:
    own = {"tenant", "mock", "verdict", "totals"}
    assert public(Control) - own == set(CONTROL_CALLS.values())
    assert public(Client) - {"verdict"} == {*CONTROL_CALLS.values(), *filter(None, OF_THE_WEB.values())}


@pytest.mark.parametrize(("operation", "call"), [*CONTROL_CALLS.items(), *OF_THE_WEB.items()])
def test_the_client_sends_the_operation_of_each_call_with_all_its_parameters(
    monkeypatch: pytest.MonkeyPatch, operation: str, call: str
) -> None:
    """`names` are the path's, in its order; query parameters are those of the document."""
    if not call or operation == "getEvents":  # a stream: tests/web/test_call_log.py
        return
    sent: list[tuple[str, tuple[str, ...], Any, Mapping[str, Any]]] = []

    def send(_: Client, name: str, *names: str, body: Any = None, query: Mapping[str, Any] | None = None) -> bytes:
        sent.append((name, names, body, query or {}))
        return b'{"calls": [], "tenants": [], "deleted": 0, "checkpoints": [], "version": ""}'

    monkeypatch.setattr(Client, "_send", send)
    known = operations()[operation]
    takes = inspect.signature(getattr(Client, call)).parameters.values()
    named = {each.name: object() for each in takes if each.kind is each.KEYWORD_ONLY}
    body = [{"body": 1}] if known.body else []
    getattr(Client("http://127.0.0.1:9"), call)(*known.path_names, *body, **named)
    assert sent == [(operation, tuple(known.path_names), body[0] if body else None, named)]
    assert named.keys() == known.parameters.keys() - {"format"}  # of the representation, which is JSON for a client


@pytest.mark.parametrize(("path", "method", "operation"), ANSWERED, ids=lambda value: str(value)[:60])
def test_answers_match_the_document(mock_app: MockApp, path: str, method: str, operation: dict[str, Any]) -> None:
    name = operation["operationId"]
    if name == "getEvents":
        return
    body = BODIES.get(name)
    if name == "importTenant":
        body = {**mock_app.control.export("demo-fanship"), "id": "again"}
        mock_app.control.delete_tenant("demo-fanship")
    if name == "deleteLedger":
        mock_app.control.delete_checkpoint("demo-fanship", "here")
    url = f"{mock_app.server.url}/__admin{path}".format(
        tenant="demo-fanship", checkpoint="here", exchange=1, webhook="msg_demo-fanship_1"
    )
    answer = requests.request(method, url, json=body, timeout=10)
    described = operation["responses"].get(str(answer.status_code))
    assert described is not None, (answer.status_code, answer.text)
    assert (answer.status_code < 300) is (name != "getTls"), answer.text  # this server has no HTTPS
    for media_type, content in described.get("content", {}).items():
        assert answer.headers["Content-Type"].startswith(media_type)
        if media_type == "application/json":
            schema = {**content["schema"], "components": DOCUMENT["components"]}
            jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(answer.json())


def test_the_document_has_the_enums_of_the_code() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert tuple(schemas["LimitMode"]["properties"]["mode"]["enum"]) == MODES
    assert schemas["Export"]["properties"]["format"]["const"] == FORMAT
    assert tuple(DOCUMENT["components"]["parameters"]["level"]["schema"]["enum"]) == LEVELS
    assert tuple(schemas["Failure"]["properties"]["kind"]["enum"]) == get_args(Kind)
    of_kinds = {"work"}.union(*(kind.parameters for kind in (Refusal, *EFFECTS.values())))
    assert schemas["Fault"]["properties"].keys() == CHOOSING | of_kinds


def test_the_admin_document_is_served(mock_app: MockApp) -> None:
    served = requests.get(f"{mock_app.server.url}/__admin/openapi.json", timeout=10).json()
    assert served == DOCUMENT
