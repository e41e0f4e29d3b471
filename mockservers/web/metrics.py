"""Metrics in Prometheus' text format: the counts of ledgers and journals, computed for each request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mockservers.core.admin.control import Control
from mockservers.core.errors import UsageError
from mockservers.core.extras import missing

if TYPE_CHECKING:
    from prometheus_client.core import Metric


def exposition(control: Control) -> tuple[bytes, str]:
    """Return the metrics and their media type. UsageError if the `metrics` extra is not installed."""
    try:
        from prometheus_client import CollectorRegistry  # noqa: PLC0415 - an extra, only needed for metrics
        from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest  # noqa: PLC0415 - as above
    except ImportError:
        raise UsageError(missing("/__admin/metrics", "metrics")) from None
    registry = CollectorRegistry()
    registry.register(_Tenants(control))
    return generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4


class _Tenants:
    """A collector of all calls, summed by vendor: tests create too many tenants for a label."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def collect(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily  # noqa: PLC0415 - as above

        tenants = GaugeMetricFamily("mockservers_tenants", "Existing tenants.", labels=["vendor"])
        exchanges = CounterMetricFamily("mockservers_exchanges", "Calls answered.", labels=["vendor"])
        items = GaugeMetricFamily("mockservers_items", "Items sent, by outcome.", labels=["vendor", "outcome"])
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
