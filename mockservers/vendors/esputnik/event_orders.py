"""The order that an event carries: made, updated, set to a status, or ignored.

An order event is one item, and its fate is the order's: `kept` where the order is made, `updated` where one changes,
`dropped` where it is ignored, though the event itself stays in the history.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockservers.core.draft import Draft
from mockservers.core.formats import decimal
from mockservers.core.rules import rule
from mockservers.core.validation import Violation
from mockservers.core.values.iso8601 import is_iso8601
from mockservers.vendors.esputnik.event import Event, as_text
from mockservers.vendors.esputnik.holdings import hold_order, same
from mockservers.vendors.esputnik.identifiers import Contact, identifier, identity
from mockservers.vendors.esputnik.items import as_held, come_to, items_of
from mockservers.vendors.esputnik.parsing import problem_of
from mockservers.vendors.esputnik.problem import Problem

Content = Mapping[str, Any]
_IDENTIFY = ("externalCustomerId", "email", "phone")


@rule("esputnik.event-type.order-types")
def order_types(draft: Draft) -> Mapping[str, Callable[[Draft, Event, Contact | None], bool]]:
    """What each type of event that carries an order does: files its fate, and says whether the event stays with it."""
    names = {each: draft.value("esputnik.event-type.order-types", each) for each in _CARRIED}
    return {names[each]: carried for each, carried in _CARRIED.items()}


# -- the four types ---------------------------------------------------------------------------------------------------


@rule("esputnik.order.created-again")
def _created(draft: Draft, event: Event, contact: Contact | None) -> bool:
    order, problems = read(draft, event, "OrderCreated")
    held = None if problems else _held(draft, event)
    if problems or contact is None:
        return _ignored(draft, event, problems or [_for_nobody(draft, event)])
    if held is None:
        return _make(draft, event, order, contact)
    if draft.reading("esputnik.order.created-again") == "ignored":
        differs = any(not same(value, held.get(name)) for name, value in order.items())
        draft.fate("skipped", "esputnik.order.created-again", item=event.item, at=event.place, differs=differs)
        return True
    return _change(draft, event, held, order, contact)


@rule("esputnik.order.update-creates")
def _updated(draft: Draft, event: Event, contact: Contact | None) -> bool:
    held = _held(draft, event)
    order, problems = read(draft, event, "OrderCreated" if held is None else "OrderUpdated")
    if held is not None:
        return _ignored(draft, event, problems) if problems else _changed(draft, event, held, order, contact)
    if problems or contact is None:
        return _ignored(draft, event, [_to_make_it(problem) for problem in problems] or [_for_nobody(draft, event)])
    return _make(draft, event, order, contact)


def _to_make_it(problem: Problem) -> Problem:
    """What an update lacks only because its order is not there yet."""
    if problem.rule != "esputnik.order.required":
        return problem
    return Problem("esputnik.order.update-creates", problem.at, problem.subject, problem.problem)


def _delivered(draft: Draft, event: Event, contact: Contact | None) -> bool:
    return _set_status(draft, event, contact, draft.value("esputnik.order.status-only", "delivered"))


def _cancelled(draft: Draft, event: Event, contact: Contact | None) -> bool:
    return _set_status(draft, event, contact, draft.value("esputnik.order.status-only", "cancelled"))


_CARRIED = {"created": _created, "updated": _updated, "delivered": _delivered, "cancelled": _cancelled}


@rule("esputnik.order.unknown-order")
def _set_status(draft: Draft, event: Event, contact: Contact | None, status: str) -> bool:
    key = as_text(event.values.get("externalOrderId"))
    if not key.strip():
        at = (event.place_of("externalOrderId"),)
        return _ignored(draft, event, [Problem("esputnik.order.required", at, "externalOrderId", "is missing")])
    held = _held(draft, event)
    if held is None:
        at = (event.place_of("externalOrderId"),)
        return _ignored(draft, event, [Problem("esputnik.order.unknown-order", at, more={"order": key})])
    others = _besides_status(draft, event, held, status)
    if others and draft.reading("esputnik.order.status-only") == "status-only":
        for name in others:
            draft.remark("ignored", "esputnik.order.status-only", item=event.item, at=event.place_of(name), key=name)
        others = {}
    return _changed(draft, event, held, {**held, **others, "status": status}, contact)


@rule("esputnik.order.status-only")
def _besides_status(draft: Draft, event: Event, held: Content, status: str) -> dict[str, Any]:
    """The fields of an order that the event gives, and gives otherwise than the order has them."""
    fields = draft.contract.resolve("openapi.yaml#/components/schemas/OrderUpdated/properties")
    given = {name: value for name, value in event.values.items() if name in fields}
    if "items" in given:
        given["items"] = as_held(given["items"])
    kept = {**held, "externalOrderId": given.get("externalOrderId"), **{name: given.get(name) for name in _IDENTIFY}}
    return {
        name: value
        for name, value in given.items()
        if not same(value, kept.get(name)) and not (name == "status" and value == status)
    }


# -- reading an order off an event ------------------------------------------------------------------------------------


@rule("esputnik.order.required", "esputnik.order.status", "esputnik.order.total-cost")
def read(draft: Draft, event: Event, schema: str) -> tuple[dict[str, Any], list[Problem]]:
    """The order in an event's params as it is to be held, and all that makes it ignored, first things first."""
    blank = [name for name in _IDENTIFY if not identifier(draft, event, name)]
    order = {name: value for name, value in event.values.items() if name not in blank}
    validator = draft.contract.validator(f"#/components/schemas/{schema}")
    violations = [] if validator.valid(order) else validator.violations(order)
    broken = [_problem(draft, event, found) for found in violations if not _date_taken(draft, found)]
    problems = list({(problem.rule, problem.subject): problem for problem in broken}.values())
    items, of_items = items_of(draft, event)
    problems += of_items
    if items is not None:
        order["items"] = items
    if items and not problems:
        problems += _prices(draft, event, items, order.get("totalCost"))
    return order, problems


