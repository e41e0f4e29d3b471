"""Add orders: up to a thousand at once, each taken or named among the failed.

An order is one item: `kept` where it is new, `updated` where it is known, `refused` where it fails, which the answer
tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.deciding.view import View
from mockservers.core.exchange.call import Call
from mockservers.core.exchange.decision import Decision, Reply
from mockservers.core.values.clock import text
from mockservers.core.values.equality import At
from mockservers.core.values.json_text import pointer
from mockservers.core.values.rfc3339 import is_date_time
from mockservers.vendors.esputnik.comparing import says
from mockservers.vendors.esputnik.event import Event, as_text
from mockservers.vendors.esputnik.events import keep
from mockservers.vendors.esputnik.holdings import channel_values, draft_on, hold_order, is_of_another
from mockservers.vendors.esputnik.identifiers import Contact, find, make
from mockservers.vendors.esputnik.order_reading import IDENTIFY, is_currency
from mockservers.vendors.esputnik.parsing import (
    known,
    note_repeated_keys,
    note_unknown_beside,
    note_unknown_keys,
    text_of,
    unusable,
    what_of,
)
from mockservers.vendors.esputnik.reports import note_never_counted
from mockservers.vendors.esputnik.scalars import Typed, places_of, taken, typed
from mockservers.vendors.esputnik.writers import Writers, Written

_SCHEMA = "Order"
_OWN = frozenset({"orderId", "contactId"})


def add_orders(call: Call, view: View) -> Decision:
    """Orders in bulk."""
    draft = draft_on(view)
    refusal = unusable(draft, call, "Orders")
    if refusal:
        return refusal
    note_repeated_keys(draft, call)
    note_unknown_beside(draft, call, "Orders")
    failed: list[dict[str, Any]] = []
    taken: list[Mapping[str, Any]] = []
    writers = Writers(draft)
    for index, order in enumerate(call.json["orders"]):
        of_types = typed(draft.contract, _SCHEMA, order)
        error = _failing(draft, index, order, of_types)
        if error is None:
            taken.append(_take(draft, index, order, of_types.value, writers))
        else:
            failed.append({"order": order, "error": error})
    _file(draft, writers)
    return draft.decision(_reply(draft, call, failed, taken))


def _failing(draft: Draft, index: int, order: Any, of_types: Typed) -> str | None:
    """Why an order fails, in the vendor's words; None for one that is taken."""
    validator = draft.contract.validator(f"#/components/schemas/{_SCHEMA}")
    if not validator.valid(order) and not _is_taken(draft, of_types):
        violation = validator.violations(order)[0]
        at = pointer("orders", index, *violation.at)
        draft.outcome("refused", "esputnik.orders.required", item=index, at=at, key=what_of(violation, "the order"))
        return text_of(draft, violation)
    found = next(_open_problems(draft, order), None)
    if found is None:
        return None
    rule_id, place, problem = found
    at, name = pointer("orders", index, *place), str(place[-1])
    draft.outcome("refused", rule_id, item=index, at=at, key=name, **problem)
    return draft.contract.message("wrong", field=name)


def _is_taken(draft: Draft, of_types: Typed) -> bool:
    """Whether an order is right once its scalars have the types of the schema, and those are taken."""
    valid = draft.contract.validator(f"#/components/schemas/{_SCHEMA}").valid(of_types.value)
    return valid and taken(draft, at=places_of(of_types), converted=False)


def _open_problems(draft: Draft, order: Mapping[str, Any]) -> Iterator[tuple[str, At, dict[str, Any]]]:
    """(rule, place, values for its sentence) of all for which the order fails under one reading or another."""
    date = order["date"]
    if not is_date_time(date) and draft.reading("esputnik.orders.date") == "with-offset":
        yield "esputnik.orders.date", ("date",), {"given": date}
    if not is_currency(draft, order["currency"]):
        values = {"field": "currency", "problem": "is not a code of ISO 4217", "given": order["currency"]}
        yield "esputnik.order.currency", ("currency",), values
    unknown = draft.contract.validator(f"#/components/schemas/{_SCHEMA}").unknown(order)
    if unknown and draft.reading("esputnik.orders.fixed-fields") == "order-fails":
        yield "esputnik.orders.fixed-fields", unknown[0][0], {}


