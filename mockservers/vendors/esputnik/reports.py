"""Which orders the RFM table and the reports of revenue count. Neither is stored: both are read off the orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View

_RULE = "esputnik.order.reports"
SDK_SETTING = "mobile_sdk_revenue"
"""The name of the setting that says which statuses of orders of the mobile SDK count as revenue."""


def rfm_orders(view: View) -> list[dict[str, Any]]:
    """The orders that the RFM table counts, oldest first."""
    counted = view.value(_RULE, "counted")
    return [order for order in view.each("orders") if order.get("status") in counted]


def revenue_orders(view: View) -> list[dict[str, Any]]:
    """The orders that the reports of revenue count, oldest first."""
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
    """Note an order that has come to a status in which neither counts it."""
    status = order.get("status")
    if status in draft.value(_RULE, "never"):
        draft.note("noted", _RULE, item=item, at=at, key=str(status), order=str(order.get("externalOrderId")))
