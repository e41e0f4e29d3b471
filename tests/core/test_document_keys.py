"""A seeded document with a key that its collection does not have is refused, with the place and the nearest key."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.core.errors import InvalidDocuments, UsageError
from tests.asking import Asking

CASES: list[tuple[str, str, dict[str, Any], str, str | None]] = [
    ("omnisegment", "members", {"member_sn": "9", "phoen": "+886912345678"}, "/phoen", "phone"),
    ("omnisegment", "source_ids", {"source_id": "1", "source_sytem": "CRM"}, "/source_sytem", "source_system"),
    ("omnisegment", "products", {"id": "P9", "titel": "x"}, "/titel", "title"),
    ("omnisegment", "custom_fields", {"name": "purchase_custom_a", "typ": "string"}, "/typ", "type"),
    ("omnisegment", "orders", {"transaction_id": "1", "transaction_staus": "PAID"}, "/transaction_staus", None),
    (
        "omnisegment",
        "orders",
        {"transaction_id": "1", "voucher": [{"voucher_nam": "v"}]},
        "/voucher/0/voucher_nam",
        None,
    ),
    ("esputnik", "contacts", {"channels": [], "firstname": "Олена"}, "/firstname", "firstName"),
    ("esputnik", "contacts", {"channels": [{"type": "sms", "valeu": "1"}]}, "/channels/0/valeu", "value"),
    ("esputnik", "events", {"eventTypeKey": "a", "keyvalue": "x"}, "/keyvalue", "keyValue"),
    ("esputnik", "event_types", {"eventTypeKey": "a", "segmentaton": False}, "/segmentaton", "segmentation"),
    ("esputnik", "settings", {"name": "identifier_params", "values": []}, "/values", "value"),
    ("fanship", "purchases", {"id": "1", "orderDate": "2025-11-01T10:00:00+09:00"}, "/orderDate", "order_date"),
    ("fanship", "purchases", {"id": "1", "property": [{"keyy": "a"}]}, "/property/0/keyy", "key"),
    ("fanship", "uploads", {"upload": "1", "busines_day": "20250101"}, "/busines_day", "business_day"),
    ("zangsho", "customers", {"email": "a@example.com", "phoneNumber": "0912345678"}, "/phoneNumber", None),
    ("zangsho", "orders", {"order_no": "1", "amount": "1.00", "payd_at": None}, "/payd_at", "paid_at"),
    ("zangsho", "subscriptions", {"customer_id": 1, "mrr": "1.00", "plan_nam": "x"}, "/plan_nam", "plan_name"),
    ("zangsho", "subscription_events", {"customer_id": 1, "even_type": "upgrade"}, "/even_type", "event_type"),
    ("zangsho", "activity", {"acton": "order.created"}, "/acton", "action"),
]


@pytest.mark.parametrize(("vendor", "collection", "document", "place", "nearest"), CASES)
def test_a_misspelt_key_is_refused_with_its_place_and_the_nearest_key(
    vendor: str, collection: str, document: dict[str, Any], place: str, nearest: str | None
) -> None:
    asking = Asking(vendor)
    before = asking.state
    with pytest.raises(InvalidDocuments) as refused:
        asking.tenant.replace_state({collection: [document]})
    (error,) = refused.value.errors
    assert error.pointer == f"/{collection}/0{place}"
    assert error.detail.startswith("unknown key.")
    if nearest:
        assert f"Did you mean {nearest!r}?" in error.detail
    assert "Available: " in error.fix
    assert asking.state == before


def test_only_collections_with_free_keys_have_no_list_of_keys() -> None:
    collections = {
        (vendor, name)
        for vendor in ("omnisegment", "fanship", "esputnik", "zangsho")
        for name, collection in Asking(vendor).mock.vendor.collections.items()
        if collection.keys is None and not collection.internal and collection.stored
    }
    assert collections == {("fanship", "members"), ("esputnik", "orders")}


def test_a_declared_custom_field_is_a_key_whether_it_is_seeded_with_the_document_or_before() -> None:
    declared = [
        {"name": "size", "type": "string", "of": "product"},
        {"name": "memo", "type": "string"},
        {"name": "campaign", "type": "string", "of": "voucher"},
    ]
    products = [{"id": "P9", "size": "L"}]
    order = {
        "transaction_id": "1", "datetime": "2025-10-01T12:00:00+0800", "transaction_revenue": 1,
        "memo": "x", "voucher": [{"voucher_name": "v", "campaign": "c"}],
    }  # fmt: skip
    together = Asking("omnisegment")
    together.tenant.replace_state({"custom_fields": declared, "products": products, "orders": [order]})
    apart = Asking("omnisegment")
    apart.tenant.replace_state({"custom_fields": declared})
    apart.tenant.replace_state({"products": products, "orders": [order]})
    assert together.state == apart.state
    with pytest.raises(UsageError, match="/products/0/size: unknown key"):
        apart.tenant.replace_state({"custom_fields": [], "products": products})
