"""An order being processed, and the checks of its fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from mockservers.core.contract.validation import Violation
from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.vendor import Document
from mockservers.core.value import Struct, field
from mockservers.core.values.formats import is_decimal
from mockservers.core.values.json_text import dumps
from mockservers.core.values.numbers import is_number
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.member_lookup import NewMember
from mockservers.vendors.omnisegment.order_lines import LinePlan
from mockservers.vendors.omnisegment.pruning import At
from mockservers.vendors.omnisegment.type_conversion import convert_types
from mockservers.vendors.omnisegment.values import amount, exact, has_digits_beyond, options_listed, options_text

SCHEMA = "#/components/schemas/PurchaseData"
_LONGEST_NUMBER = 100

_DATETIME_FORM = "omnisegment.purchase.datetime-form"

_compiled = cache(re.compile)


class Order(Struct):
    """An order being processed: as sent, its document, its member and its lines.

    `emptied` are the places of declared custom fields that were sent empty.
    """

    sent: Mapping[str, Any]
    document: dict[str, Any]
    emptied: list[At] = field(default_factory=list)
    member: Document | None = None
    new_member: NewMember | None = None
    plan: LinePlan | None = None


def check_schema(item: Item, order: Order) -> None:
    """Check an order against its schema; each violation becomes a problem by the rule that covers it.

    Rules: `omnisegment.purchase.datetime`, `omnisegment.purchase.address`, `omnisegment.purchase.address-types`,
    `omnisegment.purchase.voucher`, `omnisegment.purchase.voucher-types`.
    """
    _check_empty_texts(item, order.document)
    validator = item.draft.contract.validator(SCHEMA)
    if validator.valid(order.document):
        _check_datetime_form(item, order)
        return
    for name in ("datetime", "transaction_revenue"):
        if order.document.get(name) == "":
            del order.document[name]
    order.document = convert_types(item, "omnisegment.purchase.types", validator, order.document)
    violations = list(validator.violations(order.document))
    for violation in violations:
        accept = _EXCEPTIONS.get(item.draft.contract.ground_rule(violation))
        if accept is None or not accept(item, order, violation):
            item.add_violation(violation)
    if not any(violation.at[:1] in ((), ("datetime",)) for violation in violations):
        _check_datetime_form(item, order)


def _check_empty_texts(item: Item, document: Mapping[str, Any]) -> None:
    """Check empty texts that the page requires inside an order: kept, or treated as missing."""
    address, vouchers = document.get("shipping_address"), document.get("voucher")
    empty: list[At] = []
    if isinstance(address, dict) and address.get("address1") == "":
        empty.append(("shipping_address", "address1"))
    for index, voucher in enumerate(vouchers if isinstance(vouchers, list) else ()):
        if isinstance(voucher, dict) and voucher.get("voucher_name") == "":
            empty.append(("voucher", index, "voucher_name"))
    if empty and item.draft.reading("omnisegment.purchase.empty-text") == "refuse":
        for at in empty:
            name = ".".join(map(str, at))
            item.add_missing("omnisegment.purchase.empty-text", name, *at, field=name)


def _check_datetime_form(item: Item, order: Order) -> None:
    """Check the form of a date and time. Other forms of ISO 8601 are accepted, or an error if that is the reading."""
    datetime_sent = order.document["datetime"]
    if has_form_of_page(item.draft, datetime_sent) or item.draft.reading(_DATETIME_FORM) == "iso8601":
        return
    text = item.draft.contract.message("wrong-format", field="datetime")
    item.add_problem(_DATETIME_FORM, text, "datetime", given=datetime_sent)


def has_form_of_page(draft: Draft, text: str) -> bool:
    """Whether a date and time has the form that the page shows."""
    return _compiled(draft.value(_DATETIME_FORM, "pattern")).fullmatch(text) is not None


def _accept_quoted_revenue(item: Item, order: Order, violation: Violation) -> bool:
    text = violation.value
    if not isinstance(text, str) or len(text) > _LONGEST_NUMBER or not is_decimal(text):
        return False
    if item.draft.reading("omnisegment.purchase.revenue") == "refuse":
        return False
    item.note_if_stored("coerced", "omnisegment.purchase.revenue", "transaction_revenue", given=text)
    order.document["transaction_revenue"] = amount(exact(text))
    return True


def check_digits(item: Item, revenue: Any) -> None:
    """Check the digits of the total: most clients cannot read numbers, or sums, beyond the range of doubles."""
    if is_number(revenue) and has_digits_beyond(revenue, item.draft.value("omnisegment.purchase.revenue", "digits")):
        text = item.draft.contract.message("wrong-format", field="transaction_revenue")
        item.add_problem("omnisegment.purchase.revenue", text, "transaction_revenue", given=dumps(revenue).decode())


def _accept_other_status(item: Item, order: Order, violation: Violation) -> bool:
    return isinstance(violation.value, str) and item.draft.reading("omnisegment.purchase.status") == "store"


def _accept_other_device(item: Item, order: Order, violation: Violation) -> bool:
    if not isinstance(violation.value, str):
        return False
    known_devices = options_listed(violation.expected)
    if violation.value.isascii() and violation.value.upper() in violation.expected:
        if item.draft.reading("omnisegment.purchase.device-case") == "accept":
            return True
        text = item.draft.contract.message("not-an-option", field="device", options=options_text(violation.expected))
        item.add_problem(
            "omnisegment.purchase.device-case", text, "device", given=violation.value, options=known_devices
        )
        return True
    if item.draft.reading("omnisegment.purchase.device") == "refuse":
        return False
    item.note("ignored", "omnisegment.purchase.device", "device", given=violation.value, options=known_devices)
    del order.document["device"]
    return True


_EXCEPTIONS = {
    "omnisegment.purchase.revenue": _accept_quoted_revenue,
    "omnisegment.purchase.status": _accept_other_status,
    "omnisegment.purchase.device": _accept_other_device,
}
"""Rules whose violation is not always an error. Each function returns whether the order is accepted."""
