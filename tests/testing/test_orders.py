"""What the strategies reach: the orders, customers and books that break exporters."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import UTC, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from mockservers.testing import strategies
from mockservers.testing.orders import NEXT, Order

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
    "another day in UTC": lambda order: order.business_day != order.ordered_at.astimezone(UTC).date(),
    "a leap day": lambda order: (order.business_day.month, order.business_day.day) == (2, 29),
    "midnight in Japan": lambda order: order.ordered_at.astimezone(JST).time() == time(0),
    "nothing to pay": lambda order: order.total == 0,
    "more than a million": lambda order: order.total > 1_000_000,
    "an amount that no float holds": lambda order: Decimal(float(order.total)) != order.total,
    "a discount": lambda order: order.discount > 0,
    "a refund": lambda order: order.status == "refunded",
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


def test_orders_have_what_breaks_exporters() -> None:
    assert reached(strategies.orders(), ORDERS, 400) == set(ORDERS)


def test_books_have_every_size_and_customers_who_come_back() -> None:
    assert reached(strategies.books(strategies.SIZES), BOOKS, 60) == set(BOOKS)


@given(strategies.books((1, 2, 3, 7)))
def test_a_book_has_every_order_once_and_every_order_adds_up(book: list[Order]) -> None:
    assert len({order.id for order in book}) == len(book)
    for order in book:
        assert order.history[0].status == "placed"
        assert order.history[0].at == order.ordered_at
        assert (
            order.total
            == sum(line.quantity * line.unit_price for line in order.lines) - order.discount + order.shipping
        )
        assert order.total >= 0


@given(st.data())
def test_an_order_moves_on_by_one_status(data: Any) -> None:
    order = data.draw(strategies.orders())
    later = data.draw(strategies.later(order))
    if not NEXT[order.status]:
        assert later == order
    else:
        assert later.status in NEXT[order.status]
        assert later.history[:-1] == order.history
        assert later.history[-1].at > order.history[-1].at
