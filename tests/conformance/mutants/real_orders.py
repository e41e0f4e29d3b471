"""Exporters that are right for plain orders, and wrong for one shape of the orders of real shops."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from mockservers.testing.conformance import Target
from mockservers.testing.orders import Customer, Line, Order
from tests.conformance.mutants import esputnik, fanship, omnisegment, zangsho
from tests.conformance.mutants.mutant import Export, Mutant

Change = Callable[[Order], dict[str, Any]]
RIGHT: Mapping[str, Any] = {
    "omnisegment": omnisegment,
    "fanship": fanship,
    "esputnik": esputnik,
    "zangsho": zangsho,
}


def mutant(vendor: str, name: str, wrong: str, export: Export, caught_by: str = "complete") -> Mutant:
    return Mutant(f"{vendor}-{name}", vendor, caught_by, wrong, export)


def sending(vendor: str, change: Change) -> Export:
    """A right exporter, but for some fields of each order."""
    module = RIGHT[vendor]
    made: Export = module.exporter(lambda order: {**module.right(order), **change(order)})
    return named_unfit(made) if vendor == "zangsho" else made


def lacking(vendor: str, field: str, when: Callable[[Order], bool]) -> Export:
    """A right exporter, but for a field that it leaves out of some orders."""
    module = RIGHT[vendor]

    def shape(order: Order) -> dict[str, Any]:
        fields = module.right(order)
        return {name: value for name, value in fields.items() if name != field or not when(order)}

    made: Export = module.exporter(shape)
    return named_unfit(made) if vendor == "zangsho" else made


def changing(vendor: str, change: Callable[[Order], Order]) -> Export:
    """A right exporter that misreads its shop's orders."""
    made: Export = RIGHT[vendor].exporter()
    export = named_unfit(made) if vendor == "zangsho" else made
    return lambda target, orders: export(target, [change(order) for order in orders])


def among(vendor: str, takes: Callable[[Order], bool]) -> Export:
    """A right exporter that passes over some of its shop's orders."""
    made: Export = RIGHT[vendor].exporter()
    export = named_unfit(made) if vendor == "zangsho" else made
    return lambda target, orders: export(target, [order for order in orders if takes(order)])


def named_unfit(export: Export) -> Export:
    """The exporter, which names the orders that Zangsho cannot hold."""

    def named(target: Target, orders: Sequence[Order]) -> Iterable[str]:
        unfit = [order.id for order in orders if not order.customer.email]
        return [*unfit, *(export(target, [order for order in orders if order.customer.email]) or ())]

    return named


def purchases_lacking(field: str, when: Callable[[Line], bool]) -> Export:
    def shape(order: Order, line: Line) -> dict[str, Any]:
        fields = fanship.right(order, line)
        return {name: value for name, value in fields.items() if name != field or not when(line)}

    return fanship.exporter(shape)


def with_lines(takes: Callable[[Line], bool]) -> Callable[[Order], Order]:
    """The order with some of its lines, at least one."""
    return lambda order: replace(order, lines=tuple(filter(takes, order.lines)) or order.lines[:1])


def first_e_mails() -> Export:
    """Remembers a customer's e-mail address by the shop's id: the first one stays."""
    seen: dict[tuple[str, str], str] = {}

    def export(target: Target, orders: Sequence[Order]) -> Iterable[str] | None:
        def remembered(customer: Customer) -> Customer:
            if not customer.external_id or not customer.email:
                return customer
            email = seen.setdefault((str(target.credentials), customer.external_id), customer.email)
            return replace(customer, email=email)

        known = [replace(order, customer=remembered(order.customer)) for order in orders]
        return named_unfit(zangsho.exporter())(target, known)

    return export


def when_changed(look: Callable[[Order], object], send: Export) -> Export:
    """Sends an order again only if a field that it compares has changed, and misses other edits."""
    sent: dict[tuple[str, str], object] = {}

    def export(target: Target, orders: Sequence[Order]) -> Iterable[str] | None:
        shop = str(target.credentials)
        changed = [order for order in orders if sent.get((shop, order.id)) != look(order)]
        sent.update({(shop, order.id): look(order) for order in changed})
        return send(target, changed)

    return export


def never_forgets_a_line() -> Export:
    """Keeps every line that an order ever had."""
    seen: dict[tuple[str, str], dict[str, Line]] = {}

    def export(target: Target, orders: Sequence[Order]) -> Iterable[str] | None:
        whole = []
        for order in orders:
            lines = seen.setdefault((str(target.credentials), order.id), {})
            lines.update({line.id: line for line in order.lines})
            whole.append(replace(order, lines=tuple(lines.values())))
        return esputnik.exporter()(target, whole)

    return export


def _without_line_discounts(order: Order) -> Order:
    return replace(order, lines=tuple(replace(line, discount=Decimal(0)) for line in order.lines))


