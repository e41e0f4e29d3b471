"""The order in the params of an event, and the problems for which the vendor ignores it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mockservers.core.contract.validation import Violation
from mockservers.core.deciding.draft import Draft
from mockservers.core.value import replace
from mockservers.core.values.formats import FORMATS, decimal
from mockservers.vendors.esputnik.event import Event
from mockservers.vendors.esputnik.identifiers import identifier_value
from mockservers.vendors.esputnik.order_items import read_items, total_price
from mockservers.vendors.esputnik.order_problem import OrderProblem
from mockservers.vendors.esputnik.order_source import with_known_source
from mockservers.vendors.esputnik.scalars import as_text
from mockservers.vendors.esputnik.violations import problem_of

CONTACT_PARAMS = ("externalCustomerId", "email", "phone")
"""The params that identify an order's contact."""


def read_order(draft: Draft, event: Event, schema: str) -> tuple[dict[str, Any], list[OrderProblem]]:
    """Return the order in an event's params as it is stored, and its problems, the first of which counts.

    Rule: `esputnik.order.total-cost`.
    """
    blank = [name for name in CONTACT_PARAMS if not identifier_value(draft, event, name)]
    order = {name: value for name, value in event.values.items() if name not in blank}
    validator = draft.contract.validator(f"#/components/schemas/{schema}")
    violations = [] if validator.valid(order) else validator.violations(order)
    violated = [_problem(draft, event, violation) for violation in violations if not _is_accepted(draft, violation)]
    problems = list({(problem.rule, problem.subject): problem for problem in violated}.values())
    items, item_problems = read_items(draft, event)
    problems += item_problems
    order.pop("items", None)
    if items is not None:
        order["items"] = items
    if items and not problems:
        problems += _price_problem(draft, event, items, order.get("totalCost"))
    problems += _currency_problem(draft, event, order.get("currency"))
    if not problems:
        order = with_known_source(draft, order, event.item, event.place_of("source"))
    return order, problems


def _problem(draft: Draft, event: Event, violation: Violation) -> OrderProblem:
    rule_id = draft.contract.ground_rule(violation) or "esputnik.order.required"
    name = str(violation.at[0]) if violation.at else ""
    subject = violation.field or "the order"
    return OrderProblem(rule_id, (event.place_of(name),), subject, problem_of(violation), {"given": violation.value})


def _is_accepted(draft: Draft, violation: Violation) -> bool:
    """Whether a violation is a date or a status that the reading in force accepts."""
    rule_id = draft.contract.ground_rule(violation)
    if not isinstance(violation.value, str):
        return False
    if rule_id == "esputnik.order.date":
        return FORMATS["date-time-or-iso8601"](violation.value) and draft.reading(rule_id) == "lenient"
    return rule_id == "esputnik.order.status" and draft.reading(rule_id) == "kept-as-sent"


def _price_problem(draft: Draft, event: Event, items: list[dict[str, Any]], total: Any) -> list[OrderProblem]:
    """The problem of an order whose items do not add up to its total, if that is the reading."""
    amount = total_price(items)
    if total is None or amount == decimal(total) or draft.reading("esputnik.order.price-match") == "accept":
        return []
    more = {"sum": str(amount), "total": as_text(total)}
    return [OrderProblem("esputnik.order.price-match", (event.place_of("totalCost"),), more=more)]


def _currency_problem(draft: Draft, event: Event, currency: Any) -> Iterator[OrderProblem]:
    if currency is not None and not is_currency(draft, currency):
        at = (event.place_of("currency"),)
        yield OrderProblem("esputnik.order.currency", at, "currency", "is not a code of ISO 4217", {"given": currency})


def is_currency(draft: Draft, currency: Any) -> bool:
    """Whether a currency is accepted: an ISO 4217 code, or any text under the default reading."""
    codes = draft.contract.validator("#/components/schemas/Currency")
    return codes.valid(currency) or draft.reading("esputnik.order.currency") == "accept"


def as_creation_problem(problem: OrderProblem) -> OrderProblem:
    """Return the problem, with its own rule, of a field that an update lacks because its order does not exist."""
    is_missing_field = problem.rule == "esputnik.order.required"
    return replace(problem, rule="esputnik.order.update-creates") if is_missing_field else problem
