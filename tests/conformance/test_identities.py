"""What an exporter makes up for who lacks an id, an e-mail address or a phone: it has to be one person's alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from mockservers.testing.conformance import Esputnik, Fanship, PropertyFailure, Suite, Target, run
from mockservers.testing.conformance.case import Case
from mockservers.testing.conformance.completeness import complete
from mockservers.testing.conformance.edge_orders import orders_of_every_shape
from mockservers.testing.conformance.identities import Claimed, people, shared_identities
from mockservers.testing.orders import Customer, Order
from tests.conformance.mutants.identities import MUTANTS, MadeUp, guests

ANN = Customer("", "ann@example.com", "", "Ann")
BOB = Customer("", "", "+886 912 000 001", "Bob")
MEMBER = Customer("000007", "carol@example.com", "", "Carol")


def claimed(*of: tuple[str, Customer, str, bool]) -> list[Claimed]:
    return [Claimed(name, customer, "customer", value, own) for name, customer, value, own in of]


@pytest.mark.parametrize(
    ("several", "shared"),
    [
        ([("O-1", ANN, "guest", False), ("O-2", BOB, "guest", False)], ("O-1", "O-2")),
        ([("O-1", ANN, "guest", False), ("O-2", ANN, "guest", False)], ()),
        ([("O-1", ANN, "g-1", False), ("O-2", BOB, "g-2", False)], ()),
        ([("O-1", ANN, "000007", False), ("O-2", MEMBER, "000007", True)], ("O-1", "O-2")),
        # The shop itself has it for both.
        ([("O-1", MEMBER, "000007", True), ("O-2", replace(MEMBER, email="c@example.com"), "000007", True)], ()),
    ],
)
def test_an_invented_identity_belongs_to_one_person(several: list[Any], shared: tuple[str, ...]) -> None:
    found = shared_identities(claimed(*several))

    assert [each.of for each in found] == ([shared] if shared else [])


def test_people_who_share_an_e_mail_or_a_phone_are_one_person() -> None:
    both = replace(ANN, phone="+886-912-000-001")
    several = claimed(("O-1", ANN, "x", False), ("O-2", BOB, "x", False), ("O-3", both, "x", False))

    assert people(several[:2]) == 2
    assert people(several) == 1


def test_a_shared_identity_is_named_with_its_orders_and_the_fix() -> None:
    (mutant,) = [each for each in MUTANTS if each.name == "fanship-one-guest"]

    report = run(Fanship, mutant.export, profile="quick", seed=1, only=["complete"], shrink=False)

    message = report.results[0].message
    assert "shared     customer is guest for several people, and some of them have none in the shop: orders " in message
    assert "generate another one for each person" in message


def own(customer: Customer) -> Customer:
    return replace(customer, external_id=customer.external_id or f"g-{customer.email.lower() or customer.phone}")


@pytest.mark.parametrize(("suite", "vendor"), [(Fanship, "fanship"), (Esputnik, "esputnik")])
def test_an_identity_per_guest_is_right(suite: type[Suite[Any]], vendor: str) -> None:
    _complete(suite, vendor, own)


def _complete(suite: type[Suite[Any]], vendor: str, made_up: MadeUp) -> None:
    export = guests(vendor, made_up)

    class Ours(suite):  # type: ignore[misc,valid-type]
        __test__ = False

        def export(self, target: Target, orders: Sequence[Order]) -> Iterable[str] | None:
            return export(target, orders)

    complete(Ours(), Case(orders_of_every_shape(Ours())))


def test_the_mutants_fail_properties_that_the_right_exporters_hold() -> None:
    with pytest.raises(PropertyFailure, match=r"email is guest@example\.com for several people"):
        _complete(Esputnik, "esputnik", lambda customer: replace(customer, email=customer.email or "guest@example.com"))
