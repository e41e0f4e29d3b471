"""The strategies for examples of other records: refunds, customers, subscriptions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from mockservers.testing import strategies
from mockservers.testing.conformance.case import Case
from mockservers.testing.conformance.examples import books
from mockservers.testing.conformance.exporter import Exporter
from mockservers.testing.orders import Change, Order, Status


@st.composite
def refunded(draw: st.DrawFn, exporter: Exporter[Any]) -> Case:
    """Paid orders, some of which are refunded or cancelled later."""
    paid = tuple(
        replace(
            order,
            history=(*order.history[:1], Change("paid", order.ordered_at + timedelta(hours=1))),
            refunds=(),
            returns=(),
        )
        for order in draw(books(exporter))
    )
    ends: st.SearchStrategy[Status | None] = st.sampled_from(("refunded", "cancelled", None))
    later = tuple(_ended(order, draw(ends)) for order in paid)
    return Case(paid, later)


def _ended(order: Order, status: Status | None) -> Order:
    return order if status is None else order.moved_to(status, order.history[-1].at + timedelta(hours=1))


@st.composite
def acquainted(draw: st.DrawFn, exporter: Exporter[Any]) -> Case:
    """Customers, some of whom have another name or phone later, and one new customer."""
    first = tuple(draw(strategies.customers(number)) for number in range(1, draw(st.integers(1, 3)) + 1))
    names, phones = st.sampled_from(strategies.NAMES), st.sampled_from(("+886913000001", "+886913000002"))
    later = tuple(
        replace(each, name=draw(names), phone=f"{draw(phones)[:-3]}{each.external_id[-3:]}")
        if draw(st.booleans())
        else each
        for each in first
    )
    more = (draw(strategies.customers(len(first) + 1)),) if draw(st.booleans()) else ()
    return Case((), records=first, records_later=(*later, *more))


@st.composite
def subscribed(draw: st.DrawFn, exporter: Exporter[Any]) -> Case:
    """Subscriptions of known customers, some of which change or are cancelled later."""
    known = [draw(strategies.customers(number)) for number in range(1, draw(st.integers(1, 3)) + 1)]
    first = tuple(draw(strategies.subscriptions(each)) for each in known)
    turns = st.sampled_from(strategies.TURNS)
    return Case((), records=first, records_later=tuple(strategies.turned(each, draw(turns)) for each in first))
