"""Fields that an organisation declared for itself. They stand among the other keys, under their own names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from mockservers.core.contract.validation import Violation
from mockservers.vendors.omnisegment.coercing import NOTHING, coerced
from mockservers.vendors.omnisegment.holding import CUSTOM_FIELDS, pair
from mockservers.vendors.omnisegment.item import Item

_SCHEMAS = "#/components/schemas/CustomFields/properties"
TYPES = {
    "purchase": "omnisegment.purchase.types",
    "voucher": "omnisegment.purchase.types",
    "audience": "omnisegment.audience.types",
    "product": "omnisegment.product.types",
}
"""What has custom fields, and the rule whose reading says what becomes of values of a wrong type."""


def is_custom(item: Item, of: str, name: str) -> bool:
    """Whether the organisation declared a field of that name for a purchase, a voucher, an audience or a product."""
    return item.draft.get(CUSTOM_FIELDS, pair(of, name)) is not None


def custom_value(item: Item, of: str, name: str, value: Any, *at: str | int) -> Any:
    """The value of a declared field as it is held; NOTHING where it is not. A wrong one is noted on the item.

    Rules: `omnisegment.custom-field.types`, `omnisegment.custom-field.empty`, `omnisegment.custom-field.text-limit`,
    `omnisegment.custom-field.voucher-text-limit`, `omnisegment.audience.custom-types`,
    `omnisegment.audience.custom-text-limit`, `omnisegment.product.custom-types`,
    `omnisegment.product.custom-text-limit`.
    """
    if value is None or value == "":
        return NOTHING
    declared = (item.draft.get(CUSTOM_FIELDS, pair(of, name)) or {}).get("type")
    schemas = item.draft.contract.resolve(f"{_SCHEMAS}/{of}/properties")
    if declared not in schemas:
        return value
    validator = item.draft.contract.validator(f"{_SCHEMAS}/{of}/properties/{declared}")
    for found in item.violations(validator, value)[:1]:
        changed = _cut(item, found, name, *at) if found.keyword == "maxLength" else _typed(item, of, found, *at)
        if changed is not NOTHING and validator.valid(changed):
            return changed
        item.breaks(found, *at, type=declared)
    return value


def _typed(item: Item, of: str, found: Violation, *at: str | int) -> Any:
    return coerced(item, TYPES[of], found, *at)


def _cut(item: Item, found: Violation, name: str, *at: str | int) -> Any:
    rule_id = item.draft.contract.ground_rule(found)
    if item.draft.reading(rule_id) == "refuse":
        return NOTHING
    values = {"field": name, "length": len(found.value), "most": found.expected}
    item.note("truncated", rule_id, *at, **values)
    return found.value[: found.expected]


def ignore_key(item: Item, of: str, *at: str | int) -> None:
    """A key that the page does not list: a custom field that is not declared, or an unknown key."""
    name = str(at[-1])
    if not _may_be_custom(item, of, name, at):
        ignore(item, *at)
    else:
        item.note("ignored", "omnisegment.custom-field.declared", *at, field=name, kind=of)


def _may_be_custom(item: Item, of: str, name: str, at: Sequence[str | int]) -> bool:
    """Whether a key can only be a custom field: any of a voucher, and one of an order that is named like one."""
    pattern = item.draft.value("omnisegment.custom-field.declared", "pattern")
    return of == "voucher" or (len(at) == 1 and re.fullmatch(pattern, name) is not None)


def ignore(item: Item, *at: str | int) -> None:
    """A key that the page does not list: ignored, or an error where that is the reading."""
    name = ".".join(str(token) for token in at if isinstance(token, str))
    item.note("ignored", "omnisegment.request.unknown-key", *at, field=name)
    if item.draft.reading("omnisegment.request.unknown-key") == "refuse":
        text = item.draft.contract.message("unknown-field", field=name)
        item.wrong("omnisegment.request.unknown-key", text, *at, field=name)
