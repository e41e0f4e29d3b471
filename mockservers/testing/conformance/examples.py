"""What an example is made of, and how it is drawn for each property."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from mockservers.testing import strategies
from mockservers.testing.conformance.exporter import Exporter
from mockservers.testing.conformance.limits import SHORT
from mockservers.testing.conformance.profiles import chosen
from mockservers.testing.orders import Change, Customer, Line, Order, Status, Subscription, as_json

if TYPE_CHECKING:
    from hypothesis.vendor.pretty import RepresentationPrinter


FAULTS: Mapping[str, Mapping[str, Any]] = {
    "throttled (429)": {"effect": "too-many-requests"},
    "answered 503": {"effect": "unavailable"},
    "answered 500": {"effect": "reply", "status": 500, "body": "<h1>Internal Server Error</h1>"},
    "answered 502": {"effect": "reply", "status": 502, "body": "<h1>Bad Gateway</h1>"},
    "answered 504 after the work": {
        "effect": "reply",
        "status": 504,
        "body": "<h1>Gateway Time-out</h1>",
        "work": True,
    },
    "reset before the work": {"effect": "reset"},
    "timed out before the work": {"effect": "time-out", "delay": "PT0.02S"},
    "timed out after the work": {"effect": "time-out", "delay": "PT0.02S", "work": True},
    "answer lost": {"effect": "lost-response"},
    "answer cut off": {"effect": "truncated"},
    "answer unreadable": {"effect": "garbage-body"},
    "answer no HTTP": {"effect": "garbage"},
}
"""What can go wrong on the way, by what the exporter meets."""


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    """An example: what is exported first, what at last, and what is against it. `fault` is a name of FAULTS.

    `besides` and `besides_later` are the customers or subscriptions that are sent in place of orders.
    `unfit` are ids of orders that say nothing of who ordered. `long`: a long book is tried, too.
    """

    orders: tuple[Order, ...]
    later: tuple[Order, ...] = ()
    readings: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""
    nth: int = 1
    unfit: tuple[str, ...] = ()
    long: bool = False
    besides: tuple[Customer | Subscription, ...] = ()
    besides_later: tuple[Customer | Subscription, ...] = ()

    @property
    def size(self) -> int:
        """How many orders and lines a reader has to look at."""
        lines = sum(1 + len(order.lines) for order in (*self.orders, *self.later))
        return lines + len(self.besides) + len(self.besides_later)

    def __repr__(self) -> str:
        """Short: what a reader needs is `described`."""
        first, later = (*self.orders, *self.besides), (*self.later, *self.besides_later)
        return f"<{len(first)} order(s) or the like, then {len(later)}>"

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        """As Hypothesis prints it, which would print all fields, and warns of what is long."""
        printer.text(repr(self))

    def described(self) -> str:
        """The example for a reader, as what the exporter was given."""
        said = [f"readings: {dict(self.readings)}"] if self.readings else []
        if self.fault:
            said.append(f"call {self.nth}: {self.fault}")
        if self.unfit:
            said.append(f"of nobody that the vendor could know: {', '.join(self.unfit)}")
        if self.orders or not self.besides:
            said.append(_listed("orders", self.orders))
        if self.besides:
            said.append(_listed("sent", self.besides))
        if self.later or self.besides_later:
            said.append(_listed("then", self.later or self.besides_later))
        return "\n".join(said)

    def to_dict(self) -> dict[str, Any]:
        """As JSON: enough to give the same example again."""
        return {
            "orders": as_json(list(self.orders)),
            "later": as_json(list(self.later)),
            "readings": dict(self.readings),
            "fault": self.fault,
            "nth": self.nth,
            "unfit": list(self.unfit),
            "besides": as_json(list(self.besides)),
            "besides_later": as_json(list(self.besides_later)),
        }


def _listed(title: str, items: Sequence[Order | Customer | Subscription]) -> str:
    shown = "\n".join(f"  {item!r}" for item in items[:5])
    more = f"\n  and {len(items) - 5} more" if len(items) > 5 else ""
    return f"{title}: {len(items)}\n{shown}{more}"


def _books(
    exporter: Exporter, sizes: Sequence[int] = (1, 2, 3), days: Sequence[date] = strategies.DAYS
) -> st.SearchStrategy[tuple[Order, ...]]:
    return strategies.books(sizes, days, exporter.currencies, exporter.offsets).map(tuple)


@st.composite
def under_readings(draw: st.DrawFn, exporter: Exporter, cases: st.SearchStrategy[Case]) -> Case:
    """The cases, half of them under readings that a right exporter survives, up to three of them at once."""
    case = draw(cases)
    if not draw(st.booleans()):
        return case
    choices = st.sampled_from((None, *exporter.other_readings(recoverable=True)))
    # Not a list of them: each by itself shrinks to the default.
    drawn = [draw(choices) for _ in range(3)]
    return suitable(exporter, replace(case, readings=dict(choice for choice in drawn if choice)))


def suitable(exporter: Exporter, case: Case) -> Case:
    """The case with orders that fit its readings: without discount and shipping where those leave no room for them."""
    if exporter.plain_under.isdisjoint(case.readings):
        return case
    return replace(case, orders=_plain(case.orders), later=_plain(case.later))


def _plain(orders: Sequence[Order]) -> tuple[Order, ...]:
    return tuple(replace(order, discount=Decimal(0), shipping=Decimal(0)) for order in orders)


def exported(exporter: Exporter) -> st.SearchStrategy[Case]:
    """Orders, exported once."""
    return _books(exporter).map(Case)


@st.composite
def refused(draw: st.DrawFn, exporter: Exporter) -> Case:
    """Orders; perhaps a call is refused for good, or some orders are, at the end of a book of several batches, too."""
    book = draw(_books(exporter))
    # Where orders come in no batches nobody is refused by himself.
    single = ("orders", "orders", "orders", "orders of the second batch") if exporter.batches else ()
    match draw(st.sampled_from(("nothing", "call", "call", *single))):
        case "call":
            refusal = draw(st.sampled_from(("unauthorized", "not-found", "too-large")))
            return Case(book, fault=refusal, nth=draw(st.integers(1, 3)))
        case "orders" if book:
            unfit = draw(st.lists(st.sampled_from([order.id for order in book]), min_size=1, max_size=2, unique=True))
            unreadable = draw(st.sampled_from(("", "garbage-body")))
            return replace(_with_unfit(book, unfit), fault=unreadable, nth=draw(st.integers(1, 2)))
        case "orders of the second batch" if 0 < exporter.batch <= SHORT:
            long = tuple(long_book(book[0], exporter.batch + 1))
            return _with_unfit(long, [long[-1].id])
    return Case(book)


def _with_unfit(orders: Sequence[Order], unfit: Sequence[str]) -> Case:
    return Case(
        tuple(
            replace(order, customer=Customer("", "", "", order.customer.name)) if order.id in unfit else order
            for order in orders
        ),
        unfit=tuple(unfit),
    )


def patterns(exporter: Exporter) -> st.SearchStrategy[Case]:
    """One order, from which books of every length are made."""
    return _books(exporter, sizes=(1,)).map(Case)


def lengthened(exporter: Exporter) -> st.SearchStrategy[Case]:
    """One order, from which books of every length are made, a long one among them unless it has to be quick."""
    return patterns(exporter).map(lambda case: replace(case, long=chosen(exporter.profile) != "quick"))


@st.composite
def grown(draw: st.DrawFn, exporter: Exporter) -> Case:
    """Orders, and later more of them by customers who were not there before."""
    book = draw(_books(exporter, sizes=(2, 3, 4)))
    first = draw(st.integers(1, len(book)))
    return Case(book[:first], tuple(_of_another(order) if at >= first else order for at, order in enumerate(book)))


def _of_another(order: Order) -> Order:
    """The order of a customer of its own."""
    known = order.customer
    return replace(
        order,
        customer=replace(
            known, external_id=f"9{known.external_id}", email=f"another.{known.email}", phone=known.phone[:-1] + "9"
        ),
    )


@st.composite
def days(draw: st.DrawFn, exporter: Exporter) -> Case:
    """Orders of several business days, some around midnight; or of one day, exported again when there are more."""
    if draw(st.booleans()):
        return Case(draw(_books(exporter, sizes=(2, 3, 4))))
    day = draw(st.sampled_from(strategies.DAYS))
    book = draw(_books(exporter, sizes=(2, 3), days=(day,)))
    return Case(book[: draw(st.integers(1, len(book) - 1))] if len(book) > 1 else book, book)


@st.composite
def changed(draw: st.DrawFn, exporter: Exporter) -> Case:
    """Orders of which some move on, or are corrected, before they are exported again."""
    among = (draw(st.sampled_from(strategies.DAYS)),) if exporter.one_day_updates else strategies.DAYS
    book = draw(_books(exporter, days=among))
    return Case(
        book, tuple(draw(strategies.later(order)) if draw(st.booleans()) else _corrected(order) for order in book)
    )


def _corrected(order: Order) -> Order:
    first: Line = order.lines[0]
    return replace(order, lines=(replace(first, quantity=first.quantity + 1), *order.lines[1:]))


@st.composite
def refunded(draw: st.DrawFn, exporter: Exporter) -> Case:
    """Orders that were paid, of which some are refunded or cancelled later."""
    paid = tuple(
        replace(order, history=(*order.history[:1], Change("paid", order.ordered_at + timedelta(hours=1))))
        for order in draw(_books(exporter))
    )
    ends: st.SearchStrategy[Status | None] = st.sampled_from(("refunded", "cancelled", None))
    later = tuple(_ended(order, draw(ends)) for order in paid)
    return Case(paid, later)


def _ended(order: Order, status: Status | None) -> Order:
    return order if status is None else order.moved_to(status, order.history[-1].at + timedelta(hours=1))


@st.composite
def acquainted(draw: st.DrawFn, exporter: Exporter) -> Case:
    """Customers, of whom some have another name or phone later, and one more who comes with them."""
    first = tuple(draw(strategies.customers(number)) for number in range(1, draw(st.integers(1, 3)) + 1))
    names, phones = st.sampled_from(strategies.NAMES), st.sampled_from(("+886913000001", "+886913000002"))
    later = tuple(
        replace(each, name=draw(names), phone=f"{draw(phones)[:-3]}{each.external_id[-3:]}")
        if draw(st.booleans())
        else each
        for each in first
    )
    more = (draw(strategies.customers(len(first) + 1)),) if draw(st.booleans()) else ()
    return Case((), besides=first, besides_later=(*later, *more))


@st.composite
def subscribed(draw: st.DrawFn, exporter: Exporter) -> Case:
    """Subscriptions of customers who are there, of which some change or are cancelled later."""
    known = [draw(strategies.customers(number)) for number in range(1, draw(st.integers(1, 3)) + 1)]
    first = tuple(draw(strategies.subscriptions(each)) for each in known)
    return Case((), besides=first, besides_later=tuple(_later(each, draw(st.integers(0, 2))) for each in first))


def _later(subscription: Subscription, how: int) -> Subscription:
    match how:
        case 1:
            return replace(subscription, plan="Team", monthly=subscription.monthly + 100)
        case 2:
            return replace(subscription, cancelled_at=subscription.started_at + timedelta(days=30))
        case _:
            return subscription


def faulty(exporter: Exporter) -> st.SearchStrategy[Case]:
    """Orders, and one call on which something goes wrong."""
    return st.builds(
        Case, _books(exporter, sizes=(1, 2)), fault=st.sampled_from(tuple(FAULTS)), nth=st.sampled_from((1, 1, 2, 3))
    )


def long_book(pattern: Order, size: int) -> list[Order]:
    """So many orders, each of a customer of its own, like the first in everything else."""
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
