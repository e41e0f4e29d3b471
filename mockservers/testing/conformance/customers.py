"""The comparison of customers with what a vendor holds: by the shop's own id, if the vendor has a field for it.

Phone numbers are compared in any spelling, because each vendor requires a different one. Names are compared as one
text, because some vendors have one field for them and some have two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mockservers.testing.conformance.accepted_values import Phone, digits
from mockservers.testing.conformance.comparison import Fields, Projection
from mockservers.testing.orders import Customer


def projection_of_customers(
    must: Iterable[str],
    held: Callable[[Mapping[str, Any]], Iterable[Fields]],
    fits: Callable[[Customer], bool] = lambda customer: customer.identified,
) -> Projection:
    """What a vendor can hold of a customer. `held` reads a tenant's state, a `held_customer` for each."""
    return Projection(("customer",), frozenset(must), _expected, held, fits, frozenset({"email", "phone"}))


def held_customer(number: str | None, email: str | None, phone: str | None, name: str | None) -> Fields:
    """A customer as it is held, by the neutral names. `number` is the shop's own id."""
    return {
        "customer": number,
        "email": email and email.strip().lower(),
        "phone": held_phone(phone),
        "name": name or None,
    }


def full_name(*parts: str | None) -> str:
    """A full name, from the parts in which it is held."""
    return " ".join(" ".join(filter(None, parts)).split())


def _expected(customer: Customer) -> Fields:
    return {
        "customer": customer.external_id or None,
        "email": customer.email.lower() or None,
        "phone": expected_phone(customer),
        "name": full_name(customer.name),
    }


def expected_phone(customer: Customer) -> Phone | None:
    """The customer's phone in any spelling, if there is one."""
    return Phone(customer.phone) if customer.phone else None


def held_phone(text: str | None) -> str | None:
    """The digits of a phone number that is held, if there is one."""
    return digits(text or "") or None
