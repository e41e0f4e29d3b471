"""A purchase as FANSHIP keeps it: what was uploaded, less what the vendor ignores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.contract.contract import Contract
from mockservers.core.deciding.view import View
from mockservers.core.values.rfc3339 import is_date_time
from mockservers.vendors.fanship.contents import PURCHASE
from mockservers.vendors.fanship.lines import known


def purchase_as_kept(document: dict[str, Any], view: View) -> dict[str, Any]:
    """The line that was uploaded, without unknown keys and without what the readings in force drop."""
    kept = as_taken(document, view.contract)
    if view.reading("fanship.record.promotion-id") != "kept":
        kept.pop("promotion_id", None)
    return kept


def as_taken(document: Mapping[str, Any], contract: Contract) -> dict[str, Any]:
    """A line without unknown keys, and with null for a date that is none."""
    unknown = [at for at, _ in contract.validator(PURCHASE).unknown(document) if at != ("promotion_id",)]
    taken = known(document, unknown)
    ordered = taken.get("order_date")
    if ordered is not None and not is_date_time(ordered):
        taken["order_date"] = None
    return taken
