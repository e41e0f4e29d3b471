"""An order in processing: looked at whole, then held or lost. The same for both modes, and for batches."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mockservers.core.contract.validation import Violation
from mockservers.core.deciding.vendor import Document
from mockservers.core.exchange.decision import OutcomeKind
from mockservers.core.values.formats import is_decimal
from mockservers.core.values.json_text import dumps
from mockservers.core.values.numbers import is_number
from mockservers.vendors.omnisegment.coercing import NOTHING, coerce, put_at
from mockservers.vendors.omnisegment.custom import custom_value, ignore, ignore_key, is_custom
from mockservers.vendors.omnisegment.history import count_towards
from mockservers.vendors.omnisegment.holding import ORDERS, amount, exact, has_digits_beyond
from mockservers.vendors.omnisegment.item import Item, options
from mockservers.vendors.omnisegment.lines import Plan, hold_products, plan
from mockservers.vendors.omnisegment.lookup import find_member, given
from mockservers.vendors.omnisegment.moments import names_a_zone
from mockservers.vendors.omnisegment.resending import merged
from mockservers.vendors.omnisegment.trimming import At, empties, pruned, without
from mockservers.vendors.omnisegment.twice import Place, order_content

SCHEMA = "#/components/schemas/PurchaseData"
_LONGEST_NUMBER = 100


@dataclass(frozen=True, slots=True)
class Whose:
    """How the members of a request's orders are looked up: what identifier_field says, or not at all."""

    identifier: Any = None
    anonymous: bool = False


@dataclass(slots=True)
class Order:
    """An order on its way: what is held of it, the names of what it says is empty, its member, its products."""

    document: dict[str, Any]
    emptied: list[At]
    member: Document | None = None
    plan: Plan | None = None


def process(item: Item, sent: Any, whose: Whose, lost: OutcomeKind) -> str:
    """Hold an order, or file it as lost; then the vendor's text is returned, else an empty one."""
    order = _examined(item, sent, whose)
    if item.problems or order is None:
        return item.fail(lost)
    if item.doomed:
        item.outcome(lost, "omnisegment.batch.partial-failure", wrong=item.doomed)
    else:
        _hold(item, order)
    return ""


def _examined(item: Item, sent: Any, whose: Whose) -> Order | None:
    if not isinstance(sent, dict):
        given_type = type(sent).__name__
        text = item.draft.contract.message("wrong-type", field="data", expected="dict", given=given_type)
        item.wrong("omnisegment.purchase.types", text, problem=f"data is {given_type}, not an object")
        return None
    order = Order(_present(sent), list(empties(sent)))
    _keys(item, order, whose)
    _schema(item, order)
    _digits(item, order.document.get("transaction_revenue"))
    order.plan = plan(item, order.document)
    if not whose.anonymous:
        order.member = find_member(item, order.document, whose.identifier)
    _identifiers(item, order, whose)
    return order


