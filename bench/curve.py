"""What something costs by how much there is of something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST = 1.2
"""How much more a call may cost at the end of a curve than where it costs least."""


@dataclass(frozen=True, slots=True)
class Curve:
    """What something costs, in microseconds of a processor, by how much of something else there is."""

    what: str
    per: str
    points: Sequence[tuple[int, float]]

    @property
    def growth(self) -> float:
        """The last point over the least."""
        return self.points[-1][1] / min(cost for _, cost in self.points)

    @property
    def is_flat(self) -> bool:
        """Whether nothing has become much dearer."""
        return self.growth <= MOST
