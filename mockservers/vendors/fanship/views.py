"""A purchase as FANSHIP stores it: the uploaded line without ignored keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.deciding.view import View
from mockservers.core.values.rfc3339 import is_date_time
from mockservers.vendors.fanship.contents import PURCHASE

PROMOTION_ID = ("promotion_id",)
"""The place of a key that the page documents outside its schema; whether it is stored is a reading."""


def purchase_as_shown(document: dict[str, Any], view: View) -> dict[str, Any]:
    """Return an uploaded line as the state shows it, under the chosen readings."""
    purchase = purchase_as_stored(document, view.contract)
    if view.reading("fanship.record.promotion-id") != "kept":
        purchase.pop("promotion_id", None)
    return purchase


def purchase_as_stored(document: Mapping[str, Any], contract: Contract) -> dict[str, Any]:
    """Return an uploaded line without unknown keys, and with null for an invalid order_date."""
    unknown = [at for at, _ in contract.validator(PURCHASE).unknown(document) if at != PROMOTION_ID]
    purchase = without_keys(document, unknown)
    order_date = purchase.get("order_date")
    if order_date is not None and not is_date_time(order_date):
        purchase["order_date"] = None
    return purchase


def without_keys(document: Mapping[str, Any], places: Sequence[tuple[str | int, ...]]) -> dict[str, Any]:
    """Return a document without the keys at some places, at the top level or in entries of `property`."""
    top_level = {at[0] for at in places if len(at) == 1}
    remaining = {key: value for key, value in document.items() if key not in top_level}
    nested = {at for at in places if len(at) > 1}
    if nested:
        remaining["property"] = [
            {key: value for key, value in entry.items() if ("property", index, key) not in nested}
            for index, entry in enumerate(remaining["property"])
        ]
    return remaining
