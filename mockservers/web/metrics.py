"""Metrics in Prometheus' text format: the counts of the tenants' ledgers and journals, read on each request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mockservers.core.admin.control import Control
from mockservers.core.errors import UsageError
from mockservers.core.extras import missing

if TYPE_CHECKING:
    from prometheus_client.core import Metric


def exposition(control: Control) -> tuple[bytes, str]:
    """The metrics and their media type. UsageError when the `metrics` extra is not installed."""
    try:
        from prometheus_client import CollectorRegistry  # noqa: PLC0415 - an extra, only where metrics are read
        from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest  # noqa: PLC0415 - as above
    except ImportError:
        raise UsageError(missing("/__admin/metrics", "metrics")) from None
    registry = CollectorRegistry()
    registry.register(_Tenants(control))
    return generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4


class _Tenants:
    """A collector of all calls, summed by vendor: each test has its own tenant, too many for a label."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def collect(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily  # noqa: PLC0415 - as above

        tenants = GaugeMetricFamily("mockservers_tenants", "Tenants that there are.", labels=["vendor"])
        exchanges = CounterMetricFamily("mockservers_exchanges", "Calls answered.", labels=["vendor"])
        items = GaugeMetricFamily(
            "mockservers_items", "Items sent, by what became of them.", labels=["vendor", "outcome"]
        )
        silent = GaugeMetricFamily("mockservers_silent", "Losses that no reply reported.", labels=["vendor"])
        unauthenticated = CounterMetricFamily(
            "mockservers_unauthenticated", "Calls whose credentials select no tenant.", labels=["vendor"]
        )
        for vendor, mock in self._control.mocks.items():
            known = list(mock)
            tenants.add_metric([vendor], len(known))
            exchanges.add_metric([vendor], sum(tenant.last for tenant in known))
            silent.add_metric([vendor], sum(tenant.ledger.silent for tenant in known))
            unauthenticated.add_metric([vendor], mock.unauthenticated.last)
            for outcome, count in _summed(known).items():
                items.add_metric([vendor, outcome], count)
        yield from (tenants, exchanges, items, silent, unauthenticated)


def _summed(tenants: list[Any]) -> dict[str, int]:
    summed: dict[str, int] = {}
    for tenant in tenants:
        for outcome, count in tenant.ledger.to_dict([])["items"].items():
            summed[outcome] = summed.get(outcome, 0) + count
    return summed
