"""Keys, media types, bodies that are none, and every refusal with the request that the contract has for it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from mockservers.core.contract.loading import data_directory
from mockservers.core.faults.rate_limits import declared
from mockservers.web import create_app
from tests.asking import contract
from tests.vendors.esputnik.esputnik_tenant import EMAIL, OLENA, ORDER, EsputnikTenant, basic, params

CONTRACT = data_directory("contracts") / "esputnik"
REFUSALS = yaml.safe_load((CONTRACT / "errors.yaml").read_text("utf-8"))["refusals"]
EXAMPLES = sorted((CONTRACT / "examples").glob("*.json"))
EVENT = {"eventTypeKey": "orderCreated", "params": params(ORDER)}


@cache
def app() -> Any:
    """One app for all; each test has a tenant of its own in it."""
    return create_app("esputnik")


def call(request: dict[str, Any], api_key: str) -> Any:
    """Send a request of the contract's to the app, with the key in its placeholder."""
    headers = {name: value.replace("{basic}", basic(api_key)) for name, value in request.get("headers", {}).items()}
    body = {"data": request["text"]} if "text" in request else {}
    if "json" in request:
        body = {"data": json.dumps(request["json"])}
        headers.setdefault("Content-Type", "application/json")
    return app().test_client().open(request["path"], method=request["method"], headers=headers, **body)


@pytest.mark.rule("esputnik.auth.basic")
@pytest.mark.parametrize("user", ["", "any", "user", "Олена", "a b"])
def test_any_user_name_is_accepted(user: str) -> None:
    account = EsputnikTenant()
    headers = {"Authorization": basic(account.credentials["api_key"], user)}
    assert account.send("registerEvent", EVENT, headers=headers).reply.status == 200
    assert account.items == {"sent": 1, "kept": 1}
    assert [order["externalOrderId"] for order in account.state["orders"]] == [ORDER["externalOrderId"]]


@pytest.mark.rule("esputnik.auth.basic", "esputnik.request.other-refusals")
@pytest.mark.parametrize(
    "header",
    ["", "Basic", "Basic !", "Basic " + "YQ==", basic("wrong-key-1234"), basic(""), "Bearer abcdefgh", "Basic /w=="],
)
def test_an_unknown_key_gets_a_401_with_a_numeric_status(header: str) -> None:
    account = EsputnikTenant()
    answer = account.send("registerEvent", EVENT, headers={"Authorization": header})
    assert answer.reply.status == json.loads(answer.reply.body)["status"] == 401
    assert account.state["events"] == []


@pytest.mark.rule("esputnik.account.fixed")
def test_the_account_and_the_version_are_answered() -> None:
    account = EsputnikTenant()
    info = json.loads(account.send("getAccountInfo").reply.body)
    assert info.keys() == {"userEmail", "organisationName"}
    assert json.loads(account.send("getVersion").reply.body).keys() == {"version", "protocolVersion"}


@pytest.mark.rule("esputnik.request.media-type")
@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=UTF-8", 200),
        ("Application/JSON;charset=utf-8", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/xml", 415),
    ],
)
def test_a_body_of_another_content_type_is_refused(given: str, status: int) -> None:
    account = EsputnikTenant()
    assert account.send("registerEvent", EVENT, headers={"Content-Type": given}).reply.status == status
    assert account.items == {"sent": 1, "kept" if status == 200 else "refused": 1}
    assert len(account.state["orders"]) == (1 if status == 200 else 0)
    assert account.silent == 0


@pytest.mark.rule("esputnik.request.no-media-type")
def test_a_body_without_a_content_type_is_read_and_at_risk() -> None:
    account = EsputnikTenant()
    assert account.send("registerEvent", EVENT, headers={"Content-Type": ""}).reply.status == 200
    assert "esputnik.request.no-media-type" in account.risks
    assert account.items == {"sent": 1, "kept": 1}
    strict = EsputnikTenant(readings={"esputnik.request.no-media-type": "refuse"})
    assert strict.send("registerEvent", EVENT, headers={"Content-Type": ""}).reply.status == 415


@pytest.mark.rule("esputnik.request.charset")
@pytest.mark.parametrize("body", [b"{", b"{}", b'{"orders": [{"email": "\\ud83d"}]}'])
def test_another_charset_is_refused_before_the_body_is_parsed(body: bytes) -> None:
    refuses = dict.fromkeys(("esputnik.request.charset", "esputnik.request.half-character"), "refuse")
    account = EsputnikTenant(readings=refuses)
    headers = {"Content-Type": "application/json; charset=windows-1251"}
    assert account.send("ordersBulkInsert", body, headers=headers).reply.status == 415
    assert account.rules("refused") == {"esputnik.request.charset"}


@pytest.mark.rule("esputnik.request.json")
@pytest.mark.parametrize("operation", ["registerEvent", "ordersBulkInsert", "addContact", "sendHistoryEvents"])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"{'a': 1}", b"[" * 9_999])
def test_a_body_that_is_not_json_is_one_refused_item(operation: str, body: bytes) -> None:
    account = EsputnikTenant()
    reply = account.send(operation, body).reply
    assert (reply.status, reply.body) == (400, b"The request body is not valid JSON")
    assert account.items == {"sent": 1, "refused": 1}


