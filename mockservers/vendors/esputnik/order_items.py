"""The items of an event's order: raw or JSON text, each valid, and stored flat."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation, Overflow, localcontext
from typing import Any

from mockservers.core.deciding.draft import Draft
from mockservers.core.value import replace
from mockservers.core.values.equality import At
from mockservers.core.values.formats import decimal
from mockservers.core.values.json_text import NotJson, dumps, loads
from mockservers.vendors.esputnik.event import Event
from mockservers.vendors.esputnik.ignored_keys import note_repeated_key
from mockservers.vendors.esputnik.order_problem import OrderProblem
from mockservers.vendors.esputnik.violations import problem_of


def read_items(draft: Draft, event: Event) -> tuple[list[dict[str, Any]] | None, list[OrderProblem]]:
    """Return the items as they are stored (None if the event has none), and the problems of the order."""
    value = event.values.get("items")
    if is_absent(value):
        return None, []
    items, duplicates, problem = _parse_list(value)
    if problem:
        return None, _list_problem(draft, event, problem)
    _note_repeated_keys(draft, event, items, duplicates)
    valid, problems = _valid_items(draft, event, items)
    return [_flatten(draft, event, index, item) for index, item in valid], problems


def is_absent(value: Any) -> bool:
    """Whether there are no items: null or blank text. An empty list is present."""
    return value is None or (isinstance(value, str) and not value.strip())


def _parse_list(value: Any) -> tuple[list[Any], tuple[tuple[str, Any], ...], str]:
    """Parse items, raw or JSON text: the list, the repeated keys of its text, and its problem."""
    duplicates: tuple[tuple[str, Any], ...] = ()
    if isinstance(value, str):
        try:
            text = loads(value.encode("utf-8", "surrogatepass"))
        except NotJson:
            return [], (), "is not JSON"
        value, duplicates = text.value, text.duplicates
    return (value, duplicates, "") if isinstance(value, list) else ([], (), "is not a list")


def _list_problem(draft: Draft, event: Event, problem: str) -> list[OrderProblem]:
    """The problem of items that are not a list, unless a reading leaves them out."""
    rule_id, at = "esputnik.order.items-json", (event.place_of("items"),)
    if draft.reading(rule_id) == "items-dropped":
        values: dict[str, Any] = {"field": "items", "problem": problem, "goes": "they are left out of the order"}
        draft.note("ignored", rule_id, item=event.item, at=at, key="items", **values)
        return []
    return [OrderProblem(rule_id, at, "items", problem, {"goes": "the order is ignored"})]


def _valid_items(
    draft: Draft, event: Event, items: list[Any]
) -> tuple[list[tuple[int, dict[str, Any]]], list[OrderProblem]]:
    """(index, item) of the complete items; and the problem of the others, unless a reading drops them."""
    incomplete = [(at, _incomplete(draft, item)) for at, item in enumerate(items)]
    problems = [_item_problem(event, at, *problem) for at, problem in incomplete if problem is not None]
    if problems and draft.reading("esputnik.order.items-required") == "order-ignored":
        places = tuple(problem.at[0] for problem in problems if problem.rule == problems[0].rule)
        return [], [replace(problems[0], at=places, more={"goes": "the order is ignored"})]
    for problem in problems:
        values: dict[str, Any] = {
            "field": problem.subject,
            "problem": problem.problem,
            "goes": "the item is left out of the order",
        }
        draft.note("ignored", problem.rule, item=event.item, at=problem.at, **values)
    return [(at, items[at]) for at, problem in incomplete if problem is None], []


def _incomplete(draft: Draft, item: Any) -> tuple[str, At, str] | None:
    """(rule, place in the item, problem) of an item that lacks something; a blank text is a reading."""
    validator = draft.contract.validator("#/components/schemas/EventOrderItem")
    if not validator.valid(item):
        violation = validator.violations(item)[0]
        return "esputnik.order.items-required", violation.at, problem_of(violation)
    rule_id = "esputnik.order.items-blank"
    blank = next((name for name in draft.value(rule_id, "names") if _is_blank(item.get(name))), None)
    if blank is None or draft.reading(rule_id) == "kept":
        return None
    return rule_id, (blank,), "is blank"


def _item_problem(event: Event, index: int, rule_id: str, at: At, problem: str) -> OrderProblem:
    subject = ".".join(["items", str(index), *map(str, at)])
    return OrderProblem(rule_id, (event.place_of("items", index, *at),), subject, problem)


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()


def _flatten(draft: Draft, event: Event, index: int, item: dict[str, Any]) -> dict[str, Any]:
    """Return an item with its lists and objects as JSON text."""
    for name, value in item.items():
        if isinstance(value, dict | list):
            at = event.place_of("items", index, name)
            draft.note("coerced", "esputnik.order.items-nesting", item=event.item, at=at, key=name)
    return _with_json_text(item)


def _with_json_text(item: dict[str, Any]) -> dict[str, Any]:
    return {name: dumps(each).decode() if isinstance(each, dict | list) else each for name, each in item.items()}


def note_repeated_item_keys(draft: Draft, event: Event) -> None:
    """Note each repeated key in items that are JSON text, valid or not."""
    value = event.values.get("items")
    if not is_absent(value):
        items, duplicates, _ = _parse_list(value)
        _note_repeated_keys(draft, event, items, duplicates)


def _note_repeated_keys(draft: Draft, event: Event, items: Any, duplicates: Iterable[tuple[str, Any]]) -> None:
    for at, lost in duplicates:
        note_repeated_key(draft, event.place_of("items") + at, items, (at, lost), event.item)


def total_price(items: list[dict[str, Any]]) -> Decimal:
    """The sum of price times quantity of valid items. Amounts out of range become infinity or zero."""
    with localcontext() as context:
        context.traps[Overflow] = context.traps[InvalidOperation] = False
        return sum((_amount(item["cost"]) * _amount(item["quantity"]) for item in items), Decimal(0))


def _amount(value: Any) -> Decimal:
    return decimal(value) or Decimal(0)
