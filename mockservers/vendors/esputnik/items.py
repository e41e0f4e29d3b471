"""The items of an order that comes with an event: raw or as JSON text, each whole, and flat."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation, Overflow, localcontext
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.values.formats import decimal
from mockservers.core.values.json_text import NotJson, dumps, loads
from mockservers.vendors.esputnik.event import Event
from mockservers.vendors.esputnik.parsing import note_repeated_key, problem_of
from mockservers.vendors.esputnik.problem import Problem


def items_of(draft: Draft, event: Event) -> tuple[list[dict[str, Any]] | None, list[Problem]]:
    """The items as they are held (None where the event has none), and what makes the order ignored."""
    given = event.values.get("items")
    if is_absent(given):
        return None, []
    items, duplicates, problem = _list(given)
    if problem:
        return None, _not_a_list(draft, event, problem)
    _note_repeated_keys(draft, event, items, duplicates)
    whole, problems = _whole(draft, event, items)
    return [_flat(draft, event, index, item) for index, item in whole], problems


def is_absent(given: Any) -> bool:
    """Whether items are not given at all: null, and text that is blank. An empty list is given."""
    return given is None or (isinstance(given, str) and not given.strip())


def _list(given: Any) -> tuple[list[Any], tuple[tuple[str, Any], ...], str]:
    """The list that items are, raw or as JSON text; the keys that its text repeats; and what is wrong with it."""
    duplicates: tuple[tuple[str, Any], ...] = ()
    if isinstance(given, str):
        try:
            text = loads(given.encode("utf-8", "surrogatepass"))
        except NotJson:
            return [], (), "is not JSON"
        given, duplicates = text.value, text.duplicates
    return (given, duplicates, "") if isinstance(given, list) else ([], (), "is not a list")


def _not_a_list(draft: Draft, event: Event, problem: str) -> list[Problem]:
    """The problem of items that are no list, unless a reading leaves them out."""
    rule_id, at = "esputnik.order.items-json", (event.place_of("items"),)
    if draft.reading(rule_id) == "items-dropped":
        values: dict[str, Any] = {"field": "items", "problem": problem, "goes": "they are left out of the order"}
        draft.note("ignored", rule_id, item=event.item, at=at, key="items", **values)
        return []
    return [Problem(rule_id, at, "items", problem, {"goes": "the order is ignored"})]


def _whole(draft: Draft, event: Event, items: list[Any]) -> tuple[list[tuple[int, dict[str, Any]]], list[Problem]]:
    """(index, item) of the items that are whole; and the problem of those that are not, unless a reading drops them."""
    validator = draft.contract.validator("#/components/schemas/EventOrderItem")
    broken = [(at, validator.violations(item)[0]) for at, item in enumerate(items) if not validator.valid(item)]
    if not broken:
        return list(enumerate(items)), _blank(draft, event, items)
    index, first = broken[0]
    places = tuple(event.place_of("items", each, *found.at) for each, found in broken)
    subject = ".".join(["items", str(index), *map(str, first.at)])
    if draft.reading("esputnik.order.items-required") == "item-dropped":
        values: dict[str, Any] = {"field": subject, "problem": problem_of(first), "goes": "the item goes"}
        draft.note("ignored", "esputnik.order.items-required", item=event.item, at=places, **values)
        dropped = {each for each, _ in broken}
        return [(each, item) for each, item in enumerate(items) if each not in dropped], []
    more = {"goes": "the order goes"}
    return [], [Problem("esputnik.order.items-required", places, subject, problem_of(first), more)]


def _blank(draft: Draft, event: Event, items: list[dict[str, Any]]) -> list[Problem]:
    """The problem of items with a required text that is blank, where the reading takes it for missing."""
    rule_id = "esputnik.order.items-blank"
    names = draft.value(rule_id, "names")
    blank = [(at, name) for at, item in enumerate(items) for name in names if _is_blank(item.get(name))]
    if not blank or draft.reading(rule_id) == "kept":
        return []
    at, name = blank[0]
    return [Problem(rule_id, tuple(event.place_of("items", *each) for each in blank), f"items.{at}.{name}", "is blank")]


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()


def _flat(draft: Draft, event: Event, index: int, item: dict[str, Any]) -> dict[str, Any]:
    """An item whose lists and objects are JSON text."""
    for name, value in item.items():
        if isinstance(value, dict | list):
            at = event.place_of("items", index, name)
            draft.note("coerced", "esputnik.order.items-nesting", item=event.item, at=at, key=name)
    return _as_text_within(item)


def _as_text_within(item: dict[str, Any]) -> dict[str, Any]:
    return {name: dumps(each).decode() if isinstance(each, dict | list) else each for name, each in item.items()}


def note_repeated_keys_within(draft: Draft, event: Event) -> None:
    """Note on each key that stands twice in an object of items that are JSON text, whatever is wrong with them."""
    given = event.values.get("items")
    if not is_absent(given):
        items, duplicates, _ = _list(given)
        _note_repeated_keys(draft, event, items, duplicates)


def _note_repeated_keys(draft: Draft, event: Event, items: Any, duplicates: Iterable[tuple[str, Any]]) -> None:
    for at, lost in duplicates:
        note_repeated_key(draft, event.place_of("items") + at, items, (at, lost), event.item)


def come_to(items: list[dict[str, Any]]) -> Decimal:
    """The prices of whole items, times their quantities. Amounts beyond all bounds come to infinity, or to nothing."""
    with localcontext() as context:
        context.traps[Overflow] = context.traps[InvalidOperation] = False
        return sum((_amount(item["cost"]) * _amount(item["quantity"]) for item in items), Decimal(0))


def _amount(value: Any) -> Decimal:
    return decimal(value) or Decimal(0)
