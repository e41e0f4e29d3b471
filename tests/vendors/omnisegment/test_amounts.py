"""Amounts that no double holds: what is taken is held as it was sent, summed exactly, and read back."""

from __future__ import annotations

import json
import re
from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.core.errors import UsageError
from mockservers.core.values.json_text import dumps, reloads
from mockservers.vendors.omnisegment.values import exact
from tests.vendors.omnisegment.omnisegment_tenant import JSON, ORDER, TAKEN, OmniSegmentTenant, body, message

QUANTITY, REVENUE = "omnisegment.products.quantity-number", "omnisegment.purchase.revenue"


def sum_of(amounts: list[str]) -> Decimal:
    with localcontext(prec=20_000):
        return sum(map(Decimal, amounts), Decimal(0))


def with_revenue(omnisegment: OmniSegmentTenant, revenue: str, **top: Any) -> bytes:
    """Send an order whose total is written as it is given."""
    data = {**ORDER, "transaction_id": f"T{len(omnisegment.orders)}", "transaction_revenue": 770000000077}
    raw = json.dumps({**omnisegment.credentials, "debug_mode": 1, **top, "data": data})
    return omnisegment.ask("importPurchaseData", raw.replace("770000000077", revenue).encode(), headers=JSON).reply.body


def read_again(omnisegment: OmniSegmentTenant) -> Any:
    """What an organisation holds, once it has been written and read."""
    state = reloads(dumps(omnisegment.state))
    again = OmniSegmentTenant()
    again.tenant.replace_state(omnisegment.state)
    assert again.state == state == omnisegment.state
    return state


SHOWN = ["9" * 308, "-" + "9" * 308, "0." + "1" * 5000, "1." + "0" * 4500, "1234567890123456.78", "0" * 5000 + "7"]


@pytest.mark.rule(QUANTITY)
@pytest.mark.parametrize("quantity", SHOWN)
@pytest.mark.parametrize("mode", [0, 1])
def test_an_accepted_quantity_is_held_exactly_and_read_back(quantity: str, mode: int) -> None:
    omnisegment = OmniSegmentTenant()
    assert omnisegment.order(mode=mode, products="P,Q", products_quantity=f"1,{quantity}").reply.body == TAKEN
    [order] = read_again(omnisegment)["orders"]
    assert exact(order["product_lines"][1]["product_quantity"]) == Decimal(quantity)
    [shown] = body(omnisegment.read())["data"]
    assert exact(shown["products"][1]["product_quantity"]) == Decimal(quantity)
    assert omnisegment.silent == 0


@pytest.mark.rule(QUANTITY)
@pytest.mark.parametrize("quantity", ["9" * 309, "9" * 4299, "-" + "9" * 4301, "9" * 5000, "9" * 4299 + ".5"])
def test_a_quantity_beyond_all_doubles_is_an_error_and_nothing_is_held(quantity: str) -> None:
    omnisegment = OmniSegmentTenant()
    answer = omnisegment.order(products="P", products_quantity=quantity)
    assert message(answer) == "Input Error: products_quantity should be numbers separated by commas"
    omnisegment.order(mode=0, products="P", products_quantity=quantity)
    assert (read_again(omnisegment)["orders"], omnisegment.silent_rules) == ([], [QUANTITY])


@pytest.mark.rule(REVENUE)
@pytest.mark.parametrize("reading", ["refuse", "coerce"])
@pytest.mark.parametrize("revenue", ["9" * 310, "9" * 4299, "-" + "9" * 4300])
def test_a_total_beyond_all_doubles_is_an_error(revenue: str, reading: str) -> None:
    omnisegment = OmniSegmentTenant(readings={REVENUE: reading})
    assert b"format of transaction_revenue is invalid" in with_revenue(omnisegment, revenue)
    with_revenue(omnisegment, revenue, debug_mode=0)
    assert (read_again(omnisegment)["orders"], omnisegment.silent_rules) == ([], [REVENUE])


TOTALS = [
    ["1.7e308", "1.7e308", "0.5"],
    ["-1.7e308", "-1.7e308", "-0.1"],
    ["9" * 309, "9" * 309, "9" * 309],
    ["1e-320", "1e308"],
    ["0." + "0" * 4200 + "1", "9" * 309],
    ["1e-9000", "1"],
    ["0.1", "0.2"],
]


@pytest.mark.rule(REVENUE, "omnisegment.statistics.of-member")
@pytest.mark.parametrize("revenues", TOTALS)
def test_accepted_totals_add_up_exactly_and_are_read_back(revenues: list[str]) -> None:
    omnisegment = OmniSegmentTenant()
    for revenue in revenues:
        assert with_revenue(omnisegment, revenue) == TAKEN
    state = read_again(omnisegment)
    assert [exact(order["transaction_revenue"]) for order in state["orders"]] == [*map(Decimal, revenues)]
    assert exact(state["members"][0]["history"]["total_revenue"]) == sum_of(revenues)
    assert len(body(omnisegment.read())["data"]) == len(revenues)
    assert omnisegment.silent == 0


@given(st.lists(st.tuples(st.integers(-(10**18), 10**18), st.integers(-330, 290)), min_size=1, max_size=4))
def test_any_accepted_totals_can_be_read_back(parts: list[tuple[int, int]]) -> None:
    revenues = [f"{digits}e{exponent}" for digits, exponent in parts]
    omnisegment = OmniSegmentTenant()
    for revenue in revenues:
        assert with_revenue(omnisegment, revenue) == TAKEN
    assert exact(read_again(omnisegment)["members"][0]["history"]["total_revenue"]) == sum_of(revenues)


@pytest.mark.rule(QUANTITY, REVENUE)
@pytest.mark.parametrize(
    "change",
    [{"products": "P", "products_quantity": "1," + "9" * 4299}, {"transaction_revenue": 10**400}],
)
def test_an_order_with_an_amount_beyond_all_doubles_cannot_be_seeded(change: dict[str, Any]) -> None:
    omnisegment = OmniSegmentTenant()
    with pytest.raises(UsageError, match=re.escape("digits. Fix: give a smaller one.")):
        omnisegment.tenant.replace_state({"orders": [{**ORDER, **change}]})
    assert omnisegment.orders == []
