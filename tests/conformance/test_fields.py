"""Every field of a vendor's orders is compared, or listed with the reason why not: a new one cannot be forgotten."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import requests

from mockservers.testing.conformance.comparison import Fields
from mockservers.testing.conformance.running import sample_orders
from mockservers.testing.conformance.suite import Suite
from mockservers.testing.conformance.trial import Run
from mockservers.testing.conformance.vendors import suite as suite_of
from mockservers.testing.orders import Order
from mockservers.testing.server import current

DOCUMENT = Path(__file__).parents[2] / "docs" / "conformance.md"
SCHEMAS = {
    "omnisegment": ("#/components/schemas/PurchaseData",),
    "fanship": ("purchase.schema.json", "#/components/schemas/Purchase"),
    "esputnik": ("#/components/schemas/Order", "#/components/schemas/OrderUpdated"),
    "zangsho": ("#/components/schemas/OrderFields", "#/components/schemas/NewOrder"),
}
ADDRESS = {"address1": "1 High Street", "city": "Springfield", "zip": "62701", "country_code": "US"}
ITEM = {"externalItemId": "P1", "name": "Tea", "quantity": 1, "cost": 1.0}
PLAIN: Mapping[str, dict[str, Any]] = {
    "omnisegment": {
        "member_sn": "000001",
        "transaction_id": "O-1",
        "datetime": "2025-11-01T12:00:00+09:00",
        "transaction_revenue": 1.0,
        "products": "P1,P2",
        "products_quantity": "1,2",
        "shipping_address": ADDRESS,
    },
    "fanship": {"id": "1", "transaction_id": "O-1", "member_id": "000001", "item_code": "P1"},
    "esputnik": {
        "externalOrderId": "O-1",
        "externalCustomerId": "000001",
        "totalCost": 1.0,
        "status": "INITIALIZED",
        "date": "2025-11-01T12:00:00+09:00",
        "currency": "TWD",
        "items": [ITEM],
    },
    "zangsho": {"order_no": "O-1", "customer_email": "c1@example.com", "amount": "1.00"},
}
"""An order as the vendor's API takes it."""

OTHERS: Mapping[str, dict[str, Any]] = {
    "omnisegment": {
        "member_sn": "000002",
        "email": "c2@example.com",
        "phone": "+886912000002",
        "transaction_id": "O-2",
        "datetime": "2025-11-02T12:00:00+09:00",
        "transaction_revenue": 2.0,
        "transaction_status": "PAID",
        "quantities": 3,
        "products": "P1,P3",
        "products_quantity": "1,3",
        "coupon": "AUTUMN-10",
        "shipping_address": None,
        "shipping_address.address1": "2 High Street",
        "shipping_address.address2": "Flat 3",
        "shipping_address.city": "Shelbyville",
        "shipping_address.zip": "62702",
        "shipping_address.country_code": "JP",
    },
    "fanship": {
        "transaction_id": "O-2",
        "member_id": "000002",
        "order_date": "2025-11-01T12:00:00+09:00",
        "item_name": "Tea",
        "item_code": "P2",
        "fixed_price": 5,
        "discounted_price": 5,
        "market_price": 5,
        "shipping_address": "1 High Street",
        "quantity": 2,
        "paymethod": "card",
        "tax": 5,
    },
    "esputnik": {
        "externalOrderId": "O-2",
        "externalCustomerId": "000002",
        "email": "c2@example.com",
        "phone": "+886912000002",
        "totalCost": 2.0,
        "status": "DELIVERED",
        "date": "2025-11-02T12:00:00+09:00",
        "currency": "JPY",
        "firstName": "Ann",
        "lastName": "Lee",
        "shipping": 5,
        "discount": 5,
        "taxes": 5,
        "source": "offline",
        "paymentMethod": "card",
        "deliveryAddress": "1 High Street",
        "items": [ITEM, ITEM],
        "items.externalItemId": "P2",
        "items.name": "Cup",
        "items.quantity": 2,
        "items.cost": 2.0,
    },
    "zangsho": {
        "order_no": "O-2",
        "customer_email": "c2@example.com",
        "amount": "2.00",
        "status": "paid",
        "currency": "JPY",
        "payment_method": "atm",
        "paid_at": "2025-11-01T12:00:00Z",
        "refunded_at": "2025-11-01T12:00:00Z",
        "failed_at": "2025-11-01T12:00:00Z",
    },
}
"""Another value of each field that is compared."""

