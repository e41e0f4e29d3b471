"""The examples that a property always tests, in addition to the generated ones, whatever the seed.

They contain orders that exporters often get wrong: free orders, orders of one line and of many, orders with one sku
twice, and orders that a vendor refuses as the first, as the last and in either of two batches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from mockservers.testing.conformance import own_orders
from mockservers.testing.conformance.case import Case
from mockservers.testing.conformance.edge_orders import edited_orders, orders_of_every_shape
from mockservers.testing.conformance.examples import long_book, refusals, with_refused_currency, with_unfit
from mockservers.testing.conformance.exporter import Exporter
from mockservers.testing.conformance.limits import SHORT
from mockservers.testing.orders import Change, Customer, Line, Order, Subscription
from mockservers.testing.strategies import TURNS, turned

_TEA = Line("1", "P1", "Tea", 1, Decimal(980))
_MANY = (
    Line("1", "P1", "Tea", 2, Decimal(500)),
    Line("2", "0000123", "商品\u3000\uff21", 1, Decimal(1)),
    Line("3", "P1", "Tea", 1, Decimal(0)),
    Line("4", "SKU 7", "Кава «Арабіка», 1 кг", 3, Decimal(33)),
    Line("5", "00", "café", 1, Decimal(1234567)),
)


def edge_orders(exporter: Exporter[Any]) -> tuple[Order, ...]:
    """Three orders of two days: a simple paid order, an order with many lines, and a free order."""
    return (
        _order(exporter, 1, (_TEA,), paid=True),
        _order(exporter, 2, _MANY, paid=True),
        _order(exporter, 3, (replace(_TEA, unit_price=Decimal(0)),), day=2),
    )


def _order(exporter: Exporter[Any], number: int, lines: tuple[Line, ...], *, day: int = 1, paid: bool = False) -> Order:
    at = datetime(2025, 11, day, 12, tzinfo=timezone(timedelta(hours=exporter.offsets[0])))
    history = (Change("placed", at), *([Change("paid", at + timedelta(hours=1))] if paid else []))
    return Order(f"O-{number}", at, _customer(number), lines, history, currency=exporter.currencies[0])


def _customer(number: int) -> Customer:
    return Customer(f"{number:06d}", f"c{number}@example.com", f"+886912{number:06d}", "Ann")


def edge(exporter: Exporter[Any]) -> list[Case]:
    """The edge orders, and those of every shape, exported once; or all of the shop's own."""
    if exporter.own_orders:
        return [Case(book) for book in own_orders.parts(exporter)]
    return [Case(edge_orders(exporter)), Case(orders_of_every_shape(exporter))]


def edge_with_faults(exporter: Exporter[Any]) -> list[Case]:
    """A few orders, for every fault at every call, including a call that is never answered."""
    return [replace(case, unanswered=True) for case in edge_few(exporter)]


def edge_crashes(exporter: Exporter[Any]) -> list[Case]:
    """A few orders, and one more on the nights after the crash: a damaged state file must not hide the new order."""
    more = () if exporter.own_orders else (_order(exporter, 4, (_TEA,), day=3),)
    return [replace(case, later=(*case.orders, *more)) for case in edge_few(exporter)]


def edge_few(exporter: Exporter[Any]) -> list[Case]:
    """A few orders, of two business days."""
    return [Case(own_orders.few(exporter) if exporter.own_orders else edge_orders(exporter))]


def edge_readings(exporter: Exporter[Any]) -> list[Case]:
    """A few orders, and those of every shape that the vendor can hold, for every reading."""
    if exporter.own_orders:
        return edge_few(exporter)
    shapes = (order for order in orders_of_every_shape(exporter) if exporter.fits(order))
    # If the reception day of an upload matters, the export runs when UTC has another date.
    few = [replace(case, at_night=bool(exporter.day_path)) for case in edge_few(exporter)]
    return [*few, Case(tuple(shapes))]


def edge_changes(exporter: Exporter[Any]) -> list[Case]:
    """The edge orders, exported again after one is refunded, one corrected and one paid.

    Also orders after each edit by a shop's staff.
    """
    if exporter.own_orders:
        return []
    first, second, third = book = _of_one_day(exporter) if exporter.one_day_updates else edge_orders(exporter)
    head, *rest = second.lines
    later = (
        first.moved_to("refunded", first.history[-1].at + timedelta(hours=1)),
        replace(second, lines=(replace(head, quantity=head.quantity + 1), *rest)),
        third.moved_to("paid", third.history[-1].at + timedelta(hours=1)),
    )
    return [Case(book, later), Case(*edited_orders(exporter))]


def edge_growth(exporter: Exporter[Any]) -> list[Case]:
    """A delivered order, and later two more orders, of new customers."""
    if exporter.own_orders:
        return []
    first, *rest = edge_orders(exporter)
    for status in ("shipped", "delivered"):
        first = first.moved_to(status, first.history[-1].at + timedelta(hours=1))
    return [Case((first,), (first, *rest))]


