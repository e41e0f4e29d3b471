"""Add orders: up to a thousand at once, each accepted or listed among the failed.

An order is one item: `kept` if it is new, `updated` if it is known, `refused` if it fails and the answer says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision
from mockservers.core.values.clock import text
from mockservers.core.values.equality import At
from mockservers.core.values.json_text import pointer
from mockservers.core.values.rfc3339 import is_date_time
from mockservers.vendors.esputnik.channels import channel_values
from mockservers.vendors.esputnik.comparison import contains_content
from mockservers.vendors.esputnik.contact_lookup import Contact, create_contact, find_contact
from mockservers.vendors.esputnik.document_writes import DocumentWrites, Write
from mockservers.vendors.esputnik.event import Event
from mockservers.vendors.esputnik.event_history import store_event
from mockservers.vendors.esputnik.ignored_keys import (
    note_repeated_keys,
    note_unknown_beside_list,
    note_unknown_keys,
    without_unknown_keys,
)
from mockservers.vendors.esputnik.object_update import unstated, updated_fields
from mockservers.vendors.esputnik.order_params import CONTACT_PARAMS, is_currency
from mockservers.vendors.esputnik.order_source import with_known_source
from mockservers.vendors.esputnik.order_store import belongs_to_another, store_order
from mockservers.vendors.esputnik.replies import orders_reply
from mockservers.vendors.esputnik.reports import note_never_counted
from mockservers.vendors.esputnik.requests import read_body
from mockservers.vendors.esputnik.scalars import Converted, accept_other_types, as_text, convert_scalars, pointers_of
from mockservers.vendors.esputnik.state import draft_on
from mockservers.vendors.esputnik.violations import refuse_item, vendor_message

_SCHEMA = "Order"
_VENDOR_FIELDS = frozenset({"orderId", "contactId"})


def add_orders(call: Call, view: View) -> Decision:
    """Add orders, or update those that are known."""
    draft = draft_on(view)
    body = read_body(draft, call, "Orders")
    if isinstance(body, Decision):
        return body
    note_repeated_keys(draft, call)
    note_unknown_beside_list(draft, call, "Orders")
    failed: list[dict[str, Any]] = []
    stored: list[Mapping[str, Any]] = []
    writes = DocumentWrites(draft)
    for index, order in enumerate(body.sent["orders"]):
        converted = convert_scalars(draft.contract, _SCHEMA, order)
        error = _refusal_message(draft, index, order, converted)
        if error is None:
            stored.append(_store(draft, index, order, converted.value, writes))
        else:
            failed.append({"order": order, "error": error})
    _file_outcomes(draft, writes)
    return draft.decision(orders_reply(draft, call, failed, stored))


def _refusal_message(draft: Draft, index: int, order: Any, converted: Converted) -> str | None:
    """The vendor's message for an order that fails; None for an order that is accepted."""
    validator = draft.contract.validator(f"#/components/schemas/{_SCHEMA}")
    if not validator.valid(order) and not _is_accepted(draft, converted):
        violation = validator.violations(order)[0]
        refuse_item(draft, "esputnik.orders.required", ("orders", index), violation)
        return vendor_message(draft, violation)
    open_problem = next(_open_problems(draft, order), None)
    if open_problem is None:
        return None
    rule_id, place, problem = open_problem
    at, name = pointer("orders", index, *place), str(place[-1])
    draft.outcome("refused", rule_id, item=index, at=at, key=name, **problem)
    return draft.contract.message("wrong", field=name)


def _is_accepted(draft: Draft, converted: Converted) -> bool:
    """Whether an order is valid once its scalars are converted, and the vendor converts them."""
    valid = draft.contract.validator(f"#/components/schemas/{_SCHEMA}").valid(converted.value)
    return valid and accept_other_types(draft, at=pointers_of(converted), converted=False)


def _open_problems(draft: Draft, order: Mapping[str, Any]) -> Iterator[tuple[str, At, dict[str, Any]]]:
    """(rule, place, values of the rule's `why`) for each reason to refuse the order that depends on a reading."""
    date = order["date"]
    if not is_date_time(date) and draft.reading("esputnik.orders.date") == "with-offset":
        yield "esputnik.orders.date", ("date",), {"given": date}
    if not is_currency(draft, order["currency"]):
        values = {"field": "currency", "problem": "is not a code of ISO 4217", "given": order["currency"]}
        yield "esputnik.order.currency", ("currency",), values
    unknown = draft.contract.validator(f"#/components/schemas/{_SCHEMA}").unknown(order)
    if unknown and draft.reading("esputnik.orders.fixed-fields") == "order-fails":
        yield "esputnik.orders.fixed-fields", unknown[0][0], {}


