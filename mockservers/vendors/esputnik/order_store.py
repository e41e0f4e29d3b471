"""The orders of an account, from all operations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.deciding.draft import Draft


def store_order(draft: Draft, key: str, contact_id: Any, content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Store an order under its externalOrderId, from any operation. A new order gets an orderId.

    Rule: `esputnik.order.one-store`.
    """
    stored = draft.get("orders", key)
    number = stored["orderId"] if stored else draft.next_id("orders")
    while stored is None and draft.find("orders", "orderId", str(number)):
        number = draft.next_id("orders")
    order = {"orderId": number, **content, "contactId": contact_id} | {"orderId": number}
    draft.put("orders", order)
    return order


def belongs_to_another(order: Mapping[str, Any], contact: Mapping[str, Any] | None) -> bool:
    """Whether an order belongs to a contact other than this one."""
    owner_id = order.get("contactId")
    return contact is not None and owner_id is not None and str(owner_id) != str(contact["id"])
