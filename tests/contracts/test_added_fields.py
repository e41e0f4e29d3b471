"""A field that an overlay adds is stored and answered; `additionalProperties: false` refuses unknown keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockservers.core.contract.contract import Contract
from mockservers.core.errors import ContractError
from mockservers.core.tenancy.mock import Mock
from mockservers.core.tenancy.tenant import Answer, Tenant
from mockservers.core.values.json_text import loads
from mockservers.vendors import load_contract, vendor
from tests.overlays import cut, edited, put
from tests.sending import Sending

SCHEMAS = "/components/schemas"
CUSTOMER = {"email": "a@example.com", "gift": "茶"}
ADDED_TO = ("NewCustomer", "Customer")


def loaded(directory: Path, name: str, file: str, *edits: Callable[[Any], Any]) -> Contract:
    """A contract with a file changed by some edits."""

    def edit(document: Any) -> None:
        for each in edits:
            each(document)

    return load_contract(name, edited(directory, name, file, edit))


def sent(obeyed: Contract, *calls: Sending) -> tuple[Answer, Tenant]:
    """The answer to the last call, and the tenant."""
    mock = Mock(vendor(obeyed.vendor), obeyed)
    tenant = mock.create()
    answers = [mock.handle(obeyed.operations[call.operation], call.path, call.by(tenant.credentials)) for call in calls]
    return answers[-1], tenant


def zangsho(operation: str, body: Any, **path: str) -> Sending:
    return Sending("zangsho", operation, json=body, path=path)


def test_a_field_added_to_what_is_sent_and_answered_is_in_state_and_reply(tmp_path: Path) -> None:
    edits = [put(f"{SCHEMAS}/{name}/properties/gift", {"type": "string"}) for name in ADDED_TO]
    answer, tenant = sent(loaded(tmp_path, "zangsho", "openapi.yaml", *edits), zangsho("createCustomer", CUSTOMER))
    assert loads(answer.reply.body).value["data"]["gift"] == "茶"
    assert tenant.state()["customers"][0]["gift"] == "茶"
    assert tenant.ledger.to_dict()["findings"] == []


def test_an_import_updates_a_field_that_was_added(tmp_path: Path) -> None:
    edit = put(f"{SCHEMAS}/NewCustomer/properties/gift", {"type": "string"})
    again = {"on_conflict": "update", "customers": [{**CUSTOMER, "gift": "杯"}]}
    calls = zangsho("createCustomer", CUSTOMER), zangsho("importCustomers", again)
    _, tenant = sent(loaded(tmp_path, "zangsho", "openapi.yaml", edit), *calls)
    assert [customer["gift"] for customer in tenant.state()["customers"]] == ["杯"]
    assert tenant.ledger.items["updated"] == 1


def test_a_property_removed_from_a_record_is_not_answered(tmp_path: Path) -> None:
    edit = cut(f"{SCHEMAS}/Customer/properties/phone")
    answer, _ = sent(loaded(tmp_path, "zangsho", "openapi.yaml", edit), zangsho("createCustomer", CUSTOMER))
    assert "phone" not in loads(answer.reply.body).value["data"]


@pytest.mark.parametrize(
    ("call", "status"),
    [
        (zangsho("createCustomer", CUSTOMER), 422),
        (zangsho("importCustomers", {"customers": [CUSTOMER]}), 200),
    ],
)
def test_additional_properties_false_refuses_an_item_with_an_unknown_key(
    tmp_path: Path, call: Sending, status: int
) -> None:
    edit = put(f"{SCHEMAS}/NewCustomer/additionalProperties", False)
    answer, tenant = sent(loaded(tmp_path, "zangsho", "openapi.yaml", edit), call)
    assert answer.reply.status == status
    assert tenant.state()["customers"] == []
    assert tenant.ledger.items["refused"] == 1
    assert "gift" in str(loads(answer.reply.body).value)


OMNISEGMENT_ORDER = {
    "member_sn": "1",
    "datetime": "2026-01-15T09:51:23+0800",
    "transaction_id": "單-1",
    "transaction_revenue": 5,
}


@pytest.mark.parametrize(
    ("schema", "call", "key"),
    [
        ("PurchaseData", {"data": {**OMNISEGMENT_ORDER, "gift": "茶"}, "debug_mode": 1}, "gift"),
        ("PurchaseImport", {"data": OMNISEGMENT_ORDER, "debug_mode": 1, "gift": "茶"}, "gift"),
    ],
)
def test_additional_properties_false_refuses_an_order_at_omnisegment(
    tmp_path: Path, schema: str, call: dict[str, Any], key: str
) -> None:
    edit = put(f"{SCHEMAS}/{schema}/additionalProperties", False)
    sending = Sending("omnisegment", "importPurchaseData", json=call)
    before, _ = sent(load_contract("omnisegment"), sending)
    answer, tenant = sent(loaded(tmp_path, "omnisegment", "openapi.yaml", edit), sending)
    assert before.reply.status == 200
    assert answer.reply.status == 400
    assert key in answer.reply.body.decode()
    assert tenant.ledger.items["refused"] == 1
    assert tenant.state()["orders"] == []


def test_a_field_with_its_own_schema_is_checked(tmp_path: Path) -> None:
    edits = [
        put(f"{SCHEMAS}/Gift", {"type": "integer"}),
        put(f"{SCHEMAS}/PurchaseData/properties/gift", {"$ref": "#/components/schemas/Gift"}),
    ]
    call = {"data": {**OMNISEGMENT_ORDER, "gift": "茶"}, "debug_mode": 1}
    sending = Sending("omnisegment", "importPurchaseData", json=call)
    answer, tenant = sent(loaded(tmp_path, "omnisegment", "openapi.yaml", *edits), sending)
    assert answer.reply.status == 400
    assert tenant.ledger.items["refused"] == 1


@pytest.mark.parametrize(
    ("schema", "required", "missing"),
    [
        ("PurchaseImport", ["tid", "api_key"], "data"),
        ("PurchaseData", ["transaction_id", "transaction_revenue"], "datetime"),
        ("AudienceMapping", ["source_id", "source_system"], "mapping_key"),
    ],
)
def test_a_key_that_omnisegment_uses_stays_required(
    tmp_path: Path, schema: str, required: list[str], missing: str
) -> None:
    edit = put(f"{SCHEMAS}/{schema}/required", required)
    with pytest.raises(ContractError, match=f"'{missing}' is not required, and the mock depends on it"):
        Mock(vendor("omnisegment"), loaded(tmp_path, "omnisegment", "openapi.yaml", edit))


@pytest.mark.parametrize(
    ("name", "place", "value"),
    [
        ("omnisegment", f"{SCHEMAS}/TagMode/enum", ["append", "remove", None]),
        ("omnisegment", f"{SCHEMAS}/IdentifierField/enum", ["phone", "facebook_id"]),
        ("zangsho", f"{SCHEMAS}/OnConflict/enum", ["skip", "update", "merge", None]),
    ],
)
def test_a_choice_that_is_not_implemented_stops_the_start(
    tmp_path: Path, name: str, place: str, value: list[Any]
) -> None:
    with pytest.raises(ContractError, match="and the mock only knows"):
        Mock(vendor(name), loaded(tmp_path, name, "openapi.yaml", put(place, value)))


def test_a_property_schema_may_be_true(tmp_path: Path) -> None:
    edit = put(f"{SCHEMAS}/NewCustomer/properties/name", True)
    body = {"email": "a@example.com", "name": ["a", 1]}
    answer, tenant = sent(loaded(tmp_path, "zangsho", "openapi.yaml", edit), zangsho("createCustomer", body))
    assert answer.reply.status == 201
    assert tenant.state()["customers"][0]["name"] == ["a", 1]


@pytest.mark.parametrize(
    ("name", "file", "edit", "place", "why"),
    [
        ("fanship", "purchase.schema.json", put("/required", []), "/required", "'id' is not required"),
        ("fanship", "member.schema.json", cut("/type"), "", "the mock can only take object"),
        ("fanship", "member.schema.json", cut("/properties/id"), "/properties", "no property 'id'"),
        (
            "zangsho",
            "openapi.yaml",
            put(f"{SCHEMAS}/NewCustomer/required", []),
            f"{SCHEMAS}/NewCustomer/required",
            "'email' is not required",
        ),
        (
            "zangsho",
            "openapi.yaml",
            put(f"{SCHEMAS}/SentAmount/type", ["string", "object"]),
            f"{SCHEMAS}/OrderFields/properties/amount",
            "it accepts object, and the mock can only take number or string",
        ),
        (
            "omnisegment",
            "openapi.yaml",
            cut(f"{SCHEMAS}/PurchaseData/properties/products/additionalProperties/type"),
            f"{SCHEMAS}/PurchaseData/properties/products/additionalProperties",
            "the mock can only take string",
        ),
        (
            "omnisegment",
            "openapi.yaml",
            cut(f"{SCHEMAS}/Voucher/type"),
            f"{SCHEMAS}/PurchaseData/properties/voucher/items",
            "the mock can only take object",
        ),
        (
            "omnisegment",
            "openapi.yaml",
            put(f"{SCHEMAS}/PurchaseImport/properties/debug_mode/default", "x"),
            f"{SCHEMAS}/PurchaseImport/properties/debug_mode",
            'it is \'x\', and the mock only knows 0, 1, "0", "1"',
        ),
        (
            "omnisegment",
            "openapi.yaml",
            cut(f"{SCHEMAS}/ProductData/properties/id/additionalProperties"),
            f"{SCHEMAS}/ProductData/properties/id/additionalProperties",
            "the mock can only take string",
        ),
    ],
)
def test_a_schema_that_accepts_values_the_mock_cannot_handle_stops_the_start(
    tmp_path: Path, name: str, file: str, edit: Callable[[Any], Any], place: str, why: str
) -> None:
    with pytest.raises(ContractError) as stopped:
        Mock(vendor(name), loaded(tmp_path, name, file, edit))
    assert stopped.value.file == f"{name}/{file}"
    assert stopped.value.pointer == place
    assert why in stopped.value.reason
