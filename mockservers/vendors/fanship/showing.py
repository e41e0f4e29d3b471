"""A purchase as FANSHIP keeps it: what was uploaded, less what the vendor ignores."""

from __future__ import annotations

from typing import Any

from mockservers.core.values.rfc3339 import is_date_time
from mockservers.core.view import View
from mockservers.vendors.fanship.lines import known


def purchase_as_kept(document: dict[str, Any], view: View) -> dict[str, Any]:
    """The line that was uploaded, without unknown keys and without what the readings in force drop."""
    unknown = [at for at, _ in view.contract.validator("purchase.schema.json").unknown(document)]
    if ("promotion_id",) in unknown and view.reading("fanship.record.promotion-id") == "kept":
        unknown.remove(("promotion_id",))
    kept = known(document, unknown)
    ordered = kept.get("order_date")
    if ordered is not None and not is_date_time(ordered):
        kept["order_date"] = None
    return kept