VENDORS = tuple(SCHEMAS)


def fields_of(vendor: str) -> set[str]:
    """The fields of an order, and `field.part` for the parts of one."""
    contract, found = current().contracts[vendor], set()
    for schema in SCHEMAS[vendor]:
        for name, value in contract.shape(schema).properties.items():
            found |= {name, *(f"{name}.{part}" for part in parts_of(value))}
    return found


def parts_of(shape: Any) -> Sequence[str]:
    return tuple(shape.properties) or tuple(shape.items.properties if shape.items else ())


def send(target: Any, vendor: str, document: Mapping[str, Any]) -> None:
    match vendor:
        case "omnisegment":
            identifier = {} if "member_sn" in document else {"identifier_field": next(iter(document))}
            body = {**target.credentials, **identifier, "debug_mode": 1, "data": document}
            answer = requests.post(f"{target.url}/api/import-purchase-data/", json=body, timeout=9)
        case "fanship":
            file = ("purchases.ndjson", json.dumps(document).encode(), "application/x-ndjson")
            url, bearer = f"{target.url}/v1/2nd/purchases/20251101/_all", {"Authorization": f"Bearer {target.token}"}
            answer = requests.post(url, headers=bearer, files={"filename": file}, timeout=9)
        case "esputnik":
            body = {"orders": [document]}
            answer = requests.post(f"{target.url}/api/v1/orders", auth=("any", target.api_key), json=body, timeout=9)
        case _:
            bearer = {"Authorization": f"Bearer {target.token}"}
            answer = requests.post(f"{target.url}/v1/orders", headers=bearer, json=document, timeout=9)
    assert answer.ok, answer.text


def held(vendor: str, document: Mapping[str, Any]) -> Fields:
    """What the kit reads of the document, once the vendor has taken it."""
    suite: type[Suite[Any]] = suite_of(vendor)

    class Sends(suite):  # type: ignore[misc,valid-type]
        __test__ = False

        def export(self, target: Any, orders: Sequence[Order]) -> None:
            send(target, vendor, document)

    with Run(Sends(), known=sample_orders("TWD")) as trial:
        outcome = trial.export(sample_orders("TWD"))
        assert outcome.raised is None, outcome
        trial.settle()
        (found,) = trial.tenant.state[suite.collection]
        read: Fields = trial.held(found)
        return read


def with_other(plain: Mapping[str, Any], field: str, value: Any) -> dict[str, Any]:
    name, _, part = field.partition(".")
    if not part:
        return {**plain, name: value}
    inner = plain[name]
    return {**plain, name: [{**inner[0], part: value}] if isinstance(inner, list) else {**inner, part: value}}


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_field_is_compared_or_listed_with_a_reason(vendor: str) -> None:
    listed = suite_of(vendor).not_compared

    assert fields_of(vendor) - {*OTHERS[vendor], *listed} - parts_of_listed(vendor) == set()
    assert not {*OTHERS[vendor]} & {*listed}
    assert {*OTHERS[vendor], *listed} <= fields_of(vendor)


def parts_of_listed(vendor: str) -> set[str]:
    return {field for field in fields_of(vendor) if field.partition(".")[0] in suite_of(vendor).not_compared}


@pytest.mark.parametrize(
    ("vendor", "field"), [(vendor, field) for vendor, others in OTHERS.items() for field in others]
)
def test_another_value_of_a_field_is_another_order_for_the_kit(vendor: str, field: str) -> None:
    plain, value = PLAIN[vendor], OTHERS[vendor][field]
    if (vendor, field) in {("omnisegment", "email"), ("omnisegment", "phone")}:
        plain = {name: each for name, each in plain.items() if name != "member_sn"}
        assert held(vendor, {field: value, **plain}) != held(vendor, {field: value.replace("2", "3"), **plain})
        return

    assert held(vendor, with_other(plain, field, value)) != held(vendor, plain)


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_page_lists_what_is_not_compared(vendor: str) -> None:
    page = DOCUMENT.read_text("utf-8")

    for field, reason in suite_of(vendor).not_compared.items():
        assert f"| `{field}` | {reason} |" in page.partition(f"### Not compared: `{suite_of(vendor).__name__}`")[2]
