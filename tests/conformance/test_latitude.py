"""Where a page leaves a choice, each choice is right, and what is beside them is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from mockservers.clients import fanship
from mockservers.testing.conformance import Esputnik, Fanship, PropertyFailure, Suite
from mockservers.testing.conformance.case import Case
from mockservers.testing.conformance.completeness import complete
from mockservers.testing.conformance.edge_orders import orders_of_every_shape
from mockservers.testing.conformance.running import sample_orders
from mockservers.testing.orders import Line, Order, Pieces, Return
from tests.conformance.mutants.esputnik import by_events

KYIV = ZoneInfo("Europe/Kiev")


def ours(suite: type[Suite[Any]], export: Callable[[Any, Sequence[Order]], Any]) -> Suite[Any]:
    made = type("Ours", (suite,), {"__test__": False, "export": lambda _, target, orders: export(target, orders)})
    found: Suite[Any] = made()
    return found


def partly_returned() -> Order:
    """An order of two lines, of which one came back as a whole and of the other one of two pieces."""
    plain = sample_orders("JPY")[0]
    tea, cup = replace(plain.lines[0], quantity=2), Line("2", "P2", "Cup", 1, plain.lines[0].unit_price)
    back = Return("RMA-1", plain.ordered_at + timedelta(hours=2), (Pieces("1", 1), Pieces("2", 1)))
    return replace(plain, lines=(tea, cup), returns=(back,))


def test_a_purchase_that_was_returned_as_a_whole_may_be_left_out_or_sent() -> None:
    def kept(order: Order) -> Order:
        return replace(order, lines=tuple(line for line in order.lines if order.returned(line) < line.quantity))

    def no_returned_line_at_all(order: Order) -> Order:
        return replace(order, lines=tuple(line for line in order.lines if not order.returned(line)))

    case = Case((partly_returned(),))
    complete(ours(Fanship, fanship.export), case)
    complete(ours(Fanship, lambda target, orders: fanship.export(target, [kept(order) for order in orders])), case)
    with pytest.raises(PropertyFailure, match="missing    order O-1, sku P1"):
        complete(
            ours(
                Fanship,
                lambda target, orders: fanship.export(target, [no_returned_line_at_all(order) for order in orders]),
            ),
            case,
        )


def empty_member(target: Any, orders: Sequence[Order]) -> None:
    """Sends an empty text where the shop has no number of a customer."""
    lines = [
        json.dumps(
            {
                "id": f"{order.id}/{line.id}",
                "transaction_id": order.id,
                "member_id": order.customer.external_id,
                "order_date": order.ordered_at.isoformat(),
                "item_code": line.sku,
                "quantity": line.quantity,
            }
        )
        for order in orders
        for line in order.lines
    ]
    requests.post(
        f"{target.url}/v1/2nd/purchases/{orders[0].business_day:%Y%m%d}/_all",
        headers={"Authorization": f"Bearer {target.token}"},
        files={"filename": ("purchases.ndjson", "\n".join(lines).encode(), "application/x-ndjson")},
        timeout=9,
    ).raise_for_status()


def test_an_empty_member_id_is_nobodys() -> None:
    """A member's id is a text that is not empty, so that an empty one joins no guests."""
    exporter = ours(Fanship, empty_member)

    complete(exporter, Case(orders_of_every_shape(exporter)))


@pytest.mark.parametrize("month", [1, 7])
@pytest.mark.parametrize("zone", ["+02:00", "Europe/Kiev"])
def test_a_date_without_a_zone_may_be_in_summer_time(month: int, zone: str) -> None:
    clock = KYIV if zone != "+02:00" else None
    plain = sample_orders("UAH")[0]
    at = datetime(2025, month, 1, 12, tzinfo=KYIV)
    order = replace(plain, ordered_at=at, history=(replace(plain.history[0], at=at),))

    complete(ours(Esputnik, by_events(clock=clock) if clock else by_events()), Case((order,)))


def test_a_date_of_another_zone_is_wrong_in_summer_too() -> None:
    plain = sample_orders("UAH")[0]
    at = datetime(2025, 7, 1, 12, tzinfo=KYIV)
    order = replace(plain, ordered_at=at, history=(replace(plain.history[0], at=at),))

    with pytest.raises(PropertyFailure, match="different  order O-1: at is 2025-07-01 18:00:00"):
        complete(ours(Esputnik, by_events(clock=ZoneInfo("Asia/Tokyo"))), Case((order,)))
