"""Customers beside what a vendor holds of them: by the shop's own id, where the vendor has a place for that.

Phones are compared by their last digits, for every vendor wants another spelling of them; names as one, for some have
one field for them and some have two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mockservers.testing.conformance.comparison import Fields, Projection
from mockservers.testing.orders import Customer

_DIGITS = 6


def projection_of_customers(
    must: Iterable[str],
    held: Callable[[Mapping[str, Any]], Iterable[Fields]],
    fits: Callable[[Customer], bool] = lambda customer: customer.identified,
) -> Projection:
    """What a vendor can hold of a customer. `held` reads a tenant's state, a `held_customer` for each."""
    return Projection(("customer",), frozenset(must), _expected, held, fits)


def held_customer(number: str | None, email: str | None, phone: str | None, name: str | None) -> Fields:
    """A customer as it is held, by the neutral names. `number` is the shop's own id."""
    return {
        "customer": number,
        "email": email and email.strip().lower(),
        "phone": phone_digits(phone),
        "name": name or None,
    }


def full_name(*parts: str | None) -> str:
    """A name of whatever parts it is held in."""
    return " ".join(" ".join(filter(None, parts)).split())


def _expected(customer: Customer) -> Fields:
    return {
        "customer": customer.external_id or None,
        "email": customer.email.lower() or None,
        "phone": phone_digits(customer.phone),
        "name": full_name(customer.name),
    }


def phone_digits(text: str | None) -> str | None:
    """The last digits of a phone number, in whatever spelling."""
    digits = "".join(filter(str.isdecimal, text or ""))
    return digits[-_DIGITS:] or None
