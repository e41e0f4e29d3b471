"""What the strategies reach: the orders, customers and books that break exporters."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from datetime import UTC, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from mockservers.testing import strategies
from mockservers.testing.currencies import minor_unit
from mockservers.testing.orders import NEXT, STATUSES, Order, Subscription, as_json, from_json
from mockservers.testing.orders.shapes import SUBSCRIPTION_SHAPES, subscription_shapes

JST = timezone(timedelta(hours=9))
ALL = list(HealthCheck)


def has(script: str) -> Callable[[str], bool]:
    return lambda text: any(script in unicodedata.name(letter, "") for letter in text)


def product(wanted: Callable[[str], bool]) -> Callable[[Order], bool]:
    return lambda order: any(wanted(line.name) for line in order.lines)


ORDERS: dict[str, Callable[[Order], bool]] = {
    "a product in CJK": product(has("CJK")),
    "a product in Cyrillic": product(has("CYRILLIC")),
    "a product with an emoji": product(lambda name: "\u200d" in name),
    "a product with a comma": product(lambda name: "," in name),
    "a product with a quote": product(lambda name: '"' in name),
    "a customer in CJK": lambda order: has("CJK")(order.customer.name),
    "a customer with combining letters": lambda order: any(map(unicodedata.combining, order.customer.name)),
    "an e-mail in capitals": lambda order: order.customer.email != order.customer.email.lower(),
    "a local phone": lambda order: order.customer.phone.startswith("09"),
    "a phone with its country": lambda order: order.customer.phone.startswith("+380"),
    "a code with zeros before it": lambda order: any(line.sku.startswith("00") for line in order.lines),
    "a product on two lines": lambda order: len({line.sku for line in order.lines}) < len(order.lines),
    "a line that is given away": lambda order: order.total > 0 and any(line.unit_price == 0 for line in order.lines),
    "yen": lambda order: order.currency == "JPY",
    "another day in UTC": lambda order: order.business_day != order.ordered_at.astimezone(UTC).date(),
    "a leap day": lambda order: (order.business_day.month, order.business_day.day) == (2, 29),
    "midnight in Japan": lambda order: order.ordered_at.astimezone(JST).time() == time(0),
    "nothing to pay": lambda order: order.total == 0,
    "more than a million": lambda order: order.total > 1_000_000,
    "an amount that no float holds": lambda order: Decimal(float(order.total)) != order.total,
    "a discount": lambda order: order.discount > 0,
    "a refund": lambda order: order.status == "refunded",
    "a refund by line": lambda order: order.status == "partially-refunded" and bool(order.refunds[-1].pieces),
    "a refund by amount": lambda order: order.status == "partially-refunded" and not order.refunds[-1].pieces,
    "a return": lambda order: any(not line.instead_of for line in order.lines) and bool(order.returns),
    "an exchange": lambda order: any(line.instead_of for line in order.lines),
    "an exchange at another price": lambda order: any(line.instead_of and line.total for line in order.lines),
    "a bundle": lambda order: any(line.part_of for line in order.lines),
    "a discount by line": lambda order: any(line.discount for line in order.lines),
    "tax inside the price": lambda order: any(line.tax and line.tax_included for line in order.lines),
    "tax on top of the price": lambda order: any(line.tax and not line.tax_included for line in order.lines),
    "more than three lines": lambda order: len(order.lines) > 3,
    "a fee": lambda order: bool(order.fees),
    "a gift card": lambda order: order.gift_card > 0,
    "two currencies": lambda order: order.presentment is not None,
    "a guest with an e-mail alone": lambda order: not order.customer.external_id and not order.customer.phone,
    "a guest with a phone alone": lambda order: not order.customer.external_id and not order.customer.email,
    "an account without an e-mail": lambda order: bool(order.customer.external_id) and not order.customer.email,
    "addresses": lambda order: order.bill_to is not None and order.ship_to is not None,
    **{f"an order that is {status}": lambda order, status=status: order.status == status for status in STATUSES},  # type: ignore[misc]
}
BOOKS: dict[str, Callable[[list[Order]], bool]] = {
    "a customer who comes back": lambda book: len({order.customer.id for order in book}) < len(book),
    **{f"{size} orders": lambda book, size=size: len(book) == size for size in strategies.SIZES},  # type: ignore[misc]
}


def reached(strategy: st.SearchStrategy[Any], wanted: dict[str, Callable[[Any], bool]], examples: int) -> set[str]:
    """The names of what some of a few hundred examples have."""
    found: set[str] = set()

    @seed(1)
    @settings(max_examples=examples, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=ALL)
    @given(strategy)
    def look(example: Any) -> None:
        found.update(name for name, has_it in wanted.items() if has_it(example))

    look()
    return found


def test_drawn_orders_reach_what_breaks_exporters() -> None:
    assert reached(strategies.orders(), ORDERS, 400) == set(ORDERS)


def test_drawn_books_have_every_size_and_returning_customers() -> None:
    assert reached(strategies.books(strategies.SIZES), BOOKS, 200) == set(BOOKS)


@given(strategies.books((1, 2, 3, 7)))
def test_a_book_has_every_order_once_and_every_order_adds_up(book: list[Order]) -> None:
    assert len({order.id for order in book}) == len(book)
    for order in book:
        assert order.history[0].status == "placed"
        assert order.history[0].at == order.ordered_at
        assert order.total == sum(line.total for line in order.lines) - order.discount + order.shipping + sum(
            fee.amount for fee in order.fees
        )
        assert 0 <= order.refunded <= order.total
        assert order.gift_card <= order.total
        known = {line.id for line in order.lines}
        assert len(known) == len(order.lines)
        assert {name for line in order.lines for name in (line.part_of, line.instead_of) if name} <= known


@given(strategies.orders())
def test_an_order_is_read_back_from_the_json_that_programs_are_given(order: Order) -> None:
    assert from_json(Order, json.loads(json.dumps(as_json(order)))) == order


@given(strategies.customers(1).flatmap(strategies.subscriptions))
def test_a_subscription_is_read_back_with_its_customer(subscription: Subscription) -> None:
    assert from_json(Subscription, json.loads(json.dumps(as_json(subscription)))) == subscription


def test_a_subscription_may_have_any_status_from_the_first_export_on() -> None:
    drawn: set[str] = set()

    @settings(max_examples=100, database=None, derandomize=True)
    @given(strategies.customers(1).flatmap(strategies.subscriptions))
    def look(subscription: Subscription) -> None:
        drawn.update(subscription_shapes([subscription]))
        if subscription.status == "cancelled":
            assert {strategies.turned(subscription, turn) for turn in strategies.TURNS} == {subscription}

    look()
    assert drawn == set(SUBSCRIPTION_SHAPES)


@given(strategies.orders())
def test_amounts_have_the_decimals_of_their_currency(order: Order) -> None:
    unit = Decimal(1).scaleb(-minor_unit(order.currency))
    lines = [amount for line in order.lines for amount in (line.unit_price, line.discount, line.tax, line.total)]
    amounts = [*lines, order.discount, order.shipping, order.tax, order.total, order.gift_card, order.refunded]
    assert [amount for amount in amounts if amount % unit] == []


@pytest.mark.parametrize(("currency", "decimals"), [("JPY", 0), ("TWD", 2), ("UAH", 2), ("USD", 2), ("KWD", 3)])
def test_minor_units_are_those_of_iso_4217(currency: str, decimals: int) -> None:
    assert minor_unit(currency) == decimals


@given(st.data())
def test_an_order_advances_by_one_status(data: Any) -> None:
    order = data.draw(strategies.orders())
    later = data.draw(strategies.later(order))
    if not NEXT[order.status]:
        assert later == order
    else:
        assert later.status in NEXT[order.status]
        assert later.history[:-1] == order.history
        assert later.history[-1].at > order.history[-1].at
