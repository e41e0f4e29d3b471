"""A seeded document with a value that its collection's schema refuses is refused, with the place of the value."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.core.errors import InvalidDocuments
from tests.asking import Asking

Document = dict[str, Any]

CASES: list[tuple[str, str, Document, str, str]] = [
    ("fanship", "purchases", {"id": 5}, "/id", "must be a string, not 5."),
    ("fanship", "purchases", {"id": "5", "jan_code": "49"}, "/jan_code", 'must be an integer or null, not "49".'),
    ("fanship", "purchases", {"id": "5", "property": [{"key": 1}]}, "/property/0/key", "must be a string, not 1."),
    ("fanship", "purchases", {"id": "5", "order_date": "today"}, "/order_date", "today"),
    ("fanship", "members", {"id": 5}, "/id", "must be a string, not 5."),
    ("zangsho", "customers", {"email": 5}, "/email", "not 5."),
    ("zangsho", "orders", {"order_no": "1", "amount": "1.00", "status": "PAID"}, "/status", "PAID"),
    ("zangsho", "orders", {"order_no": "1", "amount": []}, "/amount", "not []."),
    ("zangsho", "subscriptions", {"customer_id": 101, "mrr": {}}, "/mrr", "not {}."),
    ("zangsho", "subscription_events", {"customer_id": 101, "event_type": "x"}, "/event_type", '"x"'),
    ("esputnik", "contacts", {"channels": [{"type": "sms", "value": {}}]}, "/channels/0/value", "not {}."),
    ("esputnik", "contacts", {"channels": [], "firstName": {}}, "/firstName", "not {}."),
    ("omnisegment", "members", {"member_sn": "9", "email": []}, "/email", "not []."),
    ("omnisegment", "products", {"id": "P9", "title": {}}, "/title", "not {}."),
    (
        "omnisegment",
        "orders",
        {"transaction_id": {}, "datetime": "2025-10-01T12:00:00+0800", "transaction_revenue": 1},
        "/transaction_id",
        "not {}.",
    ),
]


@pytest.mark.parametrize(("vendor", "collection", "document", "place", "detail"), CASES)
def test_a_value_of_another_type_is_refused_with_its_place(
    vendor: str, collection: str, document: Document, place: str, detail: str
) -> None:
    asking = Asking(vendor)
    before = asking.state
    with pytest.raises(InvalidDocuments) as refused:
        asking.tenant.replace_state({collection: [document]})
    (error,) = refused.value.errors
    assert error.pointer == f"/{collection}/0{place}"
    assert detail in error.detail
    assert asking.state == before


def test_up_to_twenty_wrong_values_are_named() -> None:
    with pytest.raises(InvalidDocuments) as refused:
        Asking("fanship").tenant.replace_state({"purchases": [{"id": number, "tax": "x"} for number in range(30)]})
    assert [error.pointer for error in refused.value.errors] == [
        f"/purchases/{number}/{name}" for number in range(10) for name in ("id", "tax")
    ]


def test_null_stands_for_a_key_without_a_value() -> None:
    asking = Asking("zangsho", customers=[{"email": "a@example.com", "name": None, "phone": None}])
    assert asking.state["customers"][0]["phone"] is None
