"""The contract is what the mock obeys: another limit, list, text or default there is another answer here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockservers.core.contract.contract import Contract
from mockservers.core.contract.loading import data_directory
from mockservers.core.exchange.call import Request
from mockservers.core.tenancy.mock import Mock
from mockservers.core.tenancy.tenant import Tenant
from mockservers.vendors import load_contract, vendor
from tests.asking import contract
from tests.vendors.zangsho.zangsho_tenant import BATCHES, CUSTOMERS, ORDER, PAGE, ZangshoTenant, counts

FIXTURES = data_directory("fixtures") / "zangsho"
STATE = json.loads((FIXTURES / "state.json").read_text("utf-8"))


def edited(folder: Path, file: str, old: str, new: str) -> Contract:
    """The contract with a piece of a file in another wording."""
    text = (data_directory("contracts") / "zangsho" / file).read_text("utf-8")
    assert old in text
    (folder / "zangsho").mkdir()
    (folder / "zangsho" / file).write_text(text.replace(old, new), "utf-8")
    return load_contract("zangsho", folder)


def answered(about: Contract, kind: str, *items: Any) -> tuple[int, Any]:
    """What a merchant under a contract gets for a batch."""
    mock = Mock(vendor("zangsho"), about)
    tenant: Tenant = mock.create()
    tenant.replace_state({"customers": CUSTOMERS})
    operation = about.operations[BATCHES[kind]]
    headers = {"authorization": f"Bearer {tenant.credentials['token']}", "content-type": "application/json"}
    raw = json.dumps({kind: items}).encode()
    reply = mock.handle(operation, {}, Request("POST", operation.path, headers=headers, body=raw)).reply
    return reply.status, json.loads(reply.body)


@pytest.mark.rule("zangsho.batch.most-items")
@pytest.mark.parametrize(("limit", "sent", "status"), [(50, 50, 200), (50, 51, 422), (150, 120, 200), (150, 151, 422)])
def test_another_limit_in_the_contract_is_enforced(tmp_path: Path, limit: int, sent: int, status: int) -> None:
    about = edited(tmp_path, "openapi.yaml", "maxItems: 100", f"maxItems: {limit}")
    for kind in ("customers", "events"):
        reply = answered(about, kind, *[{"email": f"{n}@example.com"} for n in range(sent)])
        assert reply[0] == status
        assert status == 422 or reply[1]["data"]["total"] == sent


@pytest.mark.rule("zangsho.item.fields")
def test_another_enum_in_the_contract_is_enforced(tmp_path: Path) -> None:
    about = edited(tmp_path, "openapi.yaml", "enum: [pending, paid, failed,", "enum: [pending, shipped, failed,")
    data = answered(about, "orders", ORDER, {**ORDER, "status": "shipped"})[1]["data"]
    assert [failed["message"] for failed in data["results"]["failed"]] == ["status 格式不正確"]
    assert counts(data) == (1, 0, 0, 1)


@pytest.mark.rule("zangsho.order.idempotency-replay", "zangsho.single.created")
def test_another_header_and_status_in_the_contract_apply(tmp_path: Path) -> None:
    folder = tmp_path / "zangsho"
    folder.mkdir()
    text = (data_directory("contracts") / "zangsho" / "openapi.yaml").read_text("utf-8")
    text = text.replace("name: X-Idempotency-Key", "name: Idempotency-Key").replace('"201":', '"200":')
    (folder / "openapi.yaml").write_text(text, "utf-8")
    about = load_contract("zangsho", tmp_path)
    mock = Mock(vendor("zangsho"), about)
    tenant = mock.create()
    operation = about.operations["createOrder"]
    headers = {"authorization": f"Bearer {tenant.credentials['token']}", "content-type": "application/json"}
    raw = json.dumps(ORDER).encode()
    for name, statuses in (("x-idempotency-key", [200, 422]), ("idempotency-key", [200, 200])):
        tenant.replace_state({"orders": []})
        request = Request("POST", operation.path, headers={**headers, name: "k"}, body=raw)
        assert [mock.handle(operation, {}, request).reply.status for _ in range(2)] == statuses
        assert [order["order_no"] for order in tenant.state()["orders"]] == [ORDER["order_no"]]
    assert tenant.ledger.items == {"sent": 4, "kept": 2, "refused": 1, "skipped": 1}


@pytest.mark.rule("zangsho.customer.email-required")
def test_another_message_in_the_contract_is_answered(tmp_path: Path) -> None:
    about = edited(tmp_path, "errors.yaml", "{field} 欄位為必填", "The {field} field is required.")
    data = answered(about, "customers", {})[1]["data"]
    assert data["results"]["failed"][0]["message"] == "The email field is required."


@pytest.mark.rule("zangsho.order.customer-known", "zangsho.order.defaults")
@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("rules.yaml", "default: fail\n", "default: create-customer\n", (1, 0, 0, 0)),
        ("rules.yaml", "default: always-200", "default: all-failed-422", None),
        ("openapi.yaml", "required: [order_no, amount]", "required: [order_no, amount, metadata]", (0, 0, 0, 1)),
    ],
)
def test_another_default_reading_or_required_field_in_the_contract_applies(
    tmp_path: Path, file: str, old: str, new: str, expected: tuple[int, ...] | None
) -> None:
    about = edited(tmp_path, file, old, new)
    status, reply = answered(about, "orders", {**ORDER, "customer_email": "新@example.com"})
    assert status == (200 if expected else 422)
    assert expected is None or counts(reply["data"]) == expected


def test_operations_name_existing_rules() -> None:
    about = contract("zangsho")
    named = {name for operation in about.operations.values() for name in operation.spec["x-rules"]}
    assert named <= set(about.rules)


def test_documented_rules_name_the_page_or_the_reference() -> None:
    for rule in contract("zangsho").rules.values():
        if "documented" in rule.provenance_of.values():
            assert rule.source["url"] == PAGE, rule.id
        elif "elsewhere-documented" in rule.provenance_of.values():
            assert rule.source["url"].startswith("https://developers.zangsho.com/api-reference/"), rule.id


@pytest.mark.parametrize(
    ("file", "kind", "expected", "silent"),
    [
        ("customers", "customers", (1, 0, 3, 0), 0),
        ("customers-misspelt", "customers", (2, 0, 0, 0), 2),
        ("customers-invalid", "customers", (1, 0, 0, 4), 0),
        ("customers-101", "customers", None, 0),
        ("orders", "orders", (3, 0, 0, 0), 0),
        ("orders-100", "orders", (100, 0, 0, 0), 0),
        ("orders-unknown-customer", "orders", (1, 0, 0, 1), 0),
        ("orders-invalid", "orders", (0, 0, 0, 5), 0),
        ("orders-resent-refunded", "orders", (0, 0, 1, 0), 0),
        ("subscriptions", "subscriptions", (1, 0, 1, 0), 0),
        ("subscriptions-invalid", "subscriptions", (0, 0, 0, 3), 0),
        ("subscription-events", "events", (2, 0, 0, 0), 0),
    ],
)
def test_the_sample_bodies_do_what_their_file_names_say(
    file: str, kind: str, expected: tuple[int, ...] | None, silent: int
) -> None:
    zangsho = ZangshoTenant(**STATE)
    answer = zangsho.send(BATCHES[kind], (FIXTURES / f"{file}.json").read_bytes())
    assert answer.reply.status == (200 if expected else 422)
    assert expected is None or counts(json.loads(answer.reply.body)["data"]) == expected
    assert zangsho.silent == silent


@pytest.mark.rule("zangsho.order.creates-customer")
def test_the_sample_order_creates_its_customer() -> None:
    zangsho = ZangshoTenant(**STATE)
    assert zangsho.send("createOrder", (FIXTURES / "order.json").read_bytes()).reply.status == 201
    assert zangsho.documents("customers", name="Новий Клієнт")
