"""The identities of customers: an identity that an exporter invents, for example for a guest, must be of one person.

A vendor takes all who share an id, an e-mail address or a phone number for one. Who lacks one of them may be given one,
but not that of somebody else, nor one for everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mockservers.testing.conformance.accepted_values import digits
from mockservers.testing.orders import Customer

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Claimed:
    """An identity that is held of a thing (an order, a customer) by the id `of`. `own`: the shop has one there."""

    of: str
    customer: Customer
    field: str
    value: Any
    own: bool


@dataclass(frozen=True, slots=True)
class Shared:
    """An identity that is held of several people, of whom some have none of that kind in the shop."""

    field: str
    value: Any
    of: tuple[str, ...]

    def named(self, kind: str) -> str:
        """What is shared and by whom, for a reader: `customer is guest for several people, who …`."""
        more = f" and {len(self.of) - _SHOWN} more" if len(self.of) > _SHOWN else ""
        whose = f"{kind}s {', '.join(self.of[:_SHOWN])}{more}"
        return f"{self.field} is {self.value} for several people, and some of them have none in the shop: {whose}"


def claims(
    things: Iterable[tuple[str, Customer, Mapping[str, Any]]],
    held: Mapping[str, Iterable[Mapping[str, Any]]],
    identifiers: Iterable[str],
) -> list[Claimed]:
    """The identities that are held of records. `things` are (id, customer, expected fields)."""
    return [
        Claimed(name, customer, field, value, own=expected.get(field) is not None)
        for name, customer, expected in things
        for fields in held.get(name, ())
        for field in identifiers
        if field in expected and (value := fields.get(field)) and isinstance(value, str | int)
    ]


def claims_of_customers(
    customers: Iterable[tuple[str, Customer, Mapping[str, Any]]],
    held: Iterable[Mapping[str, Any]],
    identifiers: Iterable[str],
) -> list[Claimed]:
    """The identities of the customers whom a vendor holds beside the orders, each found by one that is its own."""
    by_identity = {
        (field, str(expected[field]).lower()): (name, customer, expected)
        for name, customer, expected in customers
        for field in identifiers
        if expected.get(field) is not None
    }
    found = []
    for fields in held:
        keys = ((field, str(fields.get(field)).lower()) for field in identifiers)
        thing = next((by_identity[key] for key in keys if key in by_identity), None)
        if thing is not None:
            found += claims([thing], {thing[0]: [fields]}, identifiers)
    return found


def shared_identities(claimed: Iterable[Claimed]) -> tuple[Shared, ...]:
    """Identities that an exporter invented and that several people have."""
    by_value: dict[tuple[str, Any], list[Claimed]] = {}
    for each in claimed:
        by_value.setdefault((each.field, each.value), []).append(each)
    return tuple(
        Shared(field, value, tuple(dict.fromkeys(each.of for each in several)))
        for (field, value), several in by_value.items()
        if not all(each.own for each in several) and people(several) > 1
    )


def people(claimed: Iterable[Claimed]) -> int:
    """How many people there are among them, as the shop knows them: who shares an id, an e-mail or a phone is one."""
    found: list[set[tuple[str, str]]] = []
    for each in claimed:
        known = _known(each.customer) or {("of", each.of)}
        same = [person for person in found if person & known]
        found = [person for person in found if not person & known] + [known.union(*same)]
    return len(found)


def _known(customer: Customer) -> set[tuple[str, str]]:
    known = {("id", customer.external_id), ("email", customer.email.lower()), ("phone", digits(customer.phone))}
    return {(kind, value) for kind, value in known if value}
