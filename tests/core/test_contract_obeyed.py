"""A limit, an enum, a text, a required list, a default reading: changed in a copied contract, the answers change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockservers.core.contract.contract import Contract
from mockservers.core.tenancy.mock import Mock
from mockservers.core.values.json_text import dumps
from mockservers.vendors import load_contract, vendor
from tests.asking import contract
from tests.overlays import edited, put
from tests.sending import Sending

SCHEMAS = "/components/schemas"
PURCHASE = {"yyyymmdd": "20260115"}
LINE = {"id": "1", "order_status": "returned", "property": [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]}
ORDER = {
    "member_sn": "1",
    "datetime": "2026-01-15T09:51:23+0800",
    "transaction_id": "單-1001",
    "transaction_revenue": 1980,
    "transaction_status": "PAID",
}
CONTACT = {"channels": [{"type": "email", "value": "a@example.com"}]}
BULK_ORDER = {
    "externalOrderId": "1",
    "totalCost": 1,
    "status": "DELIVERED",
    "date": "2020-05-14T10:11:00",
    "currency": "UAH",
    "email": "a@example.com",
}
CUSTOMER = {"email": "a@example.com"}
ZANGSHO_ORDER = {"order_no": "1", "amount": 5, "customer_email": "a@example.com", "status": "paid"}


def upload(*lines: dict[str, Any]) -> Sending:
    return Sending("fanship", "uploadPurchases", path=PURCHASE, raw=b"\n".join(map(dumps, lines)))


def order(**top: Any) -> Sending:
    return Sending("omnisegment", "importPurchaseData", json={"debug_mode": 1, "data": ORDER, **top})


def sending(operation: str, body: Any, **rest: Any) -> Sending:
    return Sending(
        "esputnik" if operation in ("addContact", "ordersBulkInsert") else "zangsho", operation, json=body, **rest
    )


EDITS: dict[str, tuple[Sending, str, Callable[[Any], Any], str, str]] = {
    # what: a call, the file, the edit, the answer before it and after
    "fanship, a limit": (
        upload(LINE),
        "purchase.schema.json",
        put("/properties/property/maxItems", 1),
        '200 {"status":"OK"}',
        '400 {"status":"NG"}',
    ),
    "fanship, an enum": (
        upload(LINE),
        "purchase.schema.json",
        put("/properties/order_status/enum", ["buy", None]),
        "200",
        "400",
    ),
    "fanship, a text": (
        upload({}),
        "errors.yaml",
        put("/refusals/bad-request/body", {"status": "KO", "because": "so"}),
        '400 {"status":"NG"}',
        '400 {"status":"KO","because":"so"}',
    ),
    "fanship, a status": (upload({}), "errors.yaml", put("/refusals/bad-request/status", 422), "400", "422"),
    "fanship, a required list": (
        upload(LINE),
        "purchase.schema.json",
        put("/required", ["id", "member_id"]),
        "200",
        "400",
    ),
    "fanship, a default reading": (
        upload(),
        "rules.yaml",
        put("/rules/fanship.upload.empty-file/reading/default", "refuse"),
        "200",
        "400",
    ),
    "fanship, a success": (
        upload(LINE),
        "openapi.yaml",
        put(
            "/paths/~1v1~12nd~1purchases~1{yyyymmdd}~1_all/post/responses/200/content/application~1json",
            {"schema": {"type": "string"}, "example": "yes"},
        ),
        '200 {"status":"OK"}',
        "200 yes",
    ),
    "omnisegment, the mode of an order without one": (
        Sending("omnisegment", "importPurchaseData", json={"data": {"transaction_id": "A"}}),
        "openapi.yaml",
        put(f"{SCHEMAS}/PurchaseImport/properties/debug_mode/default", 1),
        '200 {"SUCCESS":true',
        '400 {"SUCCESS":false',
    ),
    "omnisegment, a limit": (
        Sending("omnisegment", "batchImportPurchaseData", json={"data": [ORDER, ORDER]}),
        "openapi.yaml",
        put(f"{SCHEMAS}/PurchaseBatch/properties/data/maxItems", 1),
        "200",
        "400",
    ),
    "omnisegment, an enum": (
        order(),
        "openapi.yaml",
        put(f"{SCHEMAS}/PurchaseData/properties/transaction_status/enum", ["SUCCESS"]),
        "200",
        "400",
    ),
    "omnisegment, a text": (
        Sending("omnisegment", "importPurchaseData", json={}),
        "errors.yaml",
        put("/refusals/missing-input/body/ERR_MSG", "No, thanks"),
        "api_key, tid and data_content",
        '"ERR_MSG":"No, thanks"',
    ),
    "omnisegment, a required list": (
        order(),
        "openapi.yaml",
        put(f"{SCHEMAS}/PurchaseData/required", ["datetime", "transaction_id", "transaction_revenue", "device"]),
        "200",
        "400",
    ),
    "omnisegment, a default reading": (
        order(),
        "rules.yaml",
        put("/rules/omnisegment.member.unknown/reading/default", "refuse"),
        "200",
        "400",
    ),
    "esputnik, a limit": (
        sending("ordersBulkInsert", {"orders": [BULK_ORDER, BULK_ORDER]}),
        "openapi.yaml",
        put(f"{SCHEMAS}/Orders/properties/orders/maxItems", 1),
        "200",
        "400",
    ),
    "esputnik, an enum": (
        sending("addContact", CONTACT),
        "openapi.yaml",
        put(f"{SCHEMAS}/Channel/properties/type/enum", ["sms"]),
        "200",
        "400",
    ),
    "esputnik, a text": (
        Sending("esputnik", "addContact", raw=b"{"),
        "errors.yaml",
        put("/refusals/not-json/body", "Speak JSON"),
        "400 The request body",
        "400 Speak JSON",
    ),
    "esputnik, a required list": (
        sending("addContact", {}),
        "openapi.yaml",
        put(f"{SCHEMAS}/Contact/required", []),
        "400",
        "200",
    ),
    "esputnik, a default reading": (
        sending("addContact", CONTACT, headers={"content-type": ""}),
        "rules.yaml",
        put("/rules/esputnik.request.no-media-type/reading/default", "refuse"),
        "200",
        "415",
    ),
    "zangsho, a limit": (
        sending("importCustomers", {"customers": [CUSTOMER, CUSTOMER]}),
        "openapi.yaml",
        put(f"{SCHEMAS}/CustomerBatch/properties/customers/maxItems", 1),
        "200",
        "422",
    ),
    "zangsho, an enum": (
        sending("createOrder", ZANGSHO_ORDER),
        "openapi.yaml",
        put(f"{SCHEMAS}/OrderStatus/enum", ["pending"]),
        "201",
        "422",
    ),
    "zangsho, a text": (
        sending("createCustomer", {}),
        "errors.yaml",
        put("/messages/required", "{field}!"),
        "422",
        "email!",
    ),
    "zangsho, a required list": (
        sending("createCustomer", CUSTOMER),
        "openapi.yaml",
        put(f"{SCHEMAS}/NewCustomer/required", ["email", "name"]),
        "201",
        "422",
    ),
    "zangsho, a default reading": (
        sending("importOrders", {"orders": [ZANGSHO_ORDER]}),
        "rules.yaml",
        put("/rules/zangsho.order.customer-known/reading/default", "create-customer"),
        '"failed":1',
        '"failed":0',
    ),
}


def answered(call: Sending, obeyed: Contract) -> str:
    """Status and body of what a fresh tenant is answered under a contract."""
    mock = Mock(vendor(call.vendor), obeyed)
    tenant = mock.create()
    reply = mock.handle(mock.contract.operations[call.operation], call.path, call.by(tenant.credentials)).reply
    return f"{reply.status} {reply.body.decode()}"


@pytest.mark.parametrize(("call", "file", "edit", "before", "after"), EDITS.values(), ids=EDITS)
def test_an_edit_of_a_copied_contract_changes_the_answer(
    tmp_path: Path, call: Sending, file: str, edit: Callable[[Any], Any], before: str, after: str
) -> None:
    ours = answered(call, contract(call.vendor))
    theirs = answered(call, load_contract(call.vendor, edited(tmp_path, call.vendor, file, edit)))
    assert before in ours
    assert after in theirs
    assert after not in ours
