"""Custom fields: keys that an organisation declared, in addition to the vendor's own. Others are ignored."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from mockservers.core.contract.validation import Violation
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.pruning import is_empty
from mockservers.vendors.omnisegment.state import CUSTOM_FIELDS, pair
from mockservers.vendors.omnisegment.type_conversion import NOTHING, convert_value

_SCHEMAS = "#/components/schemas/CustomFields/properties"
_TYPE_RULES = {
    "purchase": "omnisegment.purchase.types",
    "voucher": "omnisegment.purchase.types",
    "audience": "omnisegment.audience.types",
    "product": "omnisegment.product.types",
}
"""The kinds with custom fields, each with the rule whose reading decides on values of a wrong type."""


def is_custom(item: Item, of: str, name: str) -> bool:
    """Whether the organisation declared a field of that name for purchases, vouchers, audiences or products."""
    return item.draft.get(CUSTOM_FIELDS, pair(of, name)) is not None


def custom_value(item: Item, of: str, name: str, value: Any, *at: str | int) -> Any:
    """Return a declared field's value as it is stored, or NOTHING. A wrong value is added to the item's problems.

    Rules: `omnisegment.custom-field.types`, `omnisegment.custom-field.empty`, `omnisegment.custom-field.text-limit`,
    `omnisegment.custom-field.voucher-text-limit`, `omnisegment.audience.custom-types`,
    `omnisegment.audience.custom-text-limit`, `omnisegment.product.custom-types`,
    `omnisegment.product.custom-text-limit`.
    """
    if value is None or value == "":
        return NOTHING
    field_type = (item.draft.get(CUSTOM_FIELDS, pair(of, name)) or {}).get("type")
    schemas = item.draft.contract.resolve(f"{_SCHEMAS}/{of}/properties")
    if field_type not in schemas:
        return value
    validator = item.draft.contract.validator(f"{_SCHEMAS}/{of}/properties/{field_type}")
    for violation in item.violations(validator, value)[:1]:
        if violation.keyword == "maxLength":
            stored_value = _truncate(item, violation, name, *at)
        else:
            stored_value = convert_value(item, _TYPE_RULES[of], violation, *at, type=field_type)
        if stored_value is not NOTHING and validator.valid(stored_value):
            return stored_value
        item.add_violation(violation, *at, type=field_type)
    return value


def _truncate(item: Item, violation: Violation, name: str, *at: str | int) -> Any:
    rule_id = item.draft.contract.ground_rule(violation)
    if item.draft.reading(rule_id) == "refuse":
        return NOTHING
    values = {"field": name, "length": len(violation.value), "most": violation.expected}
    item.note("truncated", rule_id, *at, **values)
    return violation.value[: violation.expected]


def ignore_undeclared_key(item: Item, of: str, value: Any, *at: str | int) -> None:
    """Ignore a key that the page does not list: an undeclared custom field, or an unknown key."""
    name = str(at[-1])
    if not _may_be_custom(item, of, name, at):
        ignore_unknown_key(item, value, *at)
    else:
        differs = not is_empty(value)
        item.note("ignored", "omnisegment.custom-field.declared", *at, differs=differs, field=name, kind=of)


def _may_be_custom(item: Item, of: str, name: str, at: Sequence[str | int]) -> bool:
    """Whether a key can only be a custom field: any key of a voucher, and one of an order that is named like one."""
    pattern = item.draft.value("omnisegment.custom-field.declared", "pattern")
    return of == "voucher" or (len(at) == 1 and re.fullmatch(pattern, name) is not None)


def ignore_unknown_key(item: Item, value: Any, *at: str | int) -> None:
    """Ignore a key that the page does not list, or refuse the item for it, if that is the reading.

    A key with an empty value is also noted, since it may be misspelt; it is no loss, and refuses no item.
    """
    name = ".".join(str(token) for token in at if isinstance(token, str))
    item.note("ignored", "omnisegment.request.unknown-key", *at, differs=not is_empty(value), field=name)
    if not is_empty(value) and item.draft.reading("omnisegment.request.unknown-key") == "refuse":
        text = item.draft.contract.message("unknown-field", field=name)
        item.add_problem("omnisegment.request.unknown-key", text, *at, field=name)
