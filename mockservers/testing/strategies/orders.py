"""Strategies for orders, and for books: all orders of one export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from mockservers.testing.currencies import minor_unit
from mockservers.testing.orders import NEXT, Change, Customer, Fee, Order, Presentment, Status
from mockservers.testing.strategies.changes import refunded_in_part, returned
from mockservers.testing.strategies.lines import SELDOM, lines
from mockservers.testing.strategies.pools import (
    CURRENCIES,
    DAYS,
    DISCOUNTS,
    FEES,
    KNOWN_BY,
    OFFSETS,
    PAYMENT_METHODS,
    PRODUCTS,
    SHIPPING,
    addresses,
    among,
    customers,
    known_by,
    moments,
    of_places,
)


def _ways(status: Status) -> list[tuple[Status, ...]]:
    return [(status,)] + [(status, *way) for following in NEXT[status] for way in _ways(following)]


WAYS = tuple(sorted(_ways("placed"), key=len))
"""Every possible sequence of statuses, the shortest first."""


@cache
def _ways_to(status: Status) -> tuple[tuple[Status, ...], ...]:
    return tuple(way for way in WAYS if way[-1] == status)


_SOMETIMES = st.sampled_from((False, True))
_DETAILS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "coupon": st.sampled_from((None, "AUTUMN-10", "割引, 10%")),
        "channel": st.sampled_from(("web", "store", "app")),
        "attributes": st.dictionaries(
            st.sampled_from(("gift", "のし", "нота")), st.sampled_from(("yes", "はい")), max_size=2
        ),
        "payment_method": st.sampled_from(PAYMENT_METHODS),
        "bill_to": addresses(),
        "ship_to": addresses(),
    }
)
"""Values of orders that vendors hold only in part."""

_ENDS = tuple(sorted(NEXT, key=lambda status: len(_ways_to(status)[0])))


def history_of(way: Sequence[Status], ordered_at: datetime) -> tuple[Change, ...]:
    """A sequence of statuses as changes, with an hour between them."""
    return tuple(Change(status, ordered_at + timedelta(hours=step)) for step, status in enumerate(way))


def histories(ordered_at: datetime) -> st.SearchStrategy[tuple[Change, ...]]:
    """A sequence of statuses, from `placed` on, with an hour between them. Every last status is equally likely."""
    ways = among(_ENDS).flatmap(lambda status: among(_ways_to(status)))
    return ways.map(lambda way: history_of(way, ordered_at))


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
    """An order. Its id is made from `number`. Its amounts have as many decimals as its currency."""
    currency = draw(among(currencies))
    places = minor_unit(currency)
    bought = draw(lines(catalogue, places))
    ordered_at = draw(moments(days, offsets))
    goods = sum((line.total for line in bought), Decimal(0))
    order = Order(
        id=draw(among(("O-{}", "{:08d}", "注文-{}"))).format(number),
        ordered_at=ordered_at,
        customer=customer or known_by(draw(customers(number)), draw(among(("account", *KNOWN_BY)))),
        lines=bought,
        history=draw(histories(ordered_at)),
        discount=min(goods, draw(among(of_places(DISCOUNTS, places)))),
        shipping=draw(among(of_places(SHIPPING, places))),
        tax=sum((line.tax for line in bought), Decimal(0)),
        currency=currency,
        **(draw(_DETAILS) if draw(_SOMETIMES) else {}),
    )
    return draw(_afterwards(draw(_with_extras(order, places, tuple(currencies)))))


@st.composite
def _with_extras(draw: st.DrawFn, order: Order, places: int, currencies: Sequence[str]) -> Order:
    """The order, perhaps with fees, a gift card, or a total in the customer's currency."""
    if draw(SELDOM):
        fees = [Fee(name, amount) for name, amount in FEES if amount == round(amount, places)]
        order = replace(order, fees=tuple(draw(st.lists(among(fees), min_size=1, max_size=2, unique=True))))
    if order.total and draw(SELDOM):
        units = draw(st.integers(1, int(order.total.scaleb(places))))
        order = replace(order, gift_card=Decimal(units).scaleb(-places))
    others = [currency for currency in currencies if currency != order.currency]
    if draw(SELDOM) and others:
        seen = draw(among(others))
        total = round(order.total * draw(among((Decimal(3), Decimal("0.031")))), minor_unit(seen))
        order = replace(order, presentment=Presentment(seen, total))
    return order


@st.composite
def _afterwards(draw: st.DrawFn, order: Order) -> Order:
    """The order with the refunds that its history implies, and perhaps a return."""
    at = order.at("partially-refunded")
    if at is not None:
        order = draw(refunded_in_part(order, at))
    ended = order.at("refunded")
    if ended is not None:
        way = order.history
        order = replace(order, history=way[:-1]).moved_to("refunded", ended)
    if order.at("delivered") is not None and draw(_SOMETIMES):
        order = draw(returned(order))
    return order


@st.composite
def books(
    draw: st.DrawFn,
    sizes: Sequence[int] = (1, 2, 3),
    days: Sequence[date] = DAYS,
    currencies: Sequence[str] = CURRENCIES,
    offsets: Sequence[float] = OFFSETS,
) -> list[Order]:
    """All orders of one export: returning customers, guests, unique ids."""
    size = draw(among(sizes))
    known = [
        known_by(draw(customers(number)), draw(among(("account", "account", *KNOWN_BY))))
        for number in range(1, min(size, 3) + 1)
    ]
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
        made.append(replace(pattern, id=f"O-{number}"))
    return _with_unique_ids(made)


def _with_unique_ids(orders_made: list[Order]) -> list[Order]:
    seen: dict[str, Order] = {}
    for order in orders_made:
        seen.setdefault(order.id, order)
    return list(seen.values())
