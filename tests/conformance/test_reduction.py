"""Fixed examples lose the orders that they fail without."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mockservers.testing.conformance import run
from mockservers.testing.conformance.case import Case
from mockservers.testing.conformance.edge_orders import orders_of_every_shape
from mockservers.testing.conformance.reduction import reduced
from mockservers.testing.conformance.vendors import suite
from tests.conformance.mutants import identities

ORDERS = orders_of_every_shape(suite("zangsho")())
IDS = [order.id for order in ORDERS]


@given(st.sets(st.sampled_from(IDS), min_size=1, max_size=3))
def test_only_the_orders_that_fail_together_are_kept(ids: set[str]) -> None:
    case = Case(ORDERS, later=ORDERS, unfit=(IDS[0], IDS[-1]))

    small = reduced(case, lambda smaller: ids <= {order.id for order in smaller.orders})

    assert {order.id for order in small.orders} == {order.id for order in small.later} == ids
    assert set(small.unfit) == ids & {IDS[0], IDS[-1]}


def test_a_failure_of_a_fixed_example_names_the_orders_that_cause_it() -> None:
    (mutant,) = [each for each in identities.MUTANTS if each.name == "fanship-one-guest"]

    report = run("fanship", mutant.export, profile="quick", seed=1, only=["complete"])

    assert report.results[0].case is not None
    assert len(report.results[0].case.orders) == 2
