"""The suites of the four vendors."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import ClassVar

from mockservers.testing.conformance.exporter import Statuses
from mockservers.testing.conformance.projections import esputnik, fanship, omnisegment, zangsho
from mockservers.testing.conformance.properties import PROPERTIES
from mockservers.testing.conformance.suite import Suite


def _asks(name: str) -> Callable[[Suite], None]:
    """The test of a property that not every vendor can be asked of."""

    def test(suite: Suite) -> None:
        suite.hold(PROPERTIES[name])

    test.__name__, test.__doc__ = f"test_{name}", PROPERTIES[name].says
    return test


class Omnisegment(Suite):
    """OmniSegment. Members are known before, by number, e-mail and phone, unless `customers_known` is set to False."""

    __test__: ClassVar[bool] = False
    vendor: ClassVar[str] = "omnisegment"
    projection: ClassVar[ModuleType] = omnisegment
    statuses: ClassVar[Statuses] = omnisegment.STATUSES
    must: ClassVar[frozenset[str]] = omnisegment.MUST
    rests_on: ClassVar[tuple[str, ...]] = ("omnisegment.purchase.required",)
    customers_known: ClassVar[bool] = True
    batches: ClassVar[tuple[str, ...]] = ("batchImportPurchaseData",)
    paced: ClassVar[tuple[str, ...]] = ("importPurchaseData",)
    order_rules: ClassVar[frozenset[str]] = frozenset(
        {"omnisegment.member.unmapped-source-id", "omnisegment.member.unknown"}
    )

    test_refunds = _asks("refunds")


class Fanship(Suite):
    """FANSHIP. What changed is exported again before the day is taken in: afterwards nothing changes there.

    Its shops are in Japan: a business day is one of their clock's.
    """

    __test__: ClassVar[bool] = False
    vendor: ClassVar[str] = "fanship"
    projection: ClassVar[ModuleType] = fanship
    statuses: ClassVar[Statuses] = fanship.STATUSES
    must: ClassVar[frozenset[str]] = fanship.MUST
    rests_on: ClassVar[tuple[str, ...]] = ("fanship.record.schema",)
    currencies: ClassVar[tuple[str, ...]] = ("JPY",)
    offsets: ClassVar[tuple[float, ...]] = (9,)
    one_day_updates: ClassVar[bool] = True

    test_days = _asks("days")


class Esputnik(Suite):
    """eSputnik. It knows nobody before."""

    __test__: ClassVar[bool] = False
    vendor: ClassVar[str] = "esputnik"
    projection: ClassVar[ModuleType] = esputnik
    statuses: ClassVar[Statuses] = esputnik.STATUSES
    must: ClassVar[frozenset[str]] = esputnik.MUST
    rests_on: ClassVar[tuple[str, ...]] = ("esputnik.order.required",)
    batches: ClassVar[tuple[str, ...]] = ("ordersBulkInsert",)
    plain_under: ClassVar[frozenset[str]] = frozenset({"esputnik.order.price-match"})
    order_rules: ClassVar[frozenset[str]] = frozenset({"esputnik.contact.must-exist", "esputnik.order.unknown-order"})

    test_refunds = _asks("refunds")


class Zangsho(Suite):
    """Zangsho. It knows nobody before."""

    __test__: ClassVar[bool] = False
    vendor: ClassVar[str] = "zangsho"
    projection: ClassVar[ModuleType] = zangsho
    statuses: ClassVar[Statuses] = zangsho.STATUSES
    must: ClassVar[frozenset[str]] = zangsho.MUST
    rests_on: ClassVar[tuple[str, ...]] = ("zangsho.batch.update",)
    currencies: ClassVar[tuple[str, ...]] = ("TWD", "JPY", "USD")
    batches: ClassVar[tuple[str, ...]] = ("importCustomers", "importOrders")
    paced: ClassVar[tuple[str, ...]] = ("importCustomers", "importOrders")
    order_rules: ClassVar[frozenset[str]] = frozenset({"zangsho.order.customer-known"})

    test_refunds = _asks("refunds")
    test_subscriptions = _asks("subscriptions")


SUITES: dict[str, type[Suite]] = {each.vendor: each for each in (Omnisegment, Fanship, Esputnik, Zangsho)}