def _store(
    draft: Draft, index: int, order: dict[str, Any], typed_order: Any, writes: DocumentWrites
) -> Mapping[str, Any]:
    """Store an order, or update the known one: omitted and null fields do not change."""
    key = typed_order["externalOrderId"]
    known_order = draft.get("orders", key)
    rule_id = "esputnik.orders.fixed-fields"
    note_unknown_keys(draft, _SCHEMA, order, index, ("orders", index), rule_id=rule_id, stored=known_order)
    content = _order_content(draft, index, order)
    contact = _contact_of(draft, {name: typed_order[name] for name in content})
    rule_id = "esputnik.orders.of-another-contact"
    if known_order and belongs_to_another(known_order, contact) and draft.reading(rule_id) == "ignored":
        differs = not contains_content(draft, known_order, content)
        draft.outcome("skipped", rule_id, item=index, at=pointer("orders", index), differs=differs)
        return known_order
    remaining = _remaining_fields(draft, index, known_order, content, writes.sent_names(key))
    stored_order = store_order(draft, key, contact["id"], updated_fields(remaining, content))
    writes.add(key, Write(index, "updated" if known_order else "kept", content, stored_order))
    if not known_order or known_order.get("status") != stored_order["status"]:
        note_never_counted(draft, stored_order, index, pointer("orders", index, "status"))
    _store_order_event(draft, index, stored_order, contact)
    return stored_order


def _remaining_fields(
    draft: Draft, index: int, known_order: Mapping[str, Any] | None, content: Mapping[str, Any], sent_names: set[str]
) -> Mapping[str, Any]:
    """The fields of a known order that an update does not replace. `sent_names` are those that the call sent before."""
    if known_order is None:
        return {}
    omitted = [name for name in known_order.keys() - content.keys() - _VENDOR_FIELDS if known_order[name] is not None]
    parts = list(unstated(known_order, content))
    if not (omitted or parts) or draft.reading("esputnik.orders.same-id-updates") == "merge":
        return known_order
    # Values from this call are filed as overwritten within the call.
    before = draft.view.get("orders", str(known_order["externalOrderId"])) or {}
    lost = [name for name in omitted if before.get(name) is not None and name not in sent_names]
    lost += [name for name in parts if name in unstated(before, content) and name.split(".")[0] not in sent_names]
    if lost:
        rule_id = "esputnik.orders.same-id-updates"
        draft.note("overwritten", rule_id, item=index, at=pointer("orders", index), gone=", ".join(sorted(lost)))
    return {name: known_order[name] for name in _VENDOR_FIELDS if name in known_order}


def _file_outcomes(draft: Draft, writes: DocumentWrites) -> None:
    """File the outcomes of the accepted orders. A value that a later order with the same id replaced is overwritten."""
    for write, replaced in sorted(writes.results(), key=lambda result: result[0].index):
        if not replaced:
            draft.outcome(write.kind, item=write.index)
            continue
        at = tuple(pointer("orders", write.index, *tokens) for tokens in replaced)
        key = ", ".join(dict.fromkeys(str(tokens[0]) for tokens in replaced))
        draft.outcome("overwritten", "esputnik.orders.twice", item=write.index, at=at, key=key)


def _order_content(draft: Draft, index: int, order: Mapping[str, Any]) -> dict[str, Any]:
    """The known fields of an order and its items as they are stored, without nulls and blank identifiers."""
    content = {name: value for name, value in without_unknown_keys(draft, _SCHEMA, order).items() if value is not None}
    for name in [name for name in CONTACT_PARAMS if name in content and not as_text(content[name]).strip()]:
        del content[name]
        at = pointer("orders", index, name)
        draft.note("noted", "esputnik.contact.blank", item=index, at=at, key=name)
    return with_known_source(draft, content, index, pointer("orders", index, "source"))


def _contact_of(draft: Draft, order: Mapping[str, Any]) -> Contact:
    """The order's contact: found by external id, phone or email, in this order, or created.

    Rule: `esputnik.orders.contact`.
    """
    external_id, phone, email = (order.get(name) for name in ("externalCustomerId", "phone", "email"))
    for field, value in (("externalCustomerId", external_id), ("phone", phone), ("email", email)):
        contact = find_contact(draft, field, value) if value else None
        if contact is None:
            continue
        if external_id and not contact.get("externalCustomerId"):
            contact = {**contact, "externalCustomerId": external_id}
            draft.put("contacts", contact)
        return contact
    return create_contact(
        draft, external_id, email, phone, firstName=order.get("firstName"), lastName=order.get("lastName")
    )


def _store_order_event(draft: Draft, index: int, order: Mapping[str, Any], contact: Contact) -> None:
    """Store the event of an accepted order; its params are the order's scalar fields."""
    scalars = {name: value for name, value in order.items() if isinstance(value, str | int | float | Decimal)}
    params = [{"name": name, "value": value} for name, value in scalars.items()]
    type_key = f"{draft.value('esputnik.orders.raises-event', 'prefix')}{order['status']}"
    key_value = as_text(order.get("externalCustomerId")) or next(iter(channel_values(contact, "email", "sms")), None)
    store_event(draft, Event(type_key, key_value, params, 1, text(draft.now), index), contact["id"])