@pytest.mark.rule("esputnik.request.charset")
@pytest.mark.parametrize(
    ("parameters", "at_risk"),
    [("", False), (";charset=UTF-8", False), ('; charset="utf8"', False), ("; charset=windows-1251", True)],
)
def test_a_charset_other_than_utf_8_is_at_risk(parameters: str, at_risk: bool) -> None:
    rule, sent = "esputnik.request.charset", {"Content-Type": f"application/json{parameters}"}
    account, strict = EsputnikTenant(), EsputnikTenant(readings={rule: "refuse"})
    assert account.send("registerEvent", EVENT, headers=sent).reply.status == 200
    assert (account.items, account.silent, rule in account.risks) == ({"sent": 1, "kept": 1}, 0, at_risk)
    assert strict.send("registerEvent", EVENT, headers=sent).reply.status == (415 if at_risk else 200)
    assert strict.items == {"sent": 1, "refused" if at_risk else "kept": 1}


@pytest.mark.rule("esputnik.request.half-character")
@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("registerEvent", {**EVENT, "keyValue": "k\ud83d"}),
        (
            "registerEventV2",
            {"eventTypeKey": "viewed", "keyValue": "k", "params": [{"name": "note", "value": {"\udc00": "x"}}]},
        ),
        ("addContact", {"channels": [EMAIL], "firstName": "Олена\ud83d"}),
        ("contactsBulkUpdate", {"contacts": [{"channels": [EMAIL], "lastName": "\ud83d"}], "dedupeOn": "email"}),
    ],
)
def test_a_lone_surrogate_is_kept_and_at_risk(operation: str, body: dict[str, Any]) -> None:
    rule, sent = "esputnik.request.half-character", json.dumps(body).encode()
    account, strict = EsputnikTenant(), EsputnikTenant(readings={rule: "refuse"})
    before = strict.state
    assert account.send(operation, sent).reply.status == 200
    assert (account.silent, rule in account.risks) == (0, True)
    assert (strict.send(operation, sent).reply.status, strict.items) == (400, {"sent": 1, "refused": 1})
    assert strict.state == before
    whole = EsputnikTenant()
    whole.send(operation, json.dumps(body).replace("\\ud83d", "\\ud83d\\ude00").replace("\\udc00", "😀").encode())
    assert rule not in whole.risks


@pytest.mark.rule("esputnik.rate.per-second")
@pytest.mark.parametrize(
    ("operation", "limit"),
    [
        ("registerEvent", 350),
        ("registerEventV2", 350),
        ("sendHistoryEvents", 100),
        ("searchContacts", 50),
        ("addContact", 200),
    ],
)
def test_the_contract_limits_the_calls_per_second(operation: str, limit: int) -> None:
    about = declared(contract("esputnik"))[operation]
    assert (about.rule, about.limit, about.stated) == ("esputnik.rate.per-second", limit, "PT1S")


@pytest.mark.rule("esputnik.request.other-refusals")
@pytest.mark.parametrize("name", [name for name, spec in REFUSALS.items() if "request" in spec])
def test_each_refusal_is_caused_by_its_request_in_the_contract(name: str) -> None:
    spec, request = REFUSALS[name], REFUSALS[name]["request"]
    key = app().extensions["mockservers"].create().credentials["api_key"]
    answers = [call(request, key) for _ in range(request.get("times", 1))]
    answer = answers[-1]
    assert answer.status_code == spec["status"]
    assert answer.headers["Content-Type"] == spec["headers"]["Content-Type"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_each_request_printed_on_the_page_is_answered_as_printed(path: Path) -> None:
    example = json.loads(path.read_text("utf-8"))
    tenant = app().extensions["mockservers"].create()
    tenant.replace_state(example.get("given", {}))
    answer = call(example["request"], tenant.credentials["api_key"])
    assert (answer.status_code, answer.text) == (example["response"]["status"], example["response"]["text"])


@pytest.mark.rule("esputnik.event.empty-answer")
def test_the_sample_of_the_page_creates_its_order_and_is_answered_without_a_content_type() -> None:
    example = json.loads((CONTRACT / "examples" / "order-created.json").read_text("utf-8"))
    tenant = app().extensions["mockservers"].tenant("demo-esputnik")
    for path in ("/api/v1/event", "/api/v1/event/", "/api/v2/event", "/api/v2/event/"):
        answer = call({**example["request"], "path": path}, tenant.credentials["api_key"])
        assert (answer.status_code, answer.data, answer.headers["Content-Length"]) == (200, b"", "0")
        assert "Content-Type" not in answer.headers
    (order,) = tenant.state()["orders"]
    assert (order["externalOrderId"], order["totalCost"], order["contactId"]) == ("12345679", "258.0", OLENA["id"])
    assert tenant.ledger.silent == 0
