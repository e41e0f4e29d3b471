"""Strategies for the lines of an order: repeated products, gifts, bundles, discounts, tax inside prices or on top."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from hypothesis import strategies as st

from mockservers.testing.orders import Line
from mockservers.testing.strategies.pools import PRODUCTS, SKUS, TAX_RATES, among, amounts

MANY = 12
"""The numbers of lines of a long order: more than the usual three."""

SELDOM = st.sampled_from((False, False, False, False, True))
"""Whether an order has a rare feature."""


@cache
def _chosen(most: int) -> st.SearchStrategy[list[int]]:
    """The places of the products of an order."""
    return st.lists(st.sampled_from(range(len(SKUS))), min_size=1, max_size=most)


_PIECES = st.integers(1, 5)


@st.composite
def lines(draw: st.DrawFn, catalogue: int = 0, places: int = 2) -> tuple[Line, ...]:
    """The lines of an order: a product may be on two lines, for example once as a gift.

    A product bears one name throughout a catalogue. Prices, discounts and taxes have so many decimals. Either all
    prices of an order contain their tax or none does.
    """
    most = MANY if draw(SELDOM) else 3
    chosen = draw(_chosen(most))
    bought = [(at, draw(_PIECES), draw(amounts(places=places))) for at in chosen]
    if draw(SELDOM):
        bought.append((chosen[0], 1, Decimal(0)))
    made = [
        Line(str(number), SKUS[at], PRODUCTS[(at + catalogue) % len(PRODUCTS)], quantity, price)
        for number, (at, quantity, price) in enumerate(bought, 1)
    ]
    if draw(SELDOM):
        made = _bundled(made)
    if draw(SELDOM):
        made = [discounted(line, draw(amounts(places=places))) for line in made]
    tax = draw(among((None, None, True, False)))
    if tax is not None:
        made = [taxed(line, draw(among(TAX_RATES)), places, included=tax) for line in made]
    return tuple(made)


def discounted(line: Line, discount: Decimal) -> Line:
    """The line with a discount, which is at most its price."""
    return replace(line, discount=min(discount, line.quantity * line.unit_price))


def taxed(line: Line, rate: Decimal, places: int, *, included: bool) -> Line:
    """The line with the tax of a rate, inside its price or on top of it, rounded half up."""
    price = line.quantity * line.unit_price - line.discount
    tax = price * rate / (1 + rate) if included else price * rate
    return replace(line, tax=tax.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), tax_included=included)


def _bundled(lines_drawn: list[Line]) -> list[Line]:
    """The lines, and after them the parts of a bundle, which is the first line and costs the same."""
    first = lines_drawn[0]
    parts = [
        Line(str(len(lines_drawn) + step), sku, name, first.quantity, Decimal(0), part_of=first.id)
        for step, (sku, name) in enumerate((("PART-1", "Cup"), ("PART-2", "Saucer")), 1)
    ]
    return [*lines_drawn, *parts]
