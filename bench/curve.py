"""A curve: the cost of a call by a size, such as the number of tenants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST = 1.2
"""Maximum ratio of the cost at the end of a curve to its lowest cost."""


@dataclass(frozen=True, slots=True)
class Curve:
    """The cost of a call, in microseconds of a processor, by a size."""

    what: str
    per: str
    points: Sequence[tuple[int, float]]

    @property
    def growth(self) -> float:
        """The ratio of the last cost to the lowest cost."""
        return self.points[-1][1] / min(cost for _, cost in self.points)

    @property
    def is_flat(self) -> bool:
        """Whether the ratio is within the limit."""
        return self.growth <= MOST
