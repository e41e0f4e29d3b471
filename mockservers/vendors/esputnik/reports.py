"""The orders that count for the RFM table and the revenue reports. Both are derived from the orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View

_RULE = "esputnik.order.reports"
SDK_SETTING = "mobile_sdk_revenue"
"""The setting with the statuses that count as revenue for orders of the mobile SDK."""


def rfm_orders(view: View) -> list[dict[str, Any]]:
    """The orders that the RFM table counts, oldest first."""
    counted = view.value(_RULE, "counted")
    return [order for order in view.each("orders") if order.get("status") in counted]


def revenue_orders(view: View) -> list[dict[str, Any]]:
    """The orders that the revenue reports count, oldest first."""
    counted, of_sdk = view.value(_RULE, "counted"), sdk_statuses(view)
    return [
        order
        for order in view.each("orders")
        if order.get("status") in (of_sdk if order.get("mobileSdk") is True else counted)
    ]


def sdk_statuses(view: View) -> list[str]:
    """The statuses of orders of the mobile SDK that count as revenue: the account's, or else the default ones."""
    setting = view.get("settings", SDK_SETTING)
    return list(setting["value"] if setting else view.value(_RULE, "mobile_sdk"))


def note_never_counted(draft: Draft, order: Mapping[str, Any], item: int, at: str) -> None:
    """Note an order with a status that neither of them counts."""
    status = order.get("status")
    if status in draft.value(_RULE, "never"):
        draft.note("noted", _RULE, item=item, at=at, key=str(status), order=str(order.get("externalOrderId")))
