"""`mockservers explain`: what it prints, and with which status it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.listeners.command_line import run

KEPT = '{"id":"1","item_name":"商品A"}\n'
LOST = '{"id":"1","orderDate":"2025-11-01"}\n'


@pytest.mark.parametrize(
    ("line", "words", "status"),
    [
        (KEPT, ["--path", "day=20251101"], 0),
        (LOST, ["--path", "day=20251101"], 1),
        ("{", ["--path", "yyyymmdd=20251101"], 1),
        (KEPT, [], 2),
        (KEPT, ["--path", "day=20251101", "--path", "month=11"], 2),
        (KEPT, ["--operation", "upload", "--path", "day=20251101"], 2),
        (KEPT, ["--path", "day=20251101", "--now", "tomorrow"], 2),
        (KEPT, ["--path", "day=20251101", "--reading", "fanship.no.rule=x"], 2),
        (KEPT, ["--path", "day=20251101", "--reading", "fanship.upload.repeated-id=both-kept"], 0),
        (LOST, ["--operation", "uploadMembers"], 0),
        (KEPT, ["--path", "yyyymmdd=20251101"], 0),
        (KEPT, ["--path", "business_day=20251101"], 2),
        (KEPT, ["--path", "day=20251101", "--path", "yyyymmdd=20251101"], 2),
        (KEPT, ["--path", "day=20251101", "--path", "day=20251102"], 2),
        (KEPT, ["--path", "day=tomorrow"], 1),
        ("", ["--path", "day=20251101", "--reading", "fanship.upload.empty-file=refuse"], 1),
    ],
)
def test_explain_ends_with_0_if_all_is_kept_1_if_something_is_lost_and_2_for_unusable_input(
    called: Any, tmp_path: Path, line: str, words: list[str], status: int
) -> None:
    (tmp_path / "purchases.ndjson").write_text(line, "utf-8")
    ended = called("explain", "fanship", "purchases.ndjson", *words)
    assert ended.status == status
    assert (ended.err != "") is (status == 2)


@pytest.mark.parametrize("vendor", ["omnisegment", "zangsho"])
@pytest.mark.parametrize("body", ['{"orders":[', "[]", "", "null", '"text"'])
def test_an_error_status_never_ends_with_0(called: Any, tmp_path: Path, vendor: str, body: str) -> None:
    (tmp_path / "body.json").write_text(body)
    ended = called("explain", vendor, "body.json", "--json")
    assert ended.json["reply"]["status"] >= 400
    assert ended.status == 1


def test_a_body_beyond_the_limit_is_answered_as_a_server_does(called: Any, tmp_path: Path) -> None:
    customer = {"email": "wang@example.com", "name": "x" * 8_388_608}
    (tmp_path / "customers.json").write_text(json.dumps({"customers": [customer]}))
    ended = called("explain", "zangsho", "customers.json", "--operation", "importCustomers", "--json")
    assert (ended.json["reply"]["status"], ended.json["reply"]["body"]) == (413, '{"message":"Payload Too Large"}')
    assert [found["rule"] for found in ended.json["findings"]] == ["zangsho.request.too-large"]
    assert (ended.json["items"], ended.status) == ({"sent": 1, "refused": 1}, 1)


def test_explain_suggests_the_nearest_operation_or_path_value(called: Any, tmp_path: Path) -> None:
    (tmp_path / "orders.json").write_text("{}")
    operation = called("explain", "zangsho", "orders.json", "--operation", "importOrder")
    assert "Unknown operation of zangsho 'importOrder'. Available:" in operation.err
    assert "Did you mean 'importOrders'?" in operation.err
    missing = called("explain", "fanship", "orders.json")
    assert "uploadPurchases takes --path day=…." in missing.err
    misspelt = called("explain", "fanship", "orders.json", "--path", "dya=20251101")
    assert "'dya'. Available: day. Did you mean 'day'?" in misspelt.err


def test_explain_reports_item_by_item_and_runs_later_jobs(called: Any, tmp_path: Path) -> None:
    (tmp_path / "purchases.ndjson").write_text(KEPT + LOST.replace('"1"', '"2"'), "utf-8")
    ended = called("explain", "fanship", "purchases.ndjson", "--path", "day=20251101")
    assert ended.out.splitlines()[:2] == [
        'FANSHIP uploadPurchases answers 200 {"status":"OK"}',
        "2 items sent: 2 kept. Lost: 1, silently: 1.",
    ]
    assert "line 2 /orderDate" in ended.out
    assert "fanship.record.unknown-key" in ended.out


def test_explain_prints_json_and_reads_standard_input() -> None:
    order = {"customer_email": "a@example.com", "order_no": "1", "amount": 5}
    done = run(
        "explain", "zangsho", "-", "--operation", "importOrders", "--json", given=json.dumps({"orders": [order]})
    )
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert found["reply"]["status"] == 200
    assert found["items"] == {"sent": 1, "refused": 1}
    assert (found["lost"], found["silent"]) == (1, 0)
    assert [finding["rule"] for finding in found["findings"]] == ["zangsho.order.customer-known"]


def test_explain_fills_in_the_credentials_that_a_body_lacks_and_says_so(called: Any, tmp_path: Path) -> None:
    data = {"datetime": "2025-11-01T09:51:23+0800", "transaction_id": "A-1", "member_sn": "1"}
    text = json.dumps({"data": data})[:-2] + ', "transaction_revenue": 1980.10, "transaction_revenue": 1980.20}}'
    (tmp_path / "order.json").write_text(text)
    ended = called("explain", "omnisegment", "order.json")
    assert 'importPurchaseData answers 200 {"SUCCESS":true,"PAYLOAD":null}' in ended.out
    assert "the key occurs twice" in ended.out
    assert "Added: tid and api_key of a test account. The body of a real call must have them." in ended.out
    (tmp_path / "order.json").write_text(json.dumps({"tid": "", "data": data}))
    ended = called("explain", "omnisegment", "order.json", "--json")
    assert (ended.json["filled_in"], ended.json["reply"]["status"]) == (["api_key"], 400)
    (tmp_path / "empty.json").write_text(" {} ")
    assert called("explain", "omnisegment", "empty.json", "--json").json["filled_in"] == ["tid", "api_key"]
    for vendor in ("esputnik", "zangsho"):
        assert called("explain", vendor, "empty.json", "--json").json["filled_in"] == []


def test_explain_accepts_a_state_and_a_time(called: Any, tmp_path: Path) -> None:
    order = {"customer_email": "a@example.com", "order_no": "1", "amount": 5}
    (tmp_path / "orders.json").write_text(json.dumps({"orders": [order]}))
    (tmp_path / "state.json").write_text(json.dumps({"customers": [{"email": "a@example.com"}]}))
    ended = called(
        *("explain", "zangsho", "orders.json", "--operation", "importOrders", "--json"),
        *("--state", "state.json", "--now", "2026-01-15T03:00:00Z"),
    )
    assert (ended.status, ended.json["items"]) == (0, {"sent": 1, "kept": 1})


@pytest.mark.parametrize(
    "words",
    [
        ["shopify", "orders.json"],
        ["zangsho", "nowhere.json"],
        ["zangsho", "orders.json", "--state", "broken.json"],
        ["zangsho", "orders.json", "--state", "list.json"],
        ["zangsho", "orders.json", "--contracts", "nowhere"],
    ],
)
def test_explain_names_unusable_input(called: Any, tmp_path: Path, words: list[str]) -> None:
    for name, text in {"orders": "{}", "broken": "{", "list": "[]"}.items():
        (tmp_path / f"{name}.json").write_text(text)
    ended = called("explain", *words)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err