def _without_tax(order: Order) -> Order:
    return replace(order, lines=tuple(replace(line, tax=Decimal(0)) for line in order.lines))


def _items_at_their_totals(order: Order) -> dict[str, Any]:
    items = esputnik.right(order)["items"]
    return {"items": [{**item, "cost": float(line.total)} for item, line in zip(items, order.lines, strict=True)]}


def _as_seen(order: Order) -> dict[str, Any]:
    return {"amount": f"{order.presentment.total:f}"} if order.presentment else {}


MUTANTS = (
    mutant(
        "zangsho",
        "paid-at-of-paid-alone",
        "omits paid_at after a refund",
        lacking("zangsho", "paid_at", lambda order: order.status in ("refunded", "partially-refunded")),
    ),
    mutant("zangsho", "no-free-orders", "does not send free orders", among("zangsho", lambda order: bool(order.total))),
    mutant(
        "zangsho",
        "no-orders-without-e-mail",
        "does not send orders without an e-mail address, and does not report it",
        lambda target, orders: zangsho.exporter()(target, [order for order in orders if order.customer.email]),
    ),
    mutant(
        "zangsho",
        "guests-dropped",
        "does not send the orders of guests",
        among("zangsho", lambda order: bool(order.customer.external_id)),
    ),
    mutant(
        "zangsho",
        "failed-as-pending",
        "sends a failed payment as pending",
        sending("zangsho", lambda order: {"status": "pending"} if order.status == "failed" else {}),
    ),
    mutant(
        "zangsho",
        "currencies-mixed",
        "sends the customer's total with the shop's currency",
        sending("zangsho", _as_seen),
    ),
    mutant(
        "zangsho", "no-fees", "omits fees from the total", changing("zangsho", lambda order: replace(order, fees=()))
    ),
    mutant("zangsho", "no-tax-on-top", "omits tax that is added to the prices", changing("zangsho", _without_tax)),
    mutant(
        "zangsho",
        "no-line-discounts",
        "omits discounts of lines",
        changing("zangsho", _without_line_discounts),
    ),
    mutant(
        "zangsho",
        "less-gift-card",
        "subtracts a gift card like a discount",
        changing("zangsho", lambda order: replace(order, discount=order.discount + order.gift_card)),
    ),
    mutant(
        "zangsho",
        "part-refund-is-all",
        "sends a total of 0 after a partial refund",
        sending("zangsho", lambda order: {"amount": "0.00"} if order.status == "partially-refunded" else {}),
    ),
    mutant(
        "zangsho",
        "whole-units",
        "rounds amounts to whole units",
        sending("zangsho", lambda order: {"amount": f"{order.total:.0f}"}),
    ),
    mutant("zangsho", "first-e-mail", "sends one e-mail address of a customer with all orders", first_e_mails()),
    mutant(
        "zangsho",
        "status-changes-alone",
        "sends an order again only if its status has changed",
        when_changed(lambda order: order.status, named_unfit(zangsho.exporter())),
        "updates",
    ),
    mutant(
        "omnisegment",
        "status-and-total-alone",
        "sends an order again only if its status or its total has changed",
        when_changed(lambda order: (order.status, order.total), omnisegment.exporter()),
        "updates",
    ),
    mutant(
        "omnisegment",
        "three-lines",
        "sends only the first three lines",
        changing("omnisegment", lambda order: replace(order, lines=order.lines[:3])),
    ),
    mutant(
        "omnisegment",
        "products-of-one-line",
        "omits products if an order has several lines",
        sending(
            "omnisegment",
            lambda order: {} if len(order.lines) == 1 else {"products": None, "products_quantity": None},
        ),
    ),
    mutant(
        "fanship",
        "price-of-one-piece-alone",
        "omits the price if a line has several pieces",
        purchases_lacking("market_price", lambda line: line.quantity > 1),
    ),
    mutant(
        "fanship",
        "no-bundle-parts",
        "omits the parts of bundles",
        changing("fanship", with_lines(lambda line: not line.part_of)),
    ),
    mutant(
        "fanship",
        "no-gifts",
        "omits free lines",
        changing("fanship", with_lines(lambda line: line.total > 0)),
    ),
    mutant(
        "esputnik",
        "cost-of-all-pieces",
        "sends the total of a line as the unit cost",
        sending("esputnik", _items_at_their_totals),
    ),
    mutant(
        "esputnik",
        "items-of-one-line",
        "omits items if an order has several lines",
        lacking("esputnik", "items", lambda order: len(order.lines) > 1),
    ),
    mutant(
        "esputnik",
        "part-refund-cancels",
        "sends a partially refunded order as cancelled",
        sending("esputnik", lambda order: {"status": "CANCELLED"} if order.status == "partially-refunded" else {}),
    ),
    mutant("esputnik", "lines-stay", "still sends lines that were removed", never_forgets_a_line(), "updates"),
)
