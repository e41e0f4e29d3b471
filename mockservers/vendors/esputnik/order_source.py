"""The source of an order: the vendor knows two sources and treats every other one as the first."""

from __future__ import annotations

from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.vendors.esputnik.scalars import as_text

_RULE = "esputnik.order.source"


def with_known_source(draft: Draft, order: dict[str, Any], item: int, at: str) -> dict[str, Any]:
    """Return the order with a known source, and note an unknown one. A blank source counts as missing.

    `at` is the place of the source in the request.
    """
    source = as_text(order.get("source"))
    if not source.strip() or source in draft.value(_RULE, "known"):
        return order
    counted = draft.value(_RULE, "otherwise")
    draft.note("ignored", _RULE, item=item, at=at, key="source", given=source, counted=counted)
    return {**order, "source": counted}
