"""The order that an event carries: created, updated, set to a status, or ignored.

An order event is one item, and its outcome is the order's: `kept` if the order is created, `updated` if one changes,
`dropped` if it is ignored, although the event itself stays in the history.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.vendors.esputnik.comparison import contains_content, missing_places
from mockservers.vendors.esputnik.contact_lookup import Contact
from mockservers.vendors.esputnik.event import Event
from mockservers.vendors.esputnik.identifiers import identifiers_as_text
from mockservers.vendors.esputnik.object_update import unstated, updated_fields
from mockservers.vendors.esputnik.order_items import note_repeated_item_keys
from mockservers.vendors.esputnik.order_params import CONTACT_PARAMS, as_creation_problem, read_order
from mockservers.vendors.esputnik.order_problem import OrderProblem
from mockservers.vendors.esputnik.order_store import belongs_to_another, store_order
from mockservers.vendors.esputnik.reports import note_never_counted
from mockservers.vendors.esputnik.scalars import as_text

Content = Mapping[str, Any]


def order_types(draft: Draft) -> Mapping[str, Callable[[Draft, Event, Contact | None], bool]]:
    """The handler of each event type with an order. It files the outcome and returns whether the event stays."""
    type_keys = {name: draft.value("esputnik.event-type.order-types", name) for name in _HANDLERS}
    return {type_keys[name]: handler for name, handler in _HANDLERS.items()}


# -- the four types ----------------------------------------------------------------------------------------------


def _created(draft: Draft, event: Event, contact: Contact | None) -> bool:
    order, problems = read_order(draft, event, "OrderCreated")
    stored = None if problems else _stored_order(draft, event)
    if problems:
        return _drop_with_event(draft, event, problems)
    if contact is None and not _needs_no_contact(draft):
        return _drop_order(draft, event, [_no_contact(draft, event)])
    if stored is None:
        return _create_order(draft, event, order, contact)
    if draft.reading("esputnik.order.created-again") == "ignored":
        _skip_order(draft, event, stored, order, "esputnik.order.created-again")
        return True
    return _update_order(draft, event, stored, order, contact)


def _updated(draft: Draft, event: Event, contact: Contact | None) -> bool:
    stored = _stored_order(draft, event)
    order, problems = read_order(draft, event, "OrderCreated" if stored is None else "OrderUpdated")
    if stored is not None and problems:
        return _drop_order(draft, event, problems)
    if stored is not None:
        return _update_for_contact(draft, event, stored, order, contact)
    if problems:
        return _drop_with_event(draft, event, [as_creation_problem(problem) for problem in problems])
    if contact is None and not _needs_no_contact(draft):
        return _drop_order(draft, event, [_no_contact(draft, event)])
    return _create_order(draft, event, order, contact)


def _delivered(draft: Draft, event: Event, contact: Contact | None) -> bool:
    return _set_status(draft, event, contact, draft.value("esputnik.order.status-only", "delivered"))


def _cancelled(draft: Draft, event: Event, contact: Contact | None) -> bool:
    return _set_status(draft, event, contact, draft.value("esputnik.order.status-only", "cancelled"))


_HANDLERS = {"created": _created, "updated": _updated, "delivered": _delivered, "cancelled": _cancelled}


def _set_status(draft: Draft, event: Event, contact: Contact | None, status: str) -> bool:
    key = as_text(event.values.get("externalOrderId"))
    if not key.strip():
        at = (event.place_of("externalOrderId"),)
        return _drop_order(draft, event, [OrderProblem("esputnik.order.required", at, "externalOrderId", "is missing")])
    stored = _stored_order(draft, event)
    if stored is None:
        at = (event.place_of("externalOrderId"),)
        _drop_order(draft, event, [OrderProblem("esputnik.order.unknown-order", at, more={"order": key})])
        return draft.view.form("esputnik.order.unknown-order") == "event-kept"
    changes = _other_changes(draft, event, stored, status)
    if "status" in changes:
        _note_ignored(draft, event, "status")
        del changes["status"]
    if changes and draft.reading("esputnik.order.status-only") == "status-only":
        for name in changes:
            _note_ignored(draft, event, name)
        changes = {}
    if "items" not in changes:
        note_repeated_item_keys(draft, event)
    if changes:
        order, problems = read_order(draft, event.with_params("externalOrderId", *changes), "OrderUpdated")
        if problems:
            return _drop_order(draft, event, problems)
        changes = {name: value for name, value in order.items() if name != "externalOrderId"}  # it found the order
    return _update_for_contact(draft, event, stored, {**stored, **changes, "status": status}, contact)


def _note_ignored(draft: Draft, event: Event, name: str) -> None:
    draft.note("ignored", "esputnik.order.status-only", item=event.item, at=event.place_of(name), key=name)


def _other_changes(draft: Draft, event: Event, stored: Content, status: str) -> dict[str, Any]:
    """The order fields of the event that differ from the stored order, other than the new status."""
    fields = draft.contract.resolve("openapi.yaml#/components/schemas/OrderUpdated/properties")
    values = {name: value for name, value in event.values.items() if name in fields}
    same = {name: values.get(name) for name in ("externalOrderId", *CONTACT_PARAMS)}
    updated = {**stored, **same, "status": status}
    return {name: values[name] for name in dict.fromkeys(str(at[0]) for at in missing_places(draft, updated, values))}


# -- outcomes ----------------------------------------------------------------------------------------------------


def _stored_order(draft: Draft, event: Event) -> Content | None:
    return draft.get("orders", as_text(event.values.get("externalOrderId")))


def _needs_no_contact(draft: Draft) -> bool:
    """Whether an order without a contact is created."""
    return draft.reading("esputnik.contact.must-exist") == "order-for-nobody"


def _no_contact(draft: Draft, event: Event) -> OrderProblem:
    identifiers = identifiers_as_text(draft, event)
    return OrderProblem("esputnik.contact.must-exist", (event.place,), identifiers, more={"given": identifiers})


def _drop_order(draft: Draft, event: Event, problems: list[OrderProblem]) -> bool:
    """Drop an order for its first problem and note the others. Return true: the event stays."""
    for position, problem in enumerate(problems):
        values: dict[str, Any] = {"field": problem.subject, "problem": problem.problem, **problem.more}
        if position == 0:
            draft.outcome("dropped", problem.rule, item=event.item, at=problem.at, key=problem.subject, **values)
        else:
            draft.note("noted", problem.rule, item=event.item, at=problem.at, key=problem.subject, **values)
    return True


def _drop_with_event(draft: Draft, event: Event, problems: list[OrderProblem]) -> bool:
    """Drop an order that is not created, with its event, as the page says for orderCreated."""
    _drop_order(draft, event, problems)
    return draft.view.form("esputnik.event.ignored-order") == "event-kept"


def _skip_order(draft: Draft, event: Event, stored: Content, order: Content, rule_id: str) -> None:
    """Keep the stored order unchanged. Content of the sent one that it lacks is lost."""
    differs = not contains_content(draft, stored, order)
    draft.outcome("skipped", rule_id, item=event.item, at=event.place, differs=differs)


def _create_order(draft: Draft, event: Event, order: Content, contact: Contact | None) -> bool:
    stored = store_order(draft, as_text(order["externalOrderId"]), (contact or {}).get("id"), order)
    _note_own_ids(draft, event, stored)
    note_never_counted(draft, stored, event.item, event.place_of("status"))
    draft.outcome("kept", item=event.item)
    return True


def _note_own_ids(draft: Draft, event: Event, stored: Content) -> None:
    """Note params with the names of ids that the vendor assigns."""
    for name in draft.value("esputnik.order.own-ids", "names"):
        if name in event.values:
            differs = as_text(stored.get(name)) != as_text(event.values[name])
            place = event.place_of(name)
            draft.note("ignored", "esputnik.order.own-ids", item=event.item, at=place, key=name, differs=differs)


def _update_for_contact(draft: Draft, event: Event, stored: Content, order: Content, contact: Contact | None) -> bool:
    if contact is None and draft.reading("esputnik.order.change-for-nobody") == "ignore":
        return _drop_order(draft, event, [OrderProblem("esputnik.order.change-for-nobody", (event.place,))])
    return _update_order(draft, event, stored, order, contact)


def _update_order(draft: Draft, event: Event, stored: Content, order: Content, contact: Contact | None) -> bool:
    """Update a stored order; it keeps its contact."""
    if belongs_to_another(stored, contact) and draft.reading("esputnik.order.of-another-contact") == "ignored":
        _skip_order(draft, event, stored, order, "esputnik.order.of-another-contact")
        return True
    contact_id = stored.get("contactId") if stored.get("contactId") is not None else (contact or {}).get("id")
    removed = [name for name in stored.keys() - order.keys() - {"orderId", "contactId"} if stored[name] is not None]
    removed += unstated(stored, order)
    content = updated_fields(stored, order)
    if removed and draft.reading("esputnik.order.update-merges") == "replace":
        content = dict(order)
        rule_id = "esputnik.order.update-merges"
        draft.note("overwritten", rule_id, item=event.item, at=event.place, gone=", ".join(sorted(removed)))
    old_status, new_status = stored.get("status"), order.get("status", stored.get("status"))
    if old_status in draft.value("esputnik.order.any-status", "final") and new_status != old_status:
        at = event.place_of("status")
        draft.note("noted", "esputnik.order.any-status", item=event.item, at=at, held=old_status, given=new_status)
    updated = store_order(draft, as_text(order["externalOrderId"]), contact_id, content)
    _note_own_ids(draft, event, updated)
    if new_status != old_status:
        note_never_counted(draft, updated, event.item, event.place_of("status"))
    draft.outcome("updated", item=event.item)
    return True
