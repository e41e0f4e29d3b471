"""The strategies for the examples of orders of each property."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import strategies as st

from mockservers.testing import strategies
from mockservers.testing.conformance import own_orders
from mockservers.testing.conformance.case import Case
from mockservers.testing.conformance.exporter import Exporter
from mockservers.testing.conformance.limits import SHORT
from mockservers.testing.conformance.profiles import chosen
from mockservers.testing.orders import Customer, Order

NO_CURRENCY = "RMB"
"""A code that is used for CNY, but is not a code of ISO 4217."""


def books(
    exporter: Exporter[Any], sizes: Sequence[int] = (1, 2, 3), days: Sequence[date] = ()
) -> st.SearchStrategy[tuple[Order, ...]]:
    """The orders of one export, of these business days: generated orders, or the shop's own."""
    if exporter.own_orders:
        return own_orders.books(exporter, sizes, days)
    drawn = strategies.books(sizes, days or strategies.DAYS, exporter.currencies, exporter.offsets)
    return drawn.map(lambda book: tuple(_fit(exporter, order) for order in book))


def _days(exporter: Exporter[Any]) -> Sequence[date]:
    return own_orders.days(exporter) if exporter.own_orders else strategies.DAYS


def _fit(exporter: Exporter[Any], order: Order) -> Order:
    """The order, with an e-mail address if the vendor requires one. Some edge orders have none."""
    if exporter.fits(order):
        return order
    customer = order.customer
    number = customer.external_id or "".join(filter(str.isdecimal, customer.phone))
    return replace(order, customer=replace(customer, email=f"c{number}@example.com"))


def exported(exporter: Exporter[Any]) -> st.SearchStrategy[Case]:
    """Orders, exported once."""
    return books(exporter).map(Case)


@st.composite
def refused(draw: st.DrawFn, exporter: Exporter[Any]) -> Case:
    """Orders. The vendor may refuse a call permanently, or single orders, also in the last of several batches."""
    book = draw(books(exporter))
    # Without batches, the vendor cannot refuse a single order.
    single = ("orders", "orders", "orders", "orders of the second batch") if exporter.batches else ()
    match draw(st.sampled_from(("nothing", "call", "call", *single))):
        case "call":
            refusal = draw(st.sampled_from(refusals(exporter)))
            return Case(book, fault=refusal, nth=draw(st.integers(1, 3)))
        case "orders" if book:
            unfit = draw(st.lists(st.sampled_from([order.id for order in book]), min_size=1, max_size=2, unique=True))
            unreadable = draw(st.sampled_from(("", "garbage-body")))
            return replace(with_unfit(book, unfit), fault=unreadable, nth=draw(st.integers(1, 2)))
        case "orders of the second batch" if 0 < exporter.batch <= SHORT:
            long = tuple(long_book(book[0], exporter.batch + 1))
            return with_unfit(long, [long[-1].id])
    return Case(book)


def refusals(exporter: Exporter[Any]) -> tuple[str, ...]:
    """Faults that refuse a whole call permanently, for `Case.fault`. The last is the status of invalid calls."""
    invalid = max(refusal.status for refusal in exporter.contract.refusals.values() if refusal.status in (400, 422))
    return ("unauthorized", "not-found", "too-large", f"reply {invalid}")


def with_unfit(orders: Sequence[Order], unfit: Sequence[str]) -> Case:
    """The orders. Those with these ids have no customer."""
    return Case(
        tuple(
            replace(order, customer=Customer("", "", "", order.customer.name)) if order.id in unfit else order
            for order in orders
        ),
        unfit=tuple(unfit),
    )


def with_refused_currency(exporter: Exporter[Any], orders: Sequence[Order], refused: Sequence[str]) -> Case:
    """The orders. The vendor refuses those with these ids for their currency, which an exporter cannot know before."""
    return Case(
        tuple(replace(order, currency=NO_CURRENCY) if order.id in refused else order for order in orders),
        readings=dict(exporter.currency_refusals),
        unfit=tuple(refused),
    )


def patterns(exporter: Exporter[Any]) -> st.SearchStrategy[Case]:
    """One order, from which books of every length are made."""
    return books(exporter, sizes=(1,)).map(Case)


def lengthened(exporter: Exporter[Any]) -> st.SearchStrategy[Case]:
    """One order, from which books of every length are made.

    It includes a long list of orders; in `quick` only if the vendor's contract has no batches, so that it is one call.
    """
    long = chosen(exporter.profile) != "quick" or not exporter.batches
    return patterns(exporter).map(lambda case: replace(case, long=long))


@st.composite
def grown(draw: st.DrawFn, exporter: Exporter[Any]) -> Case:
    """Orders, and later more orders, of new customers."""
    book = draw(books(exporter, sizes=(2, 3, 4)))
    first = draw(st.integers(1, len(book)))
    return Case(book[:first], tuple(_of_another(order) if at >= first else order for at, order in enumerate(book)))


def _of_another(order: Order) -> Order:
    """The order with a customer that no other order has."""
    known = order.customer
    return replace(
        order,
        customer=replace(
            known,
            external_id=known.external_id and f"9{known.external_id}",
            email=known.email and f"another.{known.email}",
            phone=known.phone and f"{known.phone[:-1]}9",
        ),
    )


@st.composite
def days(draw: st.DrawFn, exporter: Exporter[Any]) -> Case:
    """Orders of several business days, some around midnight; or of one day, exported again with more orders."""
    if draw(st.booleans()):
        return Case(draw(books(exporter, sizes=(2, 3, 4))))
    day = draw(st.sampled_from(_days(exporter)))
    book = draw(books(exporter, sizes=(2, 3), days=(day,)))
    return Case(book[: draw(st.integers(1, len(book) - 1))] if len(book) > 1 else book, book)


@st.composite
def changed(draw: st.DrawFn, exporter: Exporter[Any]) -> Case:
    """Orders, of which some change their status or are corrected before the second export."""
    among = (draw(st.sampled_from(_days(exporter))),) if exporter.one_day_updates else ()
    book = draw(books(exporter, days=among))
    return Case(book, tuple(draw(strategies.edited(order, emails=not exporter.customers_known)) for order in book))


def disturbed(exporter: Exporter[Any]) -> st.SearchStrategy[Case]:
    """A few orders, for every fault on every call."""
    return books(exporter, sizes=(1, 2)).map(Case)


def long_book(pattern: Order, size: int) -> list[Order]:
    """A number of orders, each with another customer, and otherwise equal to the first."""
    return [
        replace(
            pattern,
            id=f"O-{number}",
            customer=replace(
                pattern.customer,
                external_id=f"{number:06d}",
                email=f"c{number}@example.com",
                phone=f"+886912{number:06d}",
            ),
        )
        for number in range(1, size + 1)
    ]
