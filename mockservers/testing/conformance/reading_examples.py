"""Examples under other readings of the vendor's page, with orders that fit them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from mockservers.testing.conformance.case import Case
from mockservers.testing.conformance.exporter import Exporter
from mockservers.testing.orders import Line, Order
from mockservers.testing.orders.model import ZERO


@st.composite
def under_readings(draw: st.DrawFn, exporter: Exporter[Any], cases: st.SearchStrategy[Case]) -> Case:
    """The cases, half of them under readings that a correct exporter can recover from, up to three at once."""
    case = draw(cases)
    if not draw(st.booleans()):
        return case
    choices = st.sampled_from((None, *exporter.other_readings(recoverable=True)))
    # Three single values instead of a list: each then shrinks to the default reading.
    drawn = [draw(choices) for _ in range(3)]
    return suitable(exporter, replace(case, readings=dict(choice for choice in drawn if choice)))


def suitable(exporter: Exporter[Any], case: Case) -> Case:
    """The case with orders that fit its readings: without discount and shipping if these do not allow them."""
    if exporter.plain_under.isdisjoint(case.readings):
        return case
    return replace(case, orders=_plain(case.orders), later=_plain(case.later))


def _plain(orders: Sequence[Order]) -> tuple[Order, ...]:
    return tuple(
        replace(order, lines=tuple(map(_plain_line, order.lines)), discount=ZERO, shipping=ZERO, fees=())
        for order in orders
    )


def _plain_line(line: Line) -> Line:
    return replace(line, discount=ZERO, tax=ZERO, tax_included=True)
