"""Hypothesis strategies for orders that break exporters, and `requests`, for calls of a vendor's operations.

Each pool leads with a plain value, so that failing examples shrink to something a reader takes in at once; behind it
come the values that real shops have and exporters stumble over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from mockservers.testing.orders import NEXT, Change, Customer, Line, Order, Status, Subscription
from mockservers.testing.requests_from_contracts import requests

__all__ = [
    "amounts",
    "books",
    "customers",
    "histories",
    "later",
    "lines",
    "moments",
    "orders",
    "requests",
    "subscriptions",
]

NAMES = (
    "Ann",
    "王小明",
    "山田 花子",
    "Олена Шевченко",
    "𠮷野 太郎",
    "Zoë Ångström",
    "Zoe\u0308 A\u030angstro\u0308m",
    'O"Brien, Jr.',
    "ﾔﾏﾀﾞ ﾊﾅｺ",
)
PRODUCTS = (
    "Tea",
    "抹茶ラテ, 12本",
    "Кава «Арабіка», 1 кг",
    'Cup "large"',
    "👨‍👩‍👧 セット",
    "商品\u3000\uff21",
    "50% off & more <b>",
    "back\\slash",
    "café",
)
SKUS = ("P1", "0000123", "4901234567894", "A-1/2", "商品-1", "SKU 7", "00")
AMOUNTS = (
    Decimal(1),
    Decimal("0.10"),
    Decimal("19.99"),
    Decimal("0.30"),
    Decimal("1234567.89"),
    Decimal(0),
    Decimal("1.15"),
    Decimal("33.33"),
    Decimal("99999999.99"),
)
OFFSETS = (9, 8, 0, -5, 3, 5.5, 14)
"""Hours ahead of UTC of the shops' clocks."""

TIMES = (
    time(12, 0),
    time(0, 0),
    time(23, 59, 59),
    time(0, 30),
    time(8, 59, 59),
    time(9, 0),
    time(15, 0),
    time(16, 30, 15, 250_000),
)
DAYS = (
    date(2025, 11, 1),
    date(2025, 11, 2),
    date(2024, 2, 29),
    date(2025, 12, 31),
    date(2026, 1, 1),
    date(2025, 10, 26),
)
CURRENCIES = ("TWD", "JPY", "UAH", "USD")
SIZES = (1, 2, 3, 0, 99, 100, 101, 1_001)
"""How many orders a shop asks to be exported, the edges of the vendors' batches too: for `books`."""

_PHONE_FORMS = (
    "+886912{:06d}",
    "0912{:06d}",
    "0912-{:06d}",
    "+81 90 1234 {:04d}",
    "+380 (50) 123-{:04d}",
    "38050{:07d}",
)


def amounts(*, least: Decimal | None = None) -> st.SearchStrategy[Decimal]:
    """Amounts of two places at most, from zero up, some of which no float holds."""
    some = st.sampled_from([amount for amount in AMOUNTS if least is None or amount >= least])
    low = int((least or Decimal(0)) * 100)
    return some | st.integers(low, 10_000_000).map(lambda cents: Decimal(cents) / 100)


def customers(number: int) -> st.SearchStrategy[Customer]:
    """The shop's customer of a number: e-mail, phone and external id are its own."""
    return st.builds(
        lambda name, phone, mail: Customer(f"{number:06d}", mail.format(number), phone.format(number), name),
        st.sampled_from(NAMES),
        st.sampled_from(_PHONE_FORMS),
        st.sampled_from(("c{}@example.com", "C{}@Example.com", "c+{}@example.co.jp", "first.last{}@sub.example.org")),
    )


def moments(days: Sequence[date] = DAYS, offsets: Sequence[float] = OFFSETS) -> st.SearchStrategy[datetime]:
    """Moments at which shops take orders: around midnight, at several offsets, to the second."""
    return st.builds(
        lambda day, at, offset: datetime.combine(day, at, timezone(timedelta(hours=offset))).replace(microsecond=0),
        st.sampled_from(tuple(days)),
        st.sampled_from(TIMES),
        st.sampled_from(tuple(offsets)),
    )


def _ways(status: Status) -> list[tuple[Status, ...]]:
    return [(status,)] + [(status, *way) for following in NEXT[status] for way in _ways(following)]


WAYS = tuple(sorted(_ways("placed"), key=len))
"""Every way through the statuses, the shortest first."""