def _present(sent: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that say something, at every level.

    Rule: `omnisegment.purchase.null`.
    """
    present: dict[str, Any] = pruned(sent)
    return present


# -- keys -------------------------------------------------------------------------------------------------------


def _keys(item: Item, order: Order, whose: Whose) -> None:
    """Keys that the page does not list: custom fields where declared, otherwise ignored."""
    unknown = item.draft.contract.validator(SCHEMA).unknown(order.document)
    if not unknown:
        return
    order.document = without(order.document, [at for at, _ in unknown])
    for at, value in unknown:
        of = "voucher" if at[0] == "voucher" else "purchase"
        name = str(at[-1])
        if (len(at) == 1 or of == "voucher") and is_custom(item, of, name):
            held = custom_value(item, of, name, value, *at)
            if held is not NOTHING:
                put_at(order.document, at, held)
            else:
                order.emptied.append(at)
        elif value not in ({}, []):
            ignore_key(item, of, *at)


def _identifiers(item: Item, order: Order, whose: Whose) -> None:
    """Attributes of a member that identifier_field does not name are no fields of an order."""
    for name in ("line_id", "phone", "email", "messenger_psid"):
        if name in order.document and name != whose.identifier:
            value = order.document.pop(name)
            if order.member is None or order.member.get(name) != value:
                ignore(item, name)


# -- schema -----------------------------------------------------------------------------------------------------


def _schema(item: Item, order: Order) -> None:
    """File what the schema does not accept of an order, by the rule that covers it.

    Rules: `omnisegment.purchase.datetime`, `omnisegment.purchase.address`, `omnisegment.purchase.address-types`,
    `omnisegment.purchase.voucher`, `omnisegment.purchase.voucher-types`.
    """
    _empty_texts(item, order.document)
    validator = item.draft.contract.validator(SCHEMA)
    if validator.valid(order.document):
        _form_of_datetime(item, order)
        return
    for name in ("datetime", "transaction_revenue"):
        if order.document.get(name) == "":
            del order.document[name]
    order.document = coerce(item, "omnisegment.purchase.types", validator, order.document)
    for found in validator.violations(order.document):
        fork = _FORKS.get(item.draft.contract.ground_rule(found))
        if fork is None or not fork(item, order, found):
            item.breaks(found)


def _empty_texts(item: Item, document: Mapping[str, Any]) -> None:
    """An empty text where the page requires one inside an order: kept, or as good as missing."""
    address, vouchers = document.get("shipping_address"), document.get("voucher")
    inside: list[tuple[At, Any]] = [(("shipping_address", "address1"), address)]
    if isinstance(vouchers, list):
        inside += [(("voucher", index, "voucher_name"), voucher) for index, voucher in enumerate(vouchers)]
    for at, part in inside:
        empty = isinstance(part, dict) and part.get(str(at[-1])) == ""
        if empty and item.draft.reading("omnisegment.purchase.empty-text") == "refuse":
            field = ".".join(map(str, at))
            item.lacks("omnisegment.purchase.empty-text", field, *at, field=field)


def _form_of_datetime(item: Item, order: Order) -> None:
    """A form of ISO 8601 that the page does not show: taken, or an error where that is the reading."""
    name, given_text = "omnisegment.purchase.datetime-form", order.document["datetime"]
    if re.fullmatch(item.draft.value(name, "pattern"), given_text) or item.draft.reading(name) == "iso8601":
        return
    text = item.draft.contract.message("wrong-format", field="datetime")
    item.wrong(name, text, "datetime", given=given_text)


def _quoted_revenue(item: Item, order: Order, found: Violation) -> bool:
    text = found.value
    if not isinstance(text, str) or len(text) > _LONGEST_NUMBER or not is_decimal(text):
        return False
    if item.draft.reading("omnisegment.purchase.revenue") == "refuse":
        return False
    item.note_if_held("coerced", "omnisegment.purchase.revenue", "transaction_revenue", given=text)
    order.document["transaction_revenue"] = amount(exact(text))
    return True


def _digits(item: Item, revenue: Any) -> None:
    """A total beyond all doubles is an error: most callers could not read it back, nor a sum of such."""
    if is_number(revenue) and has_digits_beyond(revenue, item.draft.value("omnisegment.purchase.revenue", "digits")):
        text = item.draft.contract.message("wrong-format", field="transaction_revenue")
        item.wrong("omnisegment.purchase.revenue", text, "transaction_revenue", given=dumps(revenue).decode())


def _other_status(item: Item, order: Order, found: Violation) -> bool:
    return isinstance(found.value, str) and item.draft.reading("omnisegment.purchase.status") == "store"


def _other_device(item: Item, order: Order, found: Violation) -> bool:
    if not isinstance(found.value, str):
        return False
    if found.value.isascii() and found.value.upper() in found.expected:
        if item.draft.reading("omnisegment.purchase.device-case") == "accept":
            return True
        known = options(found.expected)
        text = item.draft.contract.message("not-an-option", field="device", options=known)
        item.wrong("omnisegment.purchase.device-case", text, "device", given=found.value, options=known)
        return True
    if item.draft.reading("omnisegment.purchase.device") == "refuse":
        return False
    item.note("ignored", "omnisegment.purchase.device", "device", given=found.value)
    del order.document["device"]
    return True


_FORKS = {
    "omnisegment.purchase.revenue": _quoted_revenue,
    "omnisegment.purchase.status": _other_status,
    "omnisegment.purchase.device": _other_device,
}
"""Rules whose breach is not an error under every reading; each answers whether the order passes."""


# -- holding ----------------------------------------------------------------------------------------------------


PLACE = Place(ORDERS, SCHEMA, order_content)


def _hold(item: Item, order: Order) -> None:
    """Hold a right order, in place of an earlier version of it."""
    draft, key = item.draft, order.document["transaction_id"]
    held = draft.get(ORDERS, key)
    item.meet(PLACE, key)
    sent = _completed(item, order)
    lines = [] if order.plan is None else order.plan.lines
    document = merged(item, sent, order.emptied, held, order.plan)
    hold_products(item, lines)
    draft.put(ORDERS, document)
    count_towards(draft, document, held, order.member, [line.title for line in lines])
    item.held(*(("kept", "") if held is None else ("updated", "omnisegment.resend.updates")), PLACE, key, sent)


def _completed(item: Item, order: Order) -> dict[str, Any]:
    """The order with what the vendor adds."""
    made = order.document
    number = made.get("member_sn")
    if number is not None and not isinstance(number, str):
        item.note("coerced", "omnisegment.member.sn-as-number", "member_sn")
        made["member_sn"] = given(made, "member_sn")
    if not names_a_zone(made["datetime"]):
        item.note("noted", "omnisegment.purchase.datetime-zone", "datetime", given=made["datetime"])
    if order.plan is not None and not order.plan.length:
        made.pop("products_name", None)
        order.plan = None
    if order.plan is not None:
        made |= order.plan.rewritten
        lines = order.plan.lines
        made["product_lines"] = [{"product_id": line.product_id, "product_quantity": line.quantity} for line in lines]
    if order.member is not None:
        made["audience_id"] = order.member["id"]
        _numbered(item, made, order.member.get("member_sn"))
    return made


def _numbered(item: Item, made: dict[str, Any], number: str | None) -> None:
    """The number of the member that was found stands in the order, whatever number was sent beside it."""
    if number is not None and made.get("member_sn", number) != number:
        values = {"given": made["member_sn"], "held": number}
        item.note("ignored", "omnisegment.member.identifier-only", "member_sn", **values)
    if number is not None:
        made["member_sn"] = number
