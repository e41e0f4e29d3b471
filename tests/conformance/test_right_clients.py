"""Exporters that do what the vendors' pages ask for hold every property: as test classes and without them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pytest

from mockservers.clients import esputnik, fanship, omnisegment, sending, zangsho
from mockservers.testing.conformance import Esputnik, Fanship, Omnisegment, Target, Zangsho, run
from mockservers.testing.orders import Customer, Order, Subscription

pytestmark = pytest.mark.thorough


@pytest.fixture(autouse=True, scope="module")
def _short_time_outs() -> Iterator[None]:
    """A call that is never answered costs a client's own time-out: two seconds are enough in a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sending, "TIME_OUT", 2.0)
        yield


class TestOmnisegment(Omnisegment):
    profile = "quick"

    def export(self, target: Target, orders: Sequence[Order]) -> Iterable[str]:
        return omnisegment.export(target, orders)

    def customers(self, target: Target, customers: Sequence[Customer]) -> Iterable[str]:
        return omnisegment.customers(target, customers)

    def refund(self, target: Target, orders: Sequence[Order]) -> Iterable[str]:
        return omnisegment.export(target, orders)


class TestFanship(Fanship):
    profile = "quick"

    def export(self, target: Target, orders: Sequence[Order]) -> None:
        fanship.export(target, orders)

    def customers(self, target: Target, customers: Sequence[Customer]) -> None:
        fanship.customers(target, customers)


class TestEsputnik(Esputnik):
    profile = "quick"

    def export(self, target: Target, orders: Sequence[Order]) -> Iterable[str]:
        return esputnik.export(target, orders)

    def customers(self, target: Target, customers: Sequence[Customer]) -> Iterable[str]:
        return esputnik.customers(target, customers)

    def refund(self, target: Target, orders: Sequence[Order]) -> Iterable[str]:
        return esputnik.export(target, orders)


class TestZangsho(Zangsho):
    profile = "quick"

    def export(self, target: Target, orders: Sequence[Order]) -> Iterable[str]:
        return zangsho.export(target, orders)

    def customers(self, target: Target, customers: Sequence[Customer]) -> Iterable[str]:
        return zangsho.customers(target, customers)

    def refund(self, target: Target, orders: Sequence[Order]) -> Iterable[str]:
        return zangsho.refund(target, orders)

    def subscribe(self, target: Target, subscriptions: Sequence[Subscription]) -> Iterable[str]:
        return zangsho.subscribe(target, subscriptions)


class TestEsputnikByEvents(Esputnik):
    """A second suite of a vendor in the same run, by another of its calls: one that raises where others try again."""

    profile = "quick"

    def export(self, target: Target, orders: Sequence[Order]) -> None:
        from tests.conformance.mutants.esputnik import RIGHT_EVENTS

        RIGHT_EVENTS(target, orders)


def test_a_report_lists_the_readings_that_no_client_can_satisfy() -> None:
    report = run("fanship", fanship.export, profile="quick", only=[], seed=2)

    assert report.holds, str(report)
    assert any("full-replacement" in line for line in report.beyond_help)
    assert report.to_dict()["verdicts"]
