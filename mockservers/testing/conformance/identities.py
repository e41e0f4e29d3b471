"""The identities of customers: an identity that an exporter invents, for example for a guest, must be of one person.

A vendor treats customers who share an id, an e-mail address or a phone number as one person. An exporter may invent a
missing identity, but not use that of somebody else, nor the same one for everybody.
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
    """An identity that is held for the record (an order or a customer) with the id `of`. `own`: the shop has one."""

    of: str
    customer: Customer
    field: str
    value: Any
    own: bool


@dataclass(frozen=True, slots=True)
class Shared:
    """An identity that is held for several people, some of whom have no identity of that kind in the shop."""

    field: str
    value: Any
    of: tuple[str, ...]

    def named(self, kind: str) -> str:
        """The identity and its records as text: `customer is guest for several people, and some of them …`."""
        more = f" and {len(self.of) - _SHOWN} more" if len(self.of) > _SHOWN else ""
        records = f"{kind}s {', '.join(self.of[:_SHOWN])}{more}"
        return f"{self.field} is {self.value} for several people, and some of them have none in the shop: {records}"


def claims(
    records: Iterable[tuple[str, Customer, Mapping[str, Any]]],
    held: Mapping[str, Iterable[Mapping[str, Any]]],
    identifiers: Iterable[str],
) -> list[Claimed]:
    """The identities that are held for records, which are (id, customer, expected fields)."""
    return [
        Claimed(name, customer, field, value, own=expected.get(field) is not None)
        for name, customer, expected in records
        for fields in held.get(name, ())
        for field in identifiers
        if field in expected and (value := fields.get(field)) and isinstance(value, str | int)
    ]


def claims_of_customers(
    customers: Iterable[tuple[str, Customer, Mapping[str, Any]]],
    held: Iterable[Mapping[str, Any]],
    identifiers: Iterable[str],
) -> list[Claimed]:
    """The identities of the customers that a vendor holds in addition to orders, each found by its own identity."""
    by_identity = {
        (field, str(expected[field]).lower()): (name, customer, expected)
        for name, customer, expected in customers
        for field in identifiers
        if expected.get(field) is not None
    }
    claimed = []
    for fields in held:
        keys = ((field, str(fields.get(field)).lower()) for field in identifiers)
        record = next((by_identity[key] for key in keys if key in by_identity), None)
        if record is not None:
            claimed += claims([record], {record[0]: [fields]}, identifiers)
    return claimed


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
    """The number of people, as the shop knows them: customers who share an id, an e-mail or a phone are one person."""
    found: list[set[tuple[str, str]]] = []
    for each in claimed:
        known = _known(each.customer) or {("of", each.of)}
        same = [person for person in found if person & known]
        found = [person for person in found if not person & known] + [known.union(*same)]
    return len(found)


def _known(customer: Customer) -> set[tuple[str, str]]:
    known = {("id", customer.external_id), ("email", customer.email.lower()), ("phone", digits(customer.phone))}
    return {(kind, value) for kind, value in known if value}