def _problem(draft: Draft, event: Event, found: Violation) -> Problem:
    rule_id = draft.contract.ground_rule(found) or "esputnik.order.required"
    name = str(found.at[0]) if found.at else ""
    subject = found.field or "the order"
    return Problem(rule_id, (event.place_of(name),), subject, problem_of(found), {"given": found.value})


@rule("esputnik.order.date")
def _date_taken(draft: Draft, found: Violation) -> bool:
    """Whether what is wrong is a date that another reading takes."""
    if draft.contract.ground_rule(found) != "esputnik.order.date" or not isinstance(found.value, str):
        return False
    return is_iso8601(found.value) and draft.reading("esputnik.order.date") == "lenient"


@rule("esputnik.order.price-match")
def _prices(draft: Draft, event: Event, items: list[dict[str, Any]], total: Any) -> list[Problem]:
    """What is wrong with an order whose items do not come to its total, where that is the reading."""
    amount = come_to(items)
    if total is None or amount == decimal(total) or draft.reading("esputnik.order.price-match") == "accept":
        return []
    more = {"sum": str(amount), "total": as_text(total)}
    return [Problem("esputnik.order.price-match", (event.place_of("totalCost"),), more=more)]


# -- what becomes of it -----------------------------------------------------------------------------------------------


def _held(draft: Draft, event: Event) -> Content | None:
    return draft.get("orders", as_text(event.values.get("externalOrderId")))


def _for_nobody(draft: Draft, event: Event) -> Problem:
    given = identity(draft, event)
    return Problem("esputnik.contact.must-exist", (event.place,), given, more={"given": given})


def _ignored(draft: Draft, event: Event, problems: list[Problem]) -> bool:
    """The order is ignored for the first problem; the others are told as well."""
    for place, problem in enumerate(problems):
        values: dict[str, Any] = {"field": problem.subject, "problem": problem.problem, **problem.more}
        if place == 0:
            draft.fate("dropped", problem.rule, item=event.item, at=problem.at, key=problem.subject, **values)
        else:
            draft.remark("noted", problem.rule, item=event.item, at=problem.at, key=problem.subject, **values)
    return False


def _make(draft: Draft, event: Event, order: Content, contact: Contact) -> bool:
    _own_ids(draft, event, hold_order(draft, as_text(order["externalOrderId"]), contact["id"], order))
    draft.fate("kept", item=event.item)
    return True


@rule("esputnik.order.own-ids")
def _own_ids(draft: Draft, event: Event, held: Content) -> None:
    """Params that are named as what the vendor gives an order by itself."""
    for name in draft.value("esputnik.order.own-ids", "names"):
        if name in event.values:
            differs = not same(event.values[name], held[name])
            place = event.place_of(name)
            draft.remark("ignored", "esputnik.order.own-ids", item=event.item, at=place, key=name, differs=differs)


@rule("esputnik.order.change-for-nobody")
def _changed(draft: Draft, event: Event, held: Content, order: Content, contact: Contact | None) -> bool:
    if contact is None and draft.reading("esputnik.order.change-for-nobody") == "ignore":
        return _ignored(draft, event, [Problem("esputnik.order.change-for-nobody", (event.place,))])
    return _change(draft, event, held, order, contact)


@rule("esputnik.order.update-merges", "esputnik.order.any-status")
def _change(draft: Draft, event: Event, held: Content, order: Content, contact: Contact | None) -> bool:
    """Update an order that is there. Its contact stays the one that it has."""
    whose = held.get("contactId") if held.get("contactId") is not None else (contact or {}).get("id")
    gone = [name for name in held.keys() - order.keys() - {"orderId", "contactId"} if held[name] is not None]
    content = {**held, **order}
    if gone and draft.reading("esputnik.order.update-merges") == "replace":
        content = dict(order)
        rule_id = "esputnik.order.update-merges"
        draft.remark("overwritten", rule_id, item=event.item, at=event.place, gone=", ".join(sorted(gone)))
    was, given = held.get("status"), order.get("status", held.get("status"))
    if was in draft.value("esputnik.order.any-status", "final") and given != was:
        at = event.place_of("status")
        draft.remark("noted", "esputnik.order.any-status", item=event.item, at=at, held=was, given=given)
    _own_ids(draft, event, hold_order(draft, as_text(order["externalOrderId"]), whose, content))
    draft.fate("updated", item=event.item)
    return True