def _take(draft: Draft, index: int, order: dict[str, Any], of_types: Any, writers: Writers) -> Mapping[str, Any]:
    """Hold an order, or update the one that is there. What it leaves out or null stays."""
    key = of_types["externalOrderId"]
    held = draft.get("orders", key)
    rule_id = "esputnik.orders.fixed-fields"
    note_unknown_keys(draft, _SCHEMA, order, index, ("orders", index), rule_id=rule_id, held=held)
    said = _said(draft, index, order)
    contact = _contact(draft, {name: of_types[name] for name in said})
    rule_id = "esputnik.orders.of-another-contact"
    if held and is_of_another(held, contact) and draft.reading(rule_id) == "ignored":
        draft.outcome("skipped", rule_id, item=index, at=pointer("orders", index), differs=not says(draft, held, said))
        return held
    made = hold_order(draft, key, contact["id"], {**_staying(draft, index, held, said), **said})
    writers.wrote(key, Written(index, "updated" if held else "kept", said, made))
    if not held or held.get("status") != made["status"]:
        note_never_counted(draft, made, index, pointer("orders", index, "status"))
    _raise_event(draft, index, made, contact)
    return made


def _staying(draft: Draft, index: int, held: Mapping[str, Any] | None, said: Mapping[str, Any]) -> Mapping[str, Any]:
    """What stays of an order that is there."""
    if held is None:
        return {}
    gone = [name for name in held.keys() - said.keys() - _OWN if held[name] is not None]
    if not gone or draft.reading("esputnik.orders.same-id-updates") == "merge":
        return held
    before = draft.view.get("orders", str(held["externalOrderId"])) or {}  # what this call wrote is its own loss
    lost = sorted(name for name in gone if before.get(name) is not None)
    if lost:
        rule_id = "esputnik.orders.same-id-updates"
        draft.note("overwritten", rule_id, item=index, at=pointer("orders", index), gone=", ".join(lost))
    return {name: held[name] for name in _OWN if name in held}


def _file(draft: Draft, writers: Writers) -> None:
    """File what became of the orders that were taken: of one that is there twice the last word counts."""
    for written, replaced in sorted(writers.results(), key=lambda result: result[0].index):
        if not replaced:
            draft.outcome(written.kind, item=written.index)
            continue
        at = tuple(pointer("orders", written.index, *place) for place in replaced)
        key = ", ".join(dict.fromkeys(str(place[0]) for place in replaced))
        draft.outcome("overwritten", "esputnik.orders.twice", item=written.index, at=at, key=key)


def _said(draft: Draft, index: int, order: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an order that Add orders has; in its items, too. Null and blank identifiers say nothing."""
    said = {name: value for name, value in known(draft, _SCHEMA, order).items() if value is not None}
    for name in [name for name in IDENTIFY if name in said and not as_text(said[name]).strip()]:
        del said[name]
        at = pointer("orders", index, name)
        draft.note("noted", "esputnik.contact.blank", item=index, at=at, key=name)
    return said


def _contact(draft: Draft, order: Mapping[str, Any]) -> Contact:
    """Whose order it is: found by external id, phone or email, in this order; made where it is nobody's.

    Rule: `esputnik.orders.contact`.
    """
    external_id, phone, email = (order.get(name) for name in ("externalCustomerId", "phone", "email"))
    for field, value in (("externalCustomerId", external_id), ("phone", phone), ("email", email)):
        found = find(draft, field, value) if value else None
        if found is None:
            continue
        if external_id and not found.get("externalCustomerId"):
            found = {**found, "externalCustomerId": external_id}
            draft.put("contacts", found)
        return found
    return make(draft, external_id, email, phone, firstName=order.get("firstName"), lastName=order.get("lastName"))


def _raise_event(draft: Draft, index: int, order: Mapping[str, Any], contact: Contact) -> None:
    """The event that a taken order raises, its params the order's plain fields."""
    plain = {name: value for name, value in order.items() if isinstance(value, str | int | float | Decimal)}
    params = [{"name": name, "value": value} for name, value in plain.items()]
    type_key = f"{draft.value('esputnik.orders.raises-event', 'prefix')}{order['status']}"
    key_value = as_text(order.get("externalCustomerId")) or next(iter(channel_values(contact, "email", "sms")), None)
    keep(draft, Event(type_key, key_value, params, 1, text(draft.now), index), contact["id"])


def _reply(draft: Draft, call: Call, failed: list[dict[str, Any]], taken: list[Mapping[str, Any]]) -> Reply:
    """Rule: `esputnik.orders.failed-list`."""
    value: dict[str, Any] = {"failedOrders": failed[0] if len(failed) == 1 else failed}
    if taken and draft.view.form("esputnik.orders.reply-ids") == "orders-reply-has-ids":
        value["orderIds"] = [{name: order[name] for name in ("externalOrderId", "orderId")} for order in taken]
    return draft.contract.reply(call.operation, value)
