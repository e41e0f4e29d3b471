"""Fields that an organisation declared for itself. They stand among the other keys, under their own names."""

from __future__ import annotations

from typing import Any

from mockservers.core.rules import rule
from mockservers.vendors.omnisegment.holding import CUSTOM_FIELDS, pair
from mockservers.vendors.omnisegment.item import Item

_SCHEMAS = "#/components/schemas/CustomFields/properties"
NOTHING = object()
"""A value that is not held."""


def is_custom(item: Item, of: str, name: str) -> bool:
    """Whether the organisation declared a field of that name for a purchase, a voucher, an audience or a product."""
    return item.draft.get(CUSTOM_FIELDS, pair(of, name)) is not None


@rule("omnisegment.custom-field.types", "omnisegment.custom-field.empty", "omnisegment.custom-field.text-limit")
def custom_value(item: Item, of: str, name: str, value: Any, *at: str | int) -> Any:
    """The value of a declared field as it is held; NOTHING where it is not. A wrong one is noted on the item."""
    if value is None or value == "":
        return NOTHING
    declared = (item.draft.get(CUSTOM_FIELDS, pair(of, name)) or {}).get("type")
    schemas = item.draft.contract.resolve(f"{_SCHEMAS}/{of}/properties")
    if declared not in schemas:
        return value
    for found in item.violations(item.draft.contract.validator(f"{_SCHEMAS}/{of}/properties/{declared}"), value)[:1]:
        if found.keyword == "maxLength" and item.draft.reading("omnisegment.custom-field.text-limit") == "truncate":
            item.remark_if_held(
                "truncated",
                "omnisegment.custom-field.text-limit",
                *at,
                field=name,
                length=len(value),
                most=found.expected,
            )
            return value[: found.expected]
        item.breaks(found, *at, type=declared)
    return value