def edge_days(exporter: Exporter[Any]) -> list[Case]:
    """Orders of two days; those of one day, of which the last comes with a second export; and those around midnight."""
    if exporter.own_orders:
        return []
    book = _of_one_day(exporter)
    return [Case(edge_orders(exporter)), Case(book[:-1], book), Case(_around_midnight(book))]


def _around_midnight(book: Sequence[Order]) -> tuple[Order, ...]:
    """Orders of the first and the last hour of a day, paid an hour later: the last one on the next day."""
    hours = (timedelta(hours=-11.5), timedelta(hours=11.5))  # from noon
    return tuple(
        replace(
            order,
            ordered_at=book[0].ordered_at + hour,
            history=tuple(
                replace(change, at=book[0].ordered_at + hour + (change.at - order.ordered_at))
                for change in order.history
            ),
        )
        for order, hour in zip(book, hours, strict=False)
    )


def _of_one_day(exporter: Exporter[Any]) -> tuple[Order, ...]:
    first, second, third = edge_orders(exporter)
    at = second.ordered_at + timedelta(hours=1)
    return first, second, replace(third, ordered_at=at, history=(Change("placed", at),))


def edge_refusals(exporter: Exporter[Any]) -> list[Case]:
    """Each of the first two calls is refused in each way; or single orders are, at both ends and in either batch.

    An order is refused because it has no customer, which exporters may check first, or for its currency.
    """
    if exporter.own_orders:
        return edge(exporter)
    book = edge_orders(exporter)
    calls = [Case(book, fault=refusal, nth=nth) for refusal in refusals(exporter) for nth in (1, 2)]
    # Without batches, the vendor cannot refuse a single order.
    single = _unfit(exporter, book) if exporter.batches else []
    # The answer that names the refused order cannot be read.
    single += [replace(case, fault="garbage-body", nth=nth) for case in single[:1] for nth in (1, 2)]
    single += _refused_currencies(exporter, book)
    return [Case(book), Case(orders_of_every_shape(exporter)), *calls, *single]


def _unfit(exporter: Exporter[Any], book: Sequence[Order]) -> list[Case]:
    ends = [with_unfit(book, [book[0].id]), with_unfit(book, [book[-1].id])]
    if not 0 < exporter.batch <= SHORT:
        return ends
    long = long_book(book[0], exporter.batch + 1)
    return [*ends, with_unfit(long, [long[-1].id])]


def _refused_currencies(exporter: Exporter[Any], book: Sequence[Order]) -> list[Case]:
    if not exporter.currency_refusals:
        return []
    ends = [book[0].id, book[-1].id]
    cases = [with_refused_currency(exporter, book, refused) for refused in (ends[:1], ends[1:], ends)]
    if 0 < exporter.batch <= SHORT:
        # The first order of the second batch must arrive, although an order of the first batch is refused.
        long = long_book(book[0], exporter.batch + 2)
        cases.append(with_refused_currency(exporter, long, [long[0].id, long[-1].id]))
    return cases


def edge_refunds(exporter: Exporter[Any]) -> list[Case]:
    """Three paid orders. Later one is refunded, one is cancelled, and one does not change."""
    if exporter.own_orders:
        return []
    hour = timedelta(hours=1)
    paid = tuple(_order(exporter, number, (_TEA,), paid=True) for number in (1, 2, 3))
    first, second, third = paid
    refunded = first.moved_to("refunded", first.history[-1].at + hour)
    return [Case(paid, (refunded, second.moved_to("cancelled", second.history[-1].at + hour), third))]


def edge_customers(exporter: Exporter[Any]) -> list[Case]:
    """Customers, of whom two have no e-mail address and two no phone, who have another name and phone later."""
    first = tuple(_customer(number) for number in (1, 2, 3, 4, 5, 6))
    some = (
        *first[:2],
        *(replace(each, email="") for each in first[2:4]),
        *(replace(each, phone="") for each in first[4:]),
    )
    later = tuple(
        replace(each, name="王小明", phone=each.phone and f"{each.phone[:-2]}9{each.id[-1]}") for each in some
    )
    return [Case((), records=some, records_later=(*later, _customer(7)))]


def edge_subscriptions(exporter: Exporter[Any]) -> list[Case]:
    """A subscription for each two changes: none, another plan, cancelled, paused, and resumed."""
    started = datetime(2025, 11, 1, tzinfo=UTC)
    turns = [(turn, then) for turn in TURNS for then in TURNS]
    first = tuple(
        turned(Subscription(_customer(number), "Pro", Decimal(990), "monthly", started), turn)
        for number, (turn, _) in enumerate(turns, 1)
    )
    later = tuple(turned(each, then) for each, (_, then) in zip(first, turns, strict=True))
    return [Case((), records=first, records_later=later)]
