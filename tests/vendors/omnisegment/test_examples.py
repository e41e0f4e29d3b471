"""What the vendor's pages print, and every refusal of the contract, through the app."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from mockservers.core.contract.loading import data_directory
from mockservers.core.contract.placeholders import fill
from mockservers.core.tenancy.mock import Mock
from mockservers.web import create_app
from tests.asking import contract

EXAMPLES = sorted((data_directory("contracts") / "omnisegment" / "examples").glob("*.json"))
FIXTURES = data_directory("fixtures") / "omnisegment"
REFUSALS = {name: refusal for name, refusal in contract("omnisegment").refusals.items() if refusal.request}


@cache
def app() -> Flask:
    return create_app("omnisegment")


class Demo:
    """A tenant that holds what the demo tenant does, and a client whose requests have its credentials filled in."""

    def __init__(self) -> None:
        mock: Mock = app().extensions["mockservers"]
        self.client = app().test_client()
        self.tenant = mock.create()
        self.tenant.replace_state(mock.tenant("demo-omnisegment").state())

    def send(self, request: Any) -> Any:
        asked = json.loads(fill(json.dumps(request), self.tenant.credentials))
        body: dict[str, Any] = {"data": json.dumps(asked["json"])} if "json" in asked else {}
        headers = {"Content-Type": "application/json", **asked.get("headers", {})}
        return self.client.open(asked["path"], method=asked["method"], headers=headers, **body)


def _example(name: str) -> Path:
    return next(path for path in EXAMPLES if path.stem == name)


@pytest.fixture
def demo() -> Demo:
    return Demo()


@pytest.mark.rule("omnisegment.mapping.headless", "omnisegment.orders.window", "omnisegment.product.background")
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_each_printed_request_gets_the_printed_answer(demo: Demo, path: Path) -> None:
    example = json.loads(path.read_text("utf-8"))
    demo.tenant.replace_state(example.get("given", {}))
    answer = demo.send(example["request"])
    assert answer.status_code == example["response"]["status"]
    assert answer.get_data(as_text=True) == json.dumps(
        example["response"]["json"], ensure_ascii=False, separators=(",", ":")
    )
    assert answer.headers["Content-Type"] == "application/json"
    assert demo.tenant.ledger.silent == 0


@pytest.mark.rule("omnisegment.request.path", "omnisegment.request.method")
@pytest.mark.parametrize("name", REFUSALS)
def test_each_refusal_of_the_contract_is_caused_by_its_request(demo: Demo, name: str) -> None:
    refusal = REFUSALS[name]
    answer = demo.send(refusal.request)
    assert answer.status_code == refusal.status
    body = json.loads(answer.get_data())
    assert list(body) == list(refusal.body)
    assert body["ERR_MSG"] == refusal.body["ERR_MSG"] or refusal.body["ERR_MSG"] == "{message}"


@pytest.mark.rule("omnisegment.request.path")
@pytest.mark.parametrize("path", [path for path in contract("omnisegment").openapi["paths"] if path.endswith("/")])
def test_a_path_without_its_slash_is_unknown(demo: Demo, path: str) -> None:
    answer = demo.client.post(path.rstrip("/"), json={})
    assert (answer.status_code, json.loads(answer.get_data())["ERR_MSG"]) == (404, "Not Found")
    assert "Location" not in answer.headers


@pytest.mark.rule("omnisegment.purchase.one-order")
def test_the_example_order_of_the_page_is_kept_without_a_note(demo: Demo) -> None:
    example = json.loads(_example("import-purchase-data").read_text("utf-8"))
    assert demo.send(example["request"]).get_data() == b'{"SUCCESS":true,"PAYLOAD":null}'
    assert demo.tenant.ledger.items == {"sent": 1, "kept": 1, "pending": 0}
    assert demo.tenant.ledger.findings == []
    [order] = demo.tenant.state()["orders"]
    assert order["transaction_id"] == "23740b4a-5872-4363-ad32-5532a89e4cb1"


@pytest.mark.parametrize(
    ("name", "operation", "status", "silent"),
    [
        ("order", "importPurchaseData", 200, 0),
        ("order-by-email", "importPurchaseData", 200, 0),
        ("order-misspelt", "importPurchaseData", 200, 2),
        ("order-invalid", "importPurchaseData", 400, 0),
        ("batch", "batchImportPurchaseData", 200, 0),
        ("batch-one-wrong", "batchImportPurchaseData", 200, 2),
        ("member", "importAudience", 200, 0),
    ],
)
def test_the_sample_traffic_does_what_its_file_names_say(
    demo: Demo, name: str, operation: str, status: int, silent: int
) -> None:
    demo.tenant.replace_state(json.loads((FIXTURES / "state.json").read_text("utf-8")))
    sent = {**json.loads((FIXTURES / f"{name}.json").read_text("utf-8")), **demo.tenant.credentials}
    path = contract("omnisegment").operations[operation].path
    assert demo.client.post(path, json=sent).status_code == status
    assert demo.tenant.ledger.silent == silent


@pytest.mark.rule("omnisegment.purchase.status")
def test_the_demo_request_loses_its_order_silently(demo: Demo) -> None:
    about = contract("omnisegment").demo.call
    path = contract("omnisegment").operations[about["operation"]].path
    assert demo.send({"method": "POST", "path": path, "json": about["json"]}).status_code == 200
    assert demo.tenant.ledger.silent == 1
