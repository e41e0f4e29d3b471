"""Exporters that make up an identity for who has none: the vendor takes all who share it for one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from mockservers.clients import esputnik, fanship, omnisegment, zangsho
from mockservers.testing.conformance import FanshipTarget, Target
from mockservers.testing.orders import Customer, Order
from tests.conformance.mutants.mutant import Export, Mutant

MadeUp = Callable[[Customer], Customer]

CLIENTS: dict[str, Export] = {
    "omnisegment": omnisegment.export,
    "fanship": fanship.export,
    "esputnik": esputnik.export,
    "zangsho": zangsho.export,
}


def guests(vendor: str, made_up: MadeUp) -> Export:
    """A right exporter that invents an identity for everybody who has none."""

    def export(target: Target, orders: Sequence[Order]) -> Iterable[str] | None:
        return CLIENTS[vendor](target, [replace(order, customer=made_up(order.customer)) for order in orders])

    return export


def last_member(target: FanshipTarget, orders: Sequence[Order]) -> None:
    """Keeps the member of the previous order for a guest."""
    seen, last = [], ""
    for order in orders:
        last = order.customer.external_id or last
        seen.append(replace(order, customer=replace(order.customer, external_id=last)))
    fanship.export(target, seen)


def one_id(number: str) -> MadeUp:
    return lambda customer: replace(customer, external_id=customer.external_id or number)


def one_email(customer: Customer) -> Customer:
    return replace(customer, email=customer.email or "guest@example.com")


def one_phone(customer: Customer) -> Customer:
    return replace(customer, phone=customer.phone or "+886900000000")


def members_with_one_email(target: Target, customers: Sequence[Customer]) -> Iterable[str]:
    return omnisegment.customers(target, [one_email(each) for each in customers])


def mutant(vendor: str, name: str, wrong: str, export: Export) -> Mutant:
    return Mutant(f"{vendor}-{name}", vendor, "complete", wrong, export)


MUTANTS = (
    mutant("fanship", "one-guest", "sends one member id for all guests", guests("fanship", one_id("guest"))),
    mutant(
        "fanship", "guests-as-member-before", "sends a guest's order with the member of the previous order", last_member
    ),
    mutant("esputnik", "one-guest", "sends the customer id 0 for all guests", guests("esputnik", one_id("0"))),
    mutant(
        "esputnik",
        "one-e-mail",
        "sends one e-mail address for all customers without one",
        guests("esputnik", one_email),
    ),
    mutant(
        "esputnik", "one-phone", "sends one phone number for all customers without one", guests("esputnik", one_phone)
    ),
    mutant("omnisegment", "one-e-mail", "sends one e-mail address for all guests", guests("omnisegment", one_email)),
    mutant("zangsho", "one-guest", "sends the external id 0 for all guests", guests("zangsho", one_id("0"))),
    mutant(
        "zangsho", "one-e-mail", "sends one e-mail address for all customers without one", guests("zangsho", one_email)
    ),
    Mutant(
        "omnisegment-members-with-one-e-mail",
        "omnisegment",
        "customers",
        "sends one e-mail address for all members without one",
        omnisegment.export,
        also={"customers": members_with_one_email},
    ),
)
