"""Add orders: up to a thousand at once, each taken or named among the failed.

An order is one item: `kept` where it is new, `updated` where it is known, `refused` where it fails, which the answer
tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mockservers.core.call import Call
from mockservers.core.clock import text
from mockservers.core.decision import Decision, Reply
from mockservers.core.draft import Draft
from mockservers.core.jsontext import pointer
from mockservers.core.rules import rule
from mockservers.core.view import View
from mockservers.vendors.esputnik.event import Event
from mockservers.vendors.esputnik.events import keep
from mockservers.vendors.esputnik.holdings import channel_values, draft_on, hold_order
from mockservers.vendors.esputnik.identifiers import Contact, find, make
from mockservers.vendors.esputnik.parsing import (
    note_repeated_keys,
    note_unknown_beside,
    note_unknown_keys,
    text_of,
    unusable,
    what_of,
)

_SCHEMA = "Order"


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
    for index, order in enumerate(call.json["orders"]):
        error = _failing(draft, index, order)
        if error is None:
            taken.append(_take(draft, index, order))
        else:
            failed.append({"order": order, "error": error})
    return draft.decision(_reply(draft, call, failed, taken))


@rule("esputnik.orders.required")
def _failing(draft: Draft, index: int, order: Any) -> str | None:
    """Why an order fails, in the vendor's words; None for one that is taken."""
    validator = draft.contract.validator(f"#/components/schemas/{_SCHEMA}")
    if validator.valid(order):
        return None
    violation = validator.violations(order)[0]
    at = pointer("orders", index, *violation.at)
    draft.fate("refused", "esputnik.orders.required", item=index, at=at, key=what_of(violation, "the order"))
    return text_of(draft, violation)


@rule("esputnik.orders.same-id-updates", "esputnik.orders.fixed-fields")
def _take(draft: Draft, index: int, order: dict[str, Any]) -> Mapping[str, Any]:
    """Hold an order, or update the one that is there. What it leaves out or null stays."""
    key = order["externalOrderId"]
    held = draft.get("orders", key)
    rule_id = "esputnik.orders.fixed-fields"
    note_unknown_keys(draft, _SCHEMA, order, index, ("orders", index), rule_id=rule_id, held=held)
    contact = _contact(draft, order)
    made = hold_order(draft, key, contact["id"], {**(held or {}), **_known(draft, order)})
    draft.fate("updated" if held else "kept", item=index)
    _raise_event(draft, index, made, contact)
    return made


def _known(draft: Draft, order: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an order that Add orders has; in its items, too."""
    fields = draft.contract.resolve("openapi.yaml#/components/schemas/Order/properties")
    known = {name: value for name, value in order.items() if name in fields and value is not None}
    if "items" in known:
        of_items = draft.contract.resolve("openapi.yaml#/components/schemas/OrderItem/properties")
        known["items"] = [{name: value for name, value in item.items() if name in of_items} for item in known["items"]]
    return known


@rule("esputnik.orders.contact")
def _contact(draft: Draft, order: Mapping[str, Any]) -> Contact:
    """Whose order it is: found by external id, phone or email, in this order; made where it is nobody's."""
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


@rule("esputnik.orders.raises-event")
def _raise_event(draft: Draft, index: int, order: Mapping[str, Any], contact: Contact) -> None:
    """The event that a taken order raises, its params the order's plain fields."""
    plain = {name: value for name, value in order.items() if isinstance(value, str | int | float | Decimal)}
    params = [{"name": name, "value": value} for name, value in plain.items()]
    type_key = f"{draft.value('esputnik.orders.raises-event', 'prefix')}{order['status']}"
    key_value = order.get("externalCustomerId") or next(iter(channel_values(contact, "email", "sms")), None)
    keep(draft, Event(type_key, key_value, params, 1, text(draft.now), index), contact["id"])


@rule("esputnik.orders.failed-list", "esputnik.orders.reply-ids")
def _reply(draft: Draft, call: Call, failed: list[dict[str, Any]], taken: list[Mapping[str, Any]]) -> Reply:
    value: dict[str, Any] = {"failedOrders": failed[0] if len(failed) == 1 else failed}
    if taken and draft.view.form("esputnik.orders.reply-ids") == "orders-reply-has-ids":
        value["orderIds"] = [{name: order[name] for name in ("externalOrderId", "orderId")} for order in taken]
    return draft.contract.reply(call.operation, value)
