"""A mutant: an exporter that is wrong in one way, and the property that must find it out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from mockservers.testing.conformance import Target
from mockservers.testing.orders import Order

Export = Callable[[Target, Sequence[Order]], Iterable[str] | None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """`caught_by` is the name of the property that must catch it."""

    name: str
    vendor: str
    caught_by: str
    wrong: str
    export: Export