def histories(ordered_at: datetime) -> st.SearchStrategy[tuple[Change, ...]]:
    """A way through the statuses, from `placed` on, an hour a step."""
    return st.sampled_from(WAYS).map(
        lambda way: tuple(Change(status, ordered_at + timedelta(hours=step)) for step, status in enumerate(way))
    )


@st.composite
def lines(draw: st.DrawFn, catalogue: int = 0) -> tuple[Line, ...]:
    """The lines of an order, each of another product. A product bears one name throughout a catalogue."""
    chosen = draw(st.lists(st.sampled_from(range(len(SKUS))), min_size=1, max_size=3, unique=True))
    return tuple(
        Line(SKUS[at], PRODUCTS[(at + catalogue) % len(PRODUCTS)], draw(st.integers(1, 5)), draw(amounts()))
        for at in chosen
    )


@st.composite
def orders(
    draw: st.DrawFn,
    number: int = 1,
    customer: Customer | None = None,
    days: Sequence[date] = DAYS,
    catalogue: int = 0,
    currencies: Sequence[str] = CURRENCIES,
    offsets: Sequence[float] = OFFSETS,
) -> Order:
    """An order. `number` makes its id."""
    bought = draw(lines(catalogue))
    ordered_at = draw(moments(days, offsets))
    goods = sum((line.total for line in bought), Decimal(0))
    return Order(
        id=draw(st.sampled_from(("O-{}", "{:08d}", "注文-{}"))).format(number),
        ordered_at=ordered_at,
        customer=customer or draw(customers(number)),
        lines=bought,
        history=draw(histories(ordered_at)),
        discount=min(goods, draw(st.sampled_from((Decimal(0), Decimal(1), Decimal("0.05"))))),
        shipping=draw(st.sampled_from((Decimal(0), Decimal(60), Decimal("4.90")))),
        tax=draw(st.sampled_from((Decimal(0), Decimal("0.10"), Decimal(5)))),
        currency=draw(st.sampled_from(tuple(currencies))),
        coupon=draw(st.sampled_from((None, "AUTUMN-10", "割引, 10%"))),
        channel=draw(st.sampled_from(("web", "store", "app"))),
        attributes=draw(
            st.dictionaries(st.sampled_from(("gift", "のし", "нота")), st.sampled_from(("yes", "はい")), max_size=2)
        ),
    )


@st.composite
def books(
    draw: st.DrawFn,
    sizes: Sequence[int] = (1, 2, 3),
    days: Sequence[date] = DAYS,
    currencies: Sequence[str] = CURRENCIES,
    offsets: Sequence[float] = OFFSETS,
) -> list[Order]:
    """All orders that a shop asks to be exported at once: customers who come back, ids that are unique."""
    size = draw(st.sampled_from(tuple(sizes)))
    known = [draw(customers(number)) for number in range(1, min(size, 3) + 1)]
    varied = min(size, 6)
    catalogue = draw(st.integers(0, len(PRODUCTS) - 1))
    made = [
        draw(orders(number, draw(st.sampled_from(known)), days, catalogue, currencies, offsets))
        for number in range(1, varied + 1)
    ]
    pattern = made[0] if made else None
    for number in range(varied + 1, size + 1):
        # A long book repeats its first order under other ids: size is what it is about, and it stays quick to draw.
        assert pattern is not None
        made.append(_copied(pattern, number))
    return _with_unique_ids(made)


def _copied(order: Order, number: int) -> Order:
    return replace(order, id=f"O-{number}")


def _with_unique_ids(orders_made: list[Order]) -> list[Order]:
    seen: dict[str, Order] = {}
    for order in orders_made:
        seen.setdefault(order.id, order)
    return list(seen.values())


@st.composite
def later(draw: st.DrawFn, order: Order) -> Order:
    """The same order after it moved on by a status; itself where there is nowhere to go."""
    following = NEXT[order.status]
    if not following:
        return order
    return order.moved_to(draw(st.sampled_from(following)), order.history[-1].at + timedelta(hours=1))


def subscriptions(customer: Customer) -> st.SearchStrategy[Subscription]:
    """A customer's subscription."""
    started: st.SearchStrategy[Any] = moments().map(lambda moment: moment.astimezone(UTC))
    return st.builds(
        Subscription,
        st.just(customer),
        st.sampled_from(("Pro", "個人方案", "План «Про»")),
        amounts(least=Decimal("0.01")),
        st.sampled_from(("monthly", "quarterly", "semi-annual", "yearly")),
        started,
    )
