"""The edge orders: exporters that do what the pages ask for hold them, as they are and after every edit."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

import pytest

from mockservers.clients import esputnik, fanship, omnisegment, zangsho
from mockservers.testing.conformance import Esputnik, Fanship, Omnisegment, PropertyFailure, Suite, Target, Zangsho
from mockservers.testing.conformance.case import Case
from mockservers.testing.conformance.completeness import complete
from mockservers.testing.conformance.edge_orders import edited_orders, orders_of_every_shape
from mockservers.testing.conformance.updates import updates
from mockservers.testing.orders import Order

RIGHT = [(Omnisegment, omnisegment), (Fanship, fanship), (Esputnik, esputnik), (Zangsho, zangsho)]


def with_export(suite: type[Suite[Target]], client: ModuleType) -> Suite[Target]:
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


def test_an_order_that_the_vendor_cannot_hold_has_to_be_named() -> None:
    class Silent(Zangsho):
        __test__ = False

        def export(self, target: Target, orders: Sequence[Order]) -> None:
            zangsho.export(target, [order for order in orders if order.customer.email])

    with pytest.raises(PropertyFailure, match=r"cannot hold E-\d+, E-\d+, and the exporter names none"):
        complete(Silent(), Case(orders_of_every_shape(Silent())))


def test_a_field_that_is_sent_for_one_order_is_owed_for_all() -> None:
    class WithoutPaidAt(Zangsho):
        __test__ = False

        def export(self, target: Target, orders: Sequence[Order]) -> list[str]:
            from tests.conformance.mutants.zangsho import exporter, right

            def shape(order: Order) -> dict[str, object]:
                return {**right(order), "paid_at": None} if order.status == "refunded" else right(order)

            return list(exporter(shape)(target, orders) or ())

    paid = [order for order in orders_of_every_shape(WithoutPaidAt()) if order.customer.email and order.at("paid")]
    refunded = [order for order in paid if order.status == "refunded"]
    with pytest.raises(PropertyFailure, match=r"paid is nothing, asked for: .* \(it is sent for other orders\)"):
        complete(WithoutPaidAt(), Case(tuple(paid)))
    complete(WithoutPaidAt(), Case(tuple(refunded)))  # it sends it for none of these
