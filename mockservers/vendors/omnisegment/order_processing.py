"""Process one order: check it, then store it or file it as lost. Used in both modes and in batches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.core.contract.violation_words import type_of
from mockservers.core.exchange.decision import OutcomeKind
from mockservers.vendors.omnisegment.batch_writes import RecordType, order_content
from mockservers.vendors.omnisegment.custom_fields import (
    custom_value,
    ignore_undeclared_key,
    ignore_unknown_key,
    is_custom,
)
from mockservers.vendors.omnisegment.item import Item
from mockservers.vendors.omnisegment.member_history import update_history
from mockservers.vendors.omnisegment.member_lookup import (
    MemberLookup,
    NewMember,
    create_source_member,
    find_member,
    identifier_of,
)
from mockservers.vendors.omnisegment.order_checks import SCHEMA, Order, check_digits, check_schema
from mockservers.vendors.omnisegment.order_lines import plan_lines, store_products
from mockservers.vendors.omnisegment.order_update import update_order
from mockservers.vendors.omnisegment.plain_orders import plain_order
from mockservers.vendors.omnisegment.pruning import pruned, without
from mockservers.vendors.omnisegment.state import ORDERS
from mockservers.vendors.omnisegment.timestamps import has_offset
from mockservers.vendors.omnisegment.type_conversion import NOTHING, put_at

_IDENTIFIERS = ("line_id", "phone", "email", "messenger_psid")
_ORDER_RECORDS = RecordType(ORDERS, SCHEMA, order_content, "purchase")


def process_order(item: Item, sent: Any, lookup: MemberLookup, lost: OutcomeKind) -> str:
    """Store an order, or file it as `lost`. Return the vendor's error text, empty if it is stored."""
    order = _examine(item, sent, lookup)
    if item.problems or order is None:
        return item.fail(lost)
    if item.batch_failures:
        item.outcome(lost, "omnisegment.batch.partial-failure", wrong=item.batch_failures)
    else:
        _store_order(item, order)
    return ""


def _examine(item: Item, sent: Any, lookup: MemberLookup) -> Order | None:
    if not isinstance(sent, dict):
        type_name = type(sent).__name__
        text = item.draft.contract.message("wrong-type", field="data", expected="dict", given=type_name)
        item.add_problem("omnisegment.purchase.types", text, problem=f"data is {type_of(sent)}, not an object")
        return None
    order = plain_order(item.draft, sent) or _examine_fields(item, sent)
    if not lookup.anonymous:
        member = find_member(item, order.document, lookup.identifier)
        order.member, order.new_member = (None, member) if isinstance(member, NewMember) else (member, None)
    _ignore_identifiers(item, order, lookup)
    return order


def _examine_fields(item: Item, sent: Mapping[str, Any]) -> Order:
    """Check an order, except its member."""
    order = Order(sent, _without_nulls(sent))
    _read_unlisted_keys(item, order)
    check_schema(item, order)
    check_digits(item, order.document.get("transaction_revenue"))
    order.plan = plan_lines(item, order.document)
    return order


def _without_nulls(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return an order without null fields, at every level.

    Rule: `omnisegment.purchase.null`.
    """
    present: dict[str, Any] = pruned(sent)
    return present


def _read_unlisted_keys(item: Item, order: Order) -> None:
    """Read keys that the page does not list: declared custom fields are stored, others ignored."""
    unknown = item.draft.contract.validator(SCHEMA).unknown(order.sent)
    if not unknown:
        return
    order.document = without(order.document, [at for at, _ in unknown])
    for at, value in unknown:
        of = "voucher" if at[0] == "voucher" else "purchase"
        name = str(at[-1])
        if (len(at) == 1 or of == "voucher") and is_custom(item, of, name):
            stored_value = custom_value(item, of, name, pruned(value), *at)
            if stored_value is not NOTHING:
                put_at(order.document, at, stored_value)
            else:
                order.emptied.append(at)
        else:
            ignore_undeclared_key(item, of, value, *at)


def _ignore_identifiers(item: Item, order: Order, lookup: MemberLookup) -> None:
    """Ignore attributes of a member that identifier_field does not name: an order has no such fields."""
    for name in _IDENTIFIERS if order.document.keys() & _IDENTIFIERS else ():
        if name in order.document and name != lookup.identifier:
            value = order.document.pop(name)
            if order.member is None or order.member.get(name) != value:
                ignore_unknown_key(item, value, name)


# -- storing -----------------------------------------------------------------------------------------------------


def _store_order(item: Item, order: Order) -> None:
    """Store a valid order, or update its earlier version."""
    draft, key = item.draft, order.document["transaction_id"]
    if order.new_member is not None:
        order.member = create_source_member(draft, order.new_member.source_id, order.new_member.source_system, {})
    earlier = draft.get(ORDERS, key)
    item.set_record(_ORDER_RECORDS, key)
    new = _complete(item, order)
    lines = [] if order.plan is None else order.plan.lines
    document = update_order(item, order, new, earlier)
    store_products(item, lines)
    draft.put(ORDERS, document)
    update_history(draft, document, earlier, order.member, [line.title for line in lines])
    if earlier is None:
        item.stored("kept", "", _ORDER_RECORDS, key, new)
    else:
        item.stored("updated", "omnisegment.resend.updates", _ORDER_RECORDS, key, new)


def _complete(item: Item, order: Order) -> dict[str, Any]:
    """Return an order with the fields that the vendor adds."""
    document = order.document
    number = document.get("member_sn")
    if number is not None and not isinstance(number, str):
        item.note("coerced", "omnisegment.member.sn-as-number", "member_sn")
        document["member_sn"] = identifier_of(document, "member_sn")
    if not has_offset(document["datetime"]):
        item.note("noted", "omnisegment.purchase.datetime-zone", "datetime", given=document["datetime"])
    if order.plan is not None and not order.plan.length:
        document.pop("products_name", None)
        order.plan = None
    if order.plan is not None:
        document |= order.plan.rewritten
        lines = order.plan.lines
        document["product_lines"] = [
            {"product_id": line.product_id, "product_quantity": line.quantity} for line in lines
        ]
    if order.member is not None:
        document["audience_id"] = order.member["id"]
        _set_member_sn(item, document, order.member.get("member_sn"))
    return document


def _set_member_sn(item: Item, document: dict[str, Any], number: str | None) -> None:
    """Set the member_sn of the found member. A different one that was sent is ignored."""
    member_sn = document.get("member_sn") or number
    if number is not None and member_sn != number:
        item.note("ignored", "omnisegment.member.identifier-only", "member_sn", given=member_sn, held=number)
    if number is not None:
        document["member_sn"] = number
