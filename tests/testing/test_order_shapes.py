"""The shapes of orders: what the edge orders show always, what changes show, and what no order of a run did."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from mockservers.testing.conformance import Fanship, Zangsho
from mockservers.testing.conformance.edge_orders import edited_orders, orders_of_every_shape
from mockservers.testing.conformance.running import sample_orders
from mockservers.testing.orders.shapes import (
    BOOK_SHAPES,
    CHANGE_SHAPES,
    ORDER_SHAPES,
    SUBSCRIPTION_SHAPES,
    shapes_of,
    subscription_shapes,
)
from mockservers.testing.strategies import TURNS, turned
from tests.testing.subscribers import SUBSCRIPTION


class Shop(Zangsho):
    __test__ = False


class YenShop(Fanship):
    __test__ = False


def test_the_edge_orders_show_every_shape_of_an_order() -> None:
    shown = shapes_of(orders_of_every_shape(Shop()))

    assert set(ORDER_SHAPES) - shown == {"another day in UTC"}
    assert set(BOOK_SHAPES) - shown == {"one order alone", "several business days"}


def test_the_edited_edge_orders_show_every_change() -> None:
    for shop in (Shop(), YenShop()):
        assert set(CHANGE_SHAPES) <= shapes_of(*edited_orders(shop))


def test_a_simple_order_shows_only_its_own_shapes() -> None:
    order = sample_orders("TWD")[0]

    assert shapes_of([order]) == {"status placed", "one line", "account with e-mail", "one order alone"}
    paid = order.moved_to("paid", order.ordered_at + timedelta(hours=1))
    assert shapes_of([order], [paid]) - shapes_of([order]) == {"status paid", "a later status"}
    assert "the customer edited" not in shapes_of([order], [replace(paid, id="another")])


def test_changes_of_subscriptions_show_every_subscription_shape() -> None:
    assert subscription_shapes(turned(SUBSCRIPTION, turn) for turn in TURNS) == set(SUBSCRIPTION_SHAPES)
    assert subscription_shapes(sample_orders("TWD")) == set()


def test_names_of_shapes_are_unique() -> None:
    kinds = (ORDER_SHAPES, BOOK_SHAPES, CHANGE_SHAPES, SUBSCRIPTION_SHAPES)
    assert len({name for shapes in kinds for name in shapes}) == sum(map(len, kinds))
