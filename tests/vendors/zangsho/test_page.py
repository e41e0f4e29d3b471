"""What the page prints: its calls, its answer, its errors, its whole flow.

https://developers.zangsho.com/guides/data-import
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from mockservers.core.contract.loading import data_directory
from mockservers.web import create_app
from tests.asking import contract
from tests.vendors.zangsho.zangsho_tenant import (
    BATCHES,
    CHEN,
    EVENT,
    ORDER,
    SUBSCRIPTION,
    WANG,
    ZangshoTenant,
    body,
    counts,
)

EXAMPLES = sorted((data_directory("contracts") / "zangsho" / "examples").glob("*.json"))
FLOW = {
    "customers": [WANG, CHEN],
    "orders": [ORDER],
    "subscriptions": [{**SUBSCRIPTION, "customer_id": 1}],
    "events": [EVENT],
}


@pytest.fixture
def demo() -> FlaskClient:
    """The vendor's app with its demo tenant."""
    return create_app("zangsho").test_client()


TOKEN = {"Authorization": "Bearer 1|demo-zangsho-token"}


@pytest.mark.parametrize("file", EXAMPLES, ids=[file.stem for file in EXAMPLES])
def test_each_example_of_the_page_is_answered_as_printed(file: Path) -> None:
    example = json.loads(file.read_text("utf-8"))
    zangsho = ZangshoTenant(**{"customers": [], **example.get("given", {})})
    answer = zangsho.send(example["operation"], example["request"]["json"])
    assert answer.reply.status == example["response"]["status"]
    assert list(answer.reply.headers) == list(example["response"]["headers"].items())
    assert json.dumps(body(answer)) == json.dumps(example["response"]["json"]), "the same keys in the same order"


@pytest.mark.rule("zangsho.batch.counts", "zangsho.batch.updated-list", "zangsho.batch.reasons")
def test_the_answer_has_the_keys_of_the_page_in_its_order() -> None:
    data = ZangshoTenant().batch("customers", {"email": "a@example.com"}, WANG, {"name": "x"})
    assert list(data) == ["total", "created", "updated", "skipped", "failed", "results"]
    assert list(data["results"]) == ["created", "skipped", "failed"]
    assert data["results"]["created"] == [{"index": 0, "id": 103, "identifier": "a@example.com"}]
    assert data["results"]["skipped"] == [
        {"index": 1, "reason": "duplicate_email", "identifier": "wang.xiaoming@example.com"}
    ]
    assert data["results"]["failed"] == [
        {"index": 2, "reason": "validation_error", "message": "email 欄位為必填", "identifier": None}
    ]


@pytest.mark.rule("zangsho.request.routes")
def test_the_whole_flow_of_the_page_runs_against_the_demo_tenant(demo: FlaskClient) -> None:
    for kind, items in FLOW.items():
        path = "subscriptions/events" if kind == "events" else kind
        answer = demo.post(f"/v1/{path}/batch", json={"on_conflict": "skip", kind: items}, headers=TOKEN)
        assert (answer.status_code, counts(answer.get_json()["data"])) == (200, (len(items), 0, 0, 0))
    listed = demo.get("/v1/subscriptions/events?customer_id=1", headers=TOKEN).get_json()
    assert [event["event_type"] for event in listed["data"]] == ["upgrade"]
    assert demo.get("/v1/customers/1", headers=TOKEN).get_json()["data"]["ltv"] == "1990.00"


@pytest.mark.rule("zangsho.event.path", "zangsho.list.one-record")
def test_the_path_of_events_is_not_parsed_as_a_subscription_id(demo: FlaskClient) -> None:
    events = demo.get("/v1/subscriptions/events", headers=TOKEN)
    assert (events.status_code, events.get_json()["data"]) == (200, [])
    assert demo.get("/v1/subscriptions/1", headers=TOKEN).status_code == 404


@pytest.mark.rule("zangsho.order.customer-known", "zangsho.subscription.customer-known", "zangsho.event.customer-known")
def test_items_of_unknown_customers_fail() -> None:
    zangsho = ZangshoTenant(customers=[])
    for kind in ("orders", "subscriptions", "events"):
        data = zangsho.batch(kind, *FLOW[kind])
        assert counts(data) == (0, 0, 0, 1)
        assert data["results"]["failed"][0]["message"].endswith("_id 不存在" if kind != "events" else "_email 不存在")
    assert zangsho.silent == 0


@pytest.mark.rule("zangsho.request.validation-error", "zangsho.auth.token", "zangsho.request.routes")
@pytest.mark.parametrize("name", [name for name, spec in contract("zangsho").refusals.items() if spec.request])
def test_each_refusal_is_caused_by_the_request_of_its_entry(demo: FlaskClient, name: str) -> None:
    refusal = contract("zangsho").refusals[name]
    request: dict[str, Any] = dict(refusal.request)
    headers = {key: value.replace("{token}", "1|demo-zangsho-token") for key, value in request["headers"].items()}
    answer = demo.open(request["path"], method=request["method"], headers=headers, json=request.get("json"))
    assert answer.status_code == refusal.status
    assert list(answer.get_json()) == list(refusal.body)


@pytest.mark.rule("zangsho.auth.token")
@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer nobody", "Basic x", "Bearer YOUR_API_TOKEN", "1|demo"])
@pytest.mark.parametrize("operation", BATCHES.values())
def test_a_call_without_a_known_token_gets_only_a_401(operation: str, authorization: str) -> None:
    zangsho = ZangshoTenant()
    answer = zangsho.send(operation, {"customers": [WANG]}, headers={"Authorization": authorization})
    assert (answer.reply.status, body(answer)) == (401, {"message": "Unauthenticated."})
    assert zangsho.mock.unauthenticated.ledger.items == {"sent": 1, "refused": 1}


@pytest.mark.rule("zangsho.request.rate", "zangsho.request.too-large", "zangsho.request.unavailable")
def test_assumed_limits_are_in_the_contract_once() -> None:
    about = contract("zangsho")
    assert about.value("zangsho.request.rate", "limit") >= 60, "a client that pauses a second never meets it"
    assert about.value("zangsho.request.too-large", "bytes") == about.openapi["x-max-body"]
    assert about.refusals["unavailable"].rule == "zangsho.request.unavailable"


def test_all_numbers_are_rules_or_listed_as_not_modelled() -> None:
    about = contract("zangsho")
    listed = (data_directory("contracts") / "zangsho" / "not-modelled.md").read_text("utf-8")
    known = {ref for known_rule in about.rules.values() for ref in known_rule.refs}
    missing = [
        number for number in about.files["rules.yaml"]["numbers"] if number not in known and number not in listed
    ]
    assert missing == []
