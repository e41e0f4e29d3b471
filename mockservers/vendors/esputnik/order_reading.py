"""An order read off the params of an event, and all that makes it ignored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from mockservers.core.contract.validation import Violation
from mockservers.core.deciding.draft import Draft
from mockservers.core.values.formats import decimal
from mockservers.core.values.iso8601 import is_iso8601
from mockservers.vendors.esputnik.event import Event, as_text
from mockservers.vendors.esputnik.identifiers import identifier
from mockservers.vendors.esputnik.items import come_to, items_of
from mockservers.vendors.esputnik.parsing import problem_of
from mockservers.vendors.esputnik.problem import Problem

IDENTIFY = ("externalCustomerId", "email", "phone")
"""The params that say whose an order is."""


def read(draft: Draft, event: Event, schema: str) -> tuple[dict[str, Any], list[Problem]]:
    """The order in an event's params as it is to be held, and all that makes it ignored, first things first.

    Rule: `esputnik.order.total-cost`.
    """
    blank = [name for name in IDENTIFY if not identifier(draft, event, name)]
    order = {name: value for name, value in event.values.items() if name not in blank}
    validator = draft.contract.validator(f"#/components/schemas/{schema}")
    violations = [] if validator.valid(order) else validator.violations(order)
    broken = [_problem(draft, event, found) for found in violations if not _is_taken(draft, found)]
    problems = list({(problem.rule, problem.subject): problem for problem in broken}.values())
    items, of_items = items_of(draft, event)
    problems += of_items
    order.pop("items", None)
    if items is not None:
        order["items"] = items
    if items and not problems:
        problems += _prices(draft, event, items, order.get("totalCost"))
    problems += _currency(draft, event, order.get("currency"))
    return order, problems


def _problem(draft: Draft, event: Event, found: Violation) -> Problem:
    rule_id = draft.contract.ground_rule(found) or "esputnik.order.required"
    name = str(found.at[0]) if found.at else ""
    subject = found.field or "the order"
    return Problem(rule_id, (event.place_of(name),), subject, problem_of(found), {"given": found.value})


def _is_taken(draft: Draft, found: Violation) -> bool:
    """Whether what is wrong is a date or a status that another reading takes."""
    rule_id = draft.contract.ground_rule(found)
    if not isinstance(found.value, str):
        return False
    if rule_id == "esputnik.order.date":
        return is_iso8601(found.value) and draft.reading(rule_id) == "lenient"
    return rule_id == "esputnik.order.status" and draft.reading(rule_id) == "kept-as-sent"


def _prices(draft: Draft, event: Event, items: list[dict[str, Any]], total: Any) -> list[Problem]:
    """What is wrong with an order whose items do not come to its total, where that is the reading."""
    amount = come_to(items)
    if total is None or amount == decimal(total) or draft.reading("esputnik.order.price-match") == "accept":
        return []
    more = {"sum": str(amount), "total": as_text(total)}
    return [Problem("esputnik.order.price-match", (event.place_of("totalCost"),), more=more)]


def _currency(draft: Draft, event: Event, given: Any) -> Iterator[Problem]:
    if given is not None and not is_currency(draft, given):
        at = (event.place_of("currency"),)
        yield Problem("esputnik.order.currency", at, "currency", "is not a code of ISO 4217", {"given": given})


def is_currency(draft: Draft, given: Any) -> bool:
    """Whether a currency is taken: a code of ISO 4217, or anything unless the reading is another."""
    codes = draft.contract.validator("#/components/schemas/Currency")
    return codes.valid(given) or draft.reading("esputnik.order.currency") == "accept"


def to_make_it(problem: Problem) -> Problem:
    """What an update lacks only because its order is not there yet."""
    return (
        replace(problem, rule="esputnik.order.update-creates") if problem.rule == "esputnik.order.required" else problem
    )
