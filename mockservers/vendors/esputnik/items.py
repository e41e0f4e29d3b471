"""The items of an order that comes with an event: raw or as JSON text, each whole, and flat."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation, Overflow, localcontext
from typing import Any

from mockservers.core.draft import Draft
from mockservers.core.formats import decimal
from mockservers.core.jsontext import NotJson, dumps, loads
from mockservers.core.rules import rule
from mockservers.vendors.esputnik.event import Event
from mockservers.vendors.esputnik.parsing import problem_of
from mockservers.vendors.esputnik.problem import Problem


@rule("esputnik.order.items-json")
def items_of(draft: Draft, event: Event) -> tuple[list[dict[str, Any]] | None, list[Problem]]:
    """The items as they are held (None where the event has none), and what makes the order ignored."""
    given = event.values.get("items")
    if given is None or given == "":
        return None, []
    items, problem = _list(given)
    if problem:
        return None, [Problem("esputnik.order.items-json", (event.place_of("items"),), "items", problem)]
    whole, problems = _whole(draft, event, items)
    return [_flat(draft, event, index, item) for index, item in whole], problems


def _list(given: Any) -> tuple[list[Any], str]:
    if isinstance(given, str):
        try:
            given = loads(given.encode("utf-8", "surrogatepass")).value
        except NotJson:
            return [], "is not JSON"
    return (given, "") if isinstance(given, list) else ([], "is not a list")


@rule("esputnik.order.items-required")
def _whole(draft: Draft, event: Event, items: list[Any]) -> tuple[list[tuple[int, dict[str, Any]]], list[Problem]]:
    """(index, item) of the items that are whole; and the problem of those that are not, unless a reading drops them."""
    validator = draft.contract.validator("#/components/schemas/EventOrderItem")
    broken = [(at, validator.violations(item)[0]) for at, item in enumerate(items) if not validator.valid(item)]
    if not broken:
        return list(enumerate(items)), []
    index, first = broken[0]
    places = tuple(event.place_of("items", each, *found.at) for each, found in broken)
    subject = ".".join(["items", str(index), *map(str, first.at)])
    if draft.reading("esputnik.order.items-required") == "item-dropped":
        values: dict[str, Any] = {"field": subject, "problem": problem_of(first), "goes": "the item goes"}
        draft.remark("ignored", "esputnik.order.items-required", item=event.item, at=places, **values)
        dropped = {each for each, _ in broken}
        return [(each, item) for each, item in enumerate(items) if each not in dropped], []
    more = {"goes": "the order goes"}
    return [], [Problem("esputnik.order.items-required", places, subject, problem_of(first), more)]


@rule("esputnik.order.items-nesting")
def _flat(draft: Draft, event: Event, index: int, item: dict[str, Any]) -> dict[str, Any]:
    """An item whose lists and objects are JSON text."""
    for name, value in item.items():
        if isinstance(value, dict | list):
            at = event.place_of("items", index, name)
            draft.remark("coerced", "esputnik.order.items-nesting", item=event.item, at=at, key=name)
    return _as_text_within(item)


def _as_text_within(item: dict[str, Any]) -> dict[str, Any]:
    return {name: dumps(each).decode() if isinstance(each, dict | list) else each for name, each in item.items()}


def as_held(given: Any) -> Any:
    """Items as they would be held, whatever is wrong with them; what is no list stays as it is."""
    items, problem = _list(given)
    if problem:
        return given
    return [_as_text_within(item) if isinstance(item, dict) else item for item in items]


def come_to(items: list[dict[str, Any]]) -> Decimal:
    """The prices of whole items, times their quantities. Amounts beyond all bounds come to infinity, or to nothing."""
    with localcontext() as context:
        context.traps[Overflow] = context.traps[InvalidOperation] = False
        return sum((_amount(item["cost"]) * _amount(item["quantity"]) for item in items), Decimal(0))


def _amount(value: Any) -> Decimal:
    return decimal(value) or Decimal(0)
