"""The order that an event carries: made, updated, set to a status, or ignored.

An order event is one item, and its outcome is the order's: `kept` where the order is made, `updated` where one changes,
`dropped` where it is ignored, though the event itself stays in the history.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.vendors.esputnik.comparing import lacking, says
from mockservers.vendors.esputnik.event import Event, as_text
from mockservers.vendors.esputnik.holdings import hold_order, is_of_another
from mockservers.vendors.esputnik.identifiers import Contact, identity
from mockservers.vendors.esputnik.items import note_repeated_keys_within
from mockservers.vendors.esputnik.order_reading import IDENTIFY, read, to_make_it
from mockservers.vendors.esputnik.problem import Problem
from mockservers.vendors.esputnik.reports import note_never_counted

Content = Mapping[str, Any]


def order_types(draft: Draft) -> Mapping[str, Callable[[Draft, Event, Contact | None], bool]]:
    """What each type of event that carries an order does: file its outcome, and say whether the event stays with it."""
    names = {each: draft.value("esputnik.event-type.order-types", each) for each in _CARRIED}
    return {names[each]: carried for each, carried in _CARRIED.items()}


# -- the four types ---------------------------------------------------------------------------------------------------


def _created(draft: Draft, event: Event, contact: Contact | None) -> bool:
    order, problems = read(draft, event, "OrderCreated")
    held = None if problems else _held(draft, event)
    if problems:
        return _not_made(draft, event, problems)
    if contact is None and not _for_anybody(draft):
        return _ignored(draft, event, [_for_nobody(draft, event)])
    if held is None:
        return _make(draft, event, order, contact)
    if draft.reading("esputnik.order.created-again") == "ignored":
        _skip(draft, event, held, order, "esputnik.order.created-again")
        return True
    return _change(draft, event, held, order, contact)


def _updated(draft: Draft, event: Event, contact: Contact | None) -> bool:
    held = _held(draft, event)
    order, problems = read(draft, event, "OrderCreated" if held is None else "OrderUpdated")
    if held is not None:
        return _ignored(draft, event, problems) if problems else _changed(draft, event, held, order, contact)
    if problems:
        return _not_made(draft, event, [to_make_it(problem) for problem in problems])
    if contact is None and not _for_anybody(draft):
        return _ignored(draft, event, [_for_nobody(draft, event)])
    return _make(draft, event, order, contact)


def _delivered(draft: Draft, event: Event, contact: Contact | None) -> bool:
    return _set_status(draft, event, contact, draft.value("esputnik.order.status-only", "delivered"))


def _cancelled(draft: Draft, event: Event, contact: Contact | None) -> bool:
    return _set_status(draft, event, contact, draft.value("esputnik.order.status-only", "cancelled"))


_CARRIED = {"created": _created, "updated": _updated, "delivered": _delivered, "cancelled": _cancelled}


def _set_status(draft: Draft, event: Event, contact: Contact | None, status: str) -> bool:
    key = as_text(event.values.get("externalOrderId"))
    if not key.strip():
        at = (event.place_of("externalOrderId"),)
        return _ignored(draft, event, [Problem("esputnik.order.required", at, "externalOrderId", "is missing")])
    held = _held(draft, event)
    if held is None:
        at = (event.place_of("externalOrderId"),)
        _ignored(draft, event, [Problem("esputnik.order.unknown-order", at, more={"order": key})])
        return draft.view.form("esputnik.order.unknown-order") == "event-kept"
    others = _besides_status(draft, event, held, status)
    if "status" in others:
        _pass_over(draft, event, "status")
        del others["status"]
    if others and draft.reading("esputnik.order.status-only") == "status-only":
        for name in others:
            _pass_over(draft, event, name)
        others = {}
    return _changed(draft, event, held, {**held, **others, "status": status}, contact)


def _pass_over(draft: Draft, event: Event, name: str) -> None:
    draft.note("ignored", "esputnik.order.status-only", item=event.item, at=event.place_of(name), key=name)


def _besides_status(draft: Draft, event: Event, held: Content, status: str) -> dict[str, Any]:
    """The fields of an order that the event gives, and gives otherwise than the order has them."""
    fields = draft.contract.resolve("openapi.yaml#/components/schemas/OrderUpdated/properties")
    given = {name: value for name, value in event.values.items() if name in fields}
    note_repeated_keys_within(draft, event)
    same = {name: given.get(name) for name in ("externalOrderId", *IDENTIFY)}
    kept = {**held, **same, "status": status}
    return {name: given[name] for name in dict.fromkeys(str(at[0]) for at in lacking(draft, kept, given))}


# -- what becomes of it -----------------------------------------------------------------------------------------------


def _held(draft: Draft, event: Event) -> Content | None:
    return draft.get("orders", as_text(event.values.get("externalOrderId")))


def _for_anybody(draft: Draft) -> bool:
    """Whether an order is made for nobody, too."""
    return draft.reading("esputnik.contact.must-exist") == "order-for-nobody"


def _for_nobody(draft: Draft, event: Event) -> Problem:
    given = identity(draft, event)
    return Problem("esputnik.contact.must-exist", (event.place,), given, more={"given": given})


def _ignored(draft: Draft, event: Event, problems: list[Problem]) -> bool:
    """The order is ignored for the first problem; the others are noted. Says whether its event stays all the same."""
    for place, problem in enumerate(problems):
        values: dict[str, Any] = {"field": problem.subject, "problem": problem.problem, **problem.more}
        if place == 0:
            draft.outcome("dropped", problem.rule, item=event.item, at=problem.at, key=problem.subject, **values)
        else:
            draft.note("noted", problem.rule, item=event.item, at=problem.at, key=problem.subject, **values)
    return True


def _not_made(draft: Draft, event: Event, problems: list[Problem]) -> bool:
    """An order that is not made for these problems is ignored with its event, as the page says of orderCreated."""
    _ignored(draft, event, problems)
    return draft.view.form("esputnik.event.ignored-order") == "event-kept"


def _skip(draft: Draft, event: Event, held: Content, order: Content, rule_id: str) -> None:
    """The order stays as it is; what it does not hold of this one is lost."""
    differs = not says(draft, held, order)
    draft.outcome("skipped", rule_id, item=event.item, at=event.place, differs=differs)


def _make(draft: Draft, event: Event, order: Content, contact: Contact | None) -> bool:
    made = hold_order(draft, as_text(order["externalOrderId"]), (contact or {}).get("id"), order)
    _own_ids(draft, event, made)
    note_never_counted(draft, made, event.item, event.place_of("status"))
    draft.outcome("kept", item=event.item)
    return True


def _own_ids(draft: Draft, event: Event, held: Content) -> None:
    """Params that are named as what the vendor gives an order by itself."""
    for name in draft.value("esputnik.order.own-ids", "names"):
        if name in event.values:
            differs = as_text(held[name]) != as_text(event.values[name])
            place = event.place_of(name)
            draft.note("ignored", "esputnik.order.own-ids", item=event.item, at=place, key=name, differs=differs)


def _changed(draft: Draft, event: Event, held: Content, order: Content, contact: Contact | None) -> bool:
    if contact is None and draft.reading("esputnik.order.change-for-nobody") == "ignore":
        return _ignored(draft, event, [Problem("esputnik.order.change-for-nobody", (event.place,))])
    return _change(draft, event, held, order, contact)


def _change(draft: Draft, event: Event, held: Content, order: Content, contact: Contact | None) -> bool:
    """Update an order that is there. Its contact stays the one that it has."""
    if is_of_another(held, contact) and draft.reading("esputnik.order.of-another-contact") == "ignored":
        _skip(draft, event, held, order, "esputnik.order.of-another-contact")
        return True
    whose = held.get("contactId") if held.get("contactId") is not None else (contact or {}).get("id")
    gone = [name for name in held.keys() - order.keys() - {"orderId", "contactId"} if held[name] is not None]
    content = {**held, **order}
    if gone and draft.reading("esputnik.order.update-merges") == "replace":
        content = dict(order)
        rule_id = "esputnik.order.update-merges"
        draft.note("overwritten", rule_id, item=event.item, at=event.place, gone=", ".join(sorted(gone)))
    was, given = held.get("status"), order.get("status", held.get("status"))
    if was in draft.value("esputnik.order.any-status", "final") and given != was:
        at = event.place_of("status")
        draft.note("noted", "esputnik.order.any-status", item=event.item, at=at, held=was, given=given)
    made = hold_order(draft, as_text(order["externalOrderId"]), whose, content)
    _own_ids(draft, event, made)
    if given != was:
        note_never_counted(draft, made, event.item, event.place_of("status"))
    draft.outcome("updated", item=event.item)
    return True
