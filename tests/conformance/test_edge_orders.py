"""The edge orders: exporters that do what the pages ask for hold them, as they are and after every edit."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import pytest

from mockservers.clients import esputnik, fanship, omnisegment, zangsho
from mockservers.testing.conformance import Esputnik, Fanship, Omnisegment, PropertyFailure, Suite, Target, Zangsho
from mockservers.testing.conformance.case import Case
from mockservers.testing.conformance.completeness import complete, nothing_silent
from mockservers.testing.conformance.edge_cases import edge_readings, edge_refusals
from mockservers.testing.conformance.edge_orders import edited_orders, orders_of_every_shape
from mockservers.testing.conformance.resilience import readings
from mockservers.testing.conformance.updates import updates
from mockservers.testing.orders import Order
from tests.conformance.mutants.zangsho import exporter, right

RIGHT = [(Omnisegment, omnisegment), (Fanship, fanship), (Esputnik, esputnik), (Zangsho, zangsho)]


def with_export(suite: type[Suite[Any]], client: ModuleType) -> Suite[Target]:
    made = type(
        "Ours", (suite,), {"__test__": False, "export": lambda _, target, orders: client.export(target, orders)}
    )
    ours: Suite[Target] = made()
    return ours


@pytest.mark.parametrize(("suite", "client"), RIGHT, ids=lambda each: each.__name__)
def test_a_right_exporter_holds_every_edge_order_and_every_edit(suite: type[Suite[Target]], client: ModuleType) -> None:
    ours = with_export(suite, client)

    complete(ours, Case(orders_of_every_shape(ours)))
    updates(ours, Case(*edited_orders(ours)))


@pytest.mark.parametrize(("suite", "client"), RIGHT, ids=lambda each: each.__name__)
def test_a_sku_has_one_name_in_all_edge_orders(suite: type[Suite[Target]], client: ModuleType) -> None:
    """A vendor that keeps products keeps the first name of each, whatever order comes first."""
    ours = with_export(suite, client)
    names: dict[str, set[str]] = {}
    for order in (*orders_of_every_shape(ours), *edited_orders(ours)[0], *edited_orders(ours)[1]):
        for line in order.lines:
            names.setdefault(line.sku, set()).add(line.name)

    assert {sku: several for sku, several in names.items() if len(several) > 1} == {}


def test_an_order_that_the_vendor_cannot_hold_has_to_be_named() -> None:
    class Silent(Zangsho):
        __test__ = False

        def export(self, target: Target, orders: Sequence[Order]) -> None:
            zangsho.export(target, [order for order in orders if order.customer.email])

    with pytest.raises(PropertyFailure, match=r"cannot hold (E-\d+, ){4}and the exporter names none"):
        complete(Silent(), Case(orders_of_every_shape(Silent())))


def test_a_field_that_is_sent_for_one_order_is_expected_of_all() -> None:
    class WithoutPaidAt(Zangsho):
        __test__ = False

        def export(self, target: Target, orders: Sequence[Order]) -> list[str]:
            def shape(order: Order) -> dict[str, object]:
                return {**right(order), "paid_at": None} if order.status == "refunded" else right(order)

            return list(exporter(shape)(target, orders) or ())

    paid = [order for order in orders_of_every_shape(WithoutPaidAt()) if order.customer.email and order.at("paid")]
    refunded = [order for order in paid if order.status == "refunded"]
    with pytest.raises(PropertyFailure, match=r"paid is nothing, asked for: .* \(it is sent for other orders\)"):
        complete(WithoutPaidAt(), Case(tuple(paid)))
    complete(WithoutPaidAt(), Case(tuple(refunded)))  # it sends it for none of these


@pytest.mark.parametrize(
    ("suite", "client"), [(Esputnik, esputnik), (Zangsho, zangsho)], ids=lambda each: each.__name__
)
def test_a_refused_order_that_looks_right_has_to_be_named(suite: type[Suite[Target]], client: ModuleType) -> None:
    class LooksFirst(suite):  # type: ignore[misc,valid-type]
        __test__ = False

        def export(self, target: Target, orders: Sequence[Order]) -> list[str]:
            client.export(target, orders)
            return [order.id for order in orders if not self.fits(order)]

    ours = with_export(suite, client)
    refused = [case for case in edge_refusals(ours) if case.readings]
    assert [case.unfit for case in refused][:3] == [("O-1",), ("O-3",), ("O-1", "O-3")]
    for case in refused:
        nothing_silent(ours, case)
        with pytest.raises(PropertyFailure, match="did not arrive, and the exporter did not notice"):
            nothing_silent(LooksFirst(), case)


def test_the_failures_of_every_batch_have_to_be_named() -> None:
    class LastAnswer(Zangsho):
        __test__ = False

        def export(self, target: Target, orders: Sequence[Order]) -> list[str]:
            return list(zangsho.export(target, orders) or ())[-1:]

    (case,) = [case for case in edge_refusals(LastAnswer()) if case.readings and len(case.orders) > 100]
    with pytest.raises(PropertyFailure, match="unnoticed  order O-1\n"):
        nothing_silent(LastAnswer(), case)


def test_orders_of_every_shape_meet_every_reading() -> None:
    class FoldsCase(Zangsho):
        __test__ = False

        def export(self, target: Target, orders: Sequence[Order]) -> list[str]:
            def shape(order: Order) -> dict[str, object]:
                return {**right(order), "customer_email": order.customer.email.lower()}

            return list(exporter(shape)(target, orders) or ())

    few, every_shape = edge_readings(FoldsCase())
    readings(FoldsCase(), few)
    with pytest.raises(PropertyFailure, match=r"Under the reading exact of zangsho\.item\.email-match"):
        readings(FoldsCase(), every_shape)


def test_a_call_that_is_refused_as_invalid_has_to_be_noticed() -> None:
    class TakesRefusalsForDone(Omnisegment):
        __test__ = False

        def export(self, target: Target, orders: Sequence[Order]) -> None:
            try:
                omnisegment.export(target, orders)
            except Exception as error:
                if "400" not in str(error):
                    raise

    (case, _) = [case for case in edge_refusals(TakesRefusalsForDone()) if case.fault == "reply 400"]
    nothing_silent(with_export(Omnisegment, omnisegment), case)
    with pytest.raises(PropertyFailure, match="did not arrive, and the exporter did not notice"):
        nothing_silent(TakesRefusalsForDone(), case)
