"""A mutant: an exporter that is wrong in one way, and the property that must find it out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mockservers.testing.conformance import Result, Target, run
from mockservers.testing.conformance.vendors import suite
from mockservers.testing.orders import Order

Export = Callable[[Any, Sequence[Order]], Iterable[str] | None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """`caught_by` is the name of the property that must catch it. `also` is what it sends in addition to orders."""

    name: str
    vendor: str
    caught_by: str
    wrong: str
    export: Export
    also: Mapping[str, Callable[[Target, Sequence[Any]], Iterable[str] | None]] = field(default_factory=dict)
    time_limit: float = 30.0

    def tried(self, *, seed: int, shrink: bool = True) -> Result:
        """The result of the property that must catch it, in the profile `quick`."""
        vendors = suite(self.vendor)
        limited = type(vendors.__name__, (vendors,), {"time_limit": self.time_limit, "__test__": False})
        only = [self.caught_by]
        report = run(limited, self.export, profile="quick", seed=seed, only=only, shrink=shrink, also=self.also)
        return report.results[0]


def of_the_first(most: int, export: Export) -> Export:
    """An exporter that reads one page of the shop's orders."""
    return lambda target, orders: export(target, orders[:most])


def of_what_changed(export: Callable[[Any, Sequence[Any]], Iterable[str] | None]) -> Export:
    """An exporter of the orders that changed since its last attempt, whether or not that attempt succeeded."""
    tried: dict[tuple[str, str], Any] = {}

    def changed(target: Target, orders: Sequence[Order]) -> Iterable[str] | None:
        shop = str(target.credentials)
        new = [order for order in orders if tried.get((shop, order.id)) != order]
        tried.update({(shop, order.id): order for order in new})
        return export(target, new)

    return changed
