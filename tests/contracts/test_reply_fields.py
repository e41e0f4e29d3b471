"""What an overlay adds to a response schema is answered; what it takes out or renames is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mockservers.core.tenancy.tenant import Tenant
from mockservers.core.values.json_text import dumps, loads
from mockservers.vendors import load_contract
from tests.contracts.test_added_fields import CUSTOMER, OMNISEGMENT_ORDER, SCHEMAS, loaded, sent
from tests.overlays import cut, put
from tests.pages import bodies
from tests.sending import Sending

GIFT = {"type": "string"}
ORDERS_QUERY = {"datetime_min": "2026-01-01 00:00", "datetime_max": "2026-12-31 23:59"}
ORDER = Sending(
    "omnisegment", "importPurchaseData", json={"data": {**OMNISEGMENT_ORDER, "gift": "茶"}, "debug_mode": 1}
)
READ_ORDERS = Sending("omnisegment", "getOrders", query=ORDERS_QUERY)
CONTACT = {"channels": [{"type": "email", "value": "a@example.com"}], "firstName": "Олена", "gift": "茶"}
ADD_CONTACT = Sending("esputnik", "addContact", json=CONTACT)
GET_CONTACT = Sending("esputnik", "getContact", path={"id": "1"})
SEARCH = Sending("esputnik", "searchContacts", query={"email": "a@example.com"})
PURCHASE = dumps({**bodies("fanship", "uploadPurchases")[0], "gift": "tea"})
UPLOAD = Sending("fanship", "uploadPurchases", path={"yyyymmdd": "20260115"}, raw=PURCHASE)
CREATE = Sending("zangsho", "createCustomer", json=CUSTOMER)


def reply(obeyed: Any, *calls: Sending) -> tuple[Any, Tenant]:
    """The body of the answer to the last call, and the tenant."""
    answer, tenant = sent(obeyed, *calls)
    return loads(answer.reply.body).value, tenant


def test_a_field_added_to_an_omnisegment_order_is_held_and_read_back(tmp_path: Path) -> None:
    edits = [put(f"{SCHEMAS}/{name}/properties/gift", GIFT) for name in ("PurchaseData", "OrderRead")]
    body, tenant = reply(loaded(tmp_path, "omnisegment", "openapi.yaml", *edits), ORDER, READ_ORDERS)
    assert [order["gift"] for order in body["data"]] == ["茶"]
    assert [order["gift"] for order in tenant.state()["orders"]] == ["茶"]
    assert "gift" not in str(tenant.ledger.to_dict()["findings"])


def test_a_field_added_to_an_esputnik_contact_is_held_and_read_back(tmp_path: Path) -> None:
    edits = [put(f"{SCHEMAS}/{name}/properties/gift", GIFT) for name in ("Contact", "BaseContact")]
    obeyed = loaded(tmp_path, "esputnik", "openapi.yaml", *edits)
    body, tenant = reply(obeyed, ADD_CONTACT, GET_CONTACT)
    assert body["gift"] == tenant.state()["contacts"][0]["gift"] == "茶"
    found, _ = reply(obeyed, ADD_CONTACT, SEARCH)
    assert [contact["gift"] for contact in found] == ["茶"]


def test_an_import_of_contacts_keeps_a_field_that_was_added(tmp_path: Path) -> None:
    obeyed = loaded(tmp_path, "esputnik", "openapi.yaml", put(f"{SCHEMAS}/Contact/properties/gift", GIFT))
    imported = Sending("esputnik", "contactsBulkUpdate", json={"dedupeOn": "email", "contacts": [CONTACT]})
    _, tenant = sent(
        obeyed, ADD_CONTACT, replace(imported, json={**imported.json, "contacts": [{**CONTACT, "gift": "杯"}]})
    )
    tenant.advance_to(tenant.clock.now() + timedelta(days=1))
    assert [contact["gift"] for contact in tenant.state()["contacts"]] == ["杯"]
    assert tenant.ledger.items["updated"] == 1


def test_a_field_added_to_a_fanship_line_is_held(tmp_path: Path) -> None:
    edit = put("/properties/gift", GIFT)
    _, tenant = sent(loaded(tmp_path, "fanship", "purchase.schema.json", edit), UPLOAD)
    tenant.advance_to(tenant.clock.now() + timedelta(days=2))
    assert [purchase["gift"] for purchase in tenant.state()["purchases"]] == ["tea"]
    assert tenant.ledger.items["kept"] == 1


@pytest.mark.parametrize(
    ("vendor", "place", "calls", "key"),
    [
        ("omnisegment", "OrderRead/properties/transaction_status", (ORDER, READ_ORDERS), "transaction_status"),
        ("omnisegment", "AddressRead/properties/company", (ORDER, READ_ORDERS), "company"),
        ("omnisegment", "Success/properties/PAYLOAD", (ORDER,), "PAYLOAD"),
        ("esputnik", "Contact/properties/firstName", (ADD_CONTACT, GET_CONTACT), "firstName"),
        ("esputnik", "IdResult/properties/id", (ADD_CONTACT,), "id"),
        ("zangsho", "Customer/properties/phone", (CREATE,), "phone"),
        ("zangsho", "CustomerReply/properties/data", (CREATE,), "data"),
        ("fanship", "Accepted/properties/status", (UPLOAD,), "status"),
    ],
)
def test_a_field_removed_from_a_response_schema_is_not_answered(
    tmp_path: Path, vendor: str, place: str, calls: tuple[Sending, ...], key: str
) -> None:
    before, _ = reply(load_contract(vendor), *calls)
    after, _ = reply(loaded(tmp_path, vendor, "openapi.yaml", cut(f"{SCHEMAS}/{place}")), *calls)
    assert f'"{key}"' in repr(before).replace("'", '"')
    assert f'"{key}"' not in repr(after).replace("'", '"')


@pytest.mark.parametrize(
    ("vendor", "place", "kind", "calls", "answered"),
    [
        ("omnisegment", "OrderRead/properties/transaction_revenue/type", "number", (ORDER, READ_ORDERS), 5),
        ("esputnik", "IdResult/properties/id/type", "string", (ADD_CONTACT,), "1"),
        ("zangsho", "Customer/properties/ltv/type", "number", (CREATE,), 0),
        ("fanship", "Accepted/properties/status/const", "DONE", (UPLOAD,), "DONE"),
    ],
)
def test_a_type_or_constant_in_a_response_schema_is_answered(
    tmp_path: Path, vendor: str, place: str, kind: str, calls: tuple[Sending, ...], answered: Any
) -> None:
    body, _ = reply(loaded(tmp_path, vendor, "openapi.yaml", put(f"{SCHEMAS}/{place}", kind)), *calls)
    key = place.split("/")[-2]
    record = body.get("data", body)
    record = record[0] if isinstance(record, list) else record
    assert record[key] == answered
    assert isinstance(record[key], str) == (kind != "number")
