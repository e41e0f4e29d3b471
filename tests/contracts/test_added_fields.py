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


def test_a_property_taken_out_of_a_record_is_not_answered(tmp_path: Path) -> None:
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
def test_no_additional_properties_refuse_an_item_with_an_unknown_key(
    tmp_path: Path, call: Sending, status: int
) -> None:
    edit = put(f"{SCHEMAS}/NewCustomer/additionalProperties", False)
    answer, tenant = sent(loaded(tmp_path, "zangsho", "openapi.yaml", edit), call)
    assert answer.reply.status == status
    assert tenant.state()["customers"] == []
    assert tenant.ledger.items["refused"] == 1
    assert "gift" in str(loads(answer.reply.body).value)


def test_a_property_that_takes_anything_may_be_written_as_true(tmp_path: Path) -> None:
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
    ],
)
def test_a_schema_that_accepts_what_the_mock_cannot_take_stops_the_start(
    tmp_path: Path, name: str, file: str, edit: Callable[[Any], Any], place: str, why: str
) -> None:
    with pytest.raises(ContractError) as stopped:
        Mock(vendor(name), loaded(tmp_path, name, file, edit))
    assert stopped.value.file == f"{name}/{file}"
    assert stopped.value.pointer == place
    assert why in stopped.value.reason
