"""The points at which an export is interrupted, and which of them are tested."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Protocol, TypeVar

from mockservers.testing.conformance.exporter import Exporter
from mockservers.testing.conformance.interruption import Moment, Point
from mockservers.testing.conformance.profiles import chosen

POINTS = 200
"""Up to this number, all points are tested. If there are more, a search finds where the verdict changes."""

PAIRS: Mapping[str, int] = {"quick": 0, "default": 0, "thorough": 40}
"""The number of tested pairs of crashes, on two consecutive nights."""


class _Judged(Protocol):
    @property
    def verdict(self) -> str: ...


Aftermath = TypeVar("Aftermath", bound=_Judged)


def crash_points(exporter: Exporter[Any], operations: Sequence[str]) -> list[Point]:
    """All points of an export with these calls, in the order of time.

    The first write to a file is a point only if the exporter is a program with a kept folder, and the system is Linux.
    """
    writes = exporter.process is not None and exporter.kept is not None and sys.platform == "linux"
    moments: tuple[Moment, ...] = ("before", "after", "write", "done") if writes else ("before", "after", "done")
    return [Point(call, moment, name) for call, name in enumerate(operations, 1) for moment in moments]


def searched(points: Sequence[Point], crashed: Callable[[Point], Aftermath], most: int = POINTS) -> list[Aftermath]:
    """The results of the points, in their order: of all points or, if there are more than `most`, by binary search.

    The search runs once for each stage of a call. It tests evenly spread points. Between two points with different
    verdicts, it finds the call at which the verdict changes.
    """
    if len(points) <= most:
        return [crashed(point) for point in points]
    known: dict[Point, Aftermath] = {}
    moments = list(dict.fromkeys(point.moment for point in points))
    for moment in moments:
        alike = [point for point in points if point.moment == moment]
        samples = max(2, most // (2 * len(moments)))
        places = sorted({round(step * (len(alike) - 1) / (samples - 1)) for step in range(samples)})
        for place in places:
            known[alike[place]] = crashed(alike[place])
        for low, high in pairwise(places):
            _find_border(alike, low, high, known, crashed)
    return [known[point] for point in points if point in known]


def _find_border(
    points: Sequence[Point], low: int, high: int, known: dict[Point, Aftermath], crashed: Callable[[Point], Aftermath]
) -> None:
    while high - low > 1 and known[points[low]].verdict != known[points[high]].verdict:
        middle = (low + high) // 2
        known[points[middle]] = crashed(points[middle])
        if known[points[middle]].verdict == known[points[low]].verdict:
            low = middle
        else:
            high = middle


def crash_pairs(exporter: Exporter[Any], points: Sequence[Point]) -> list[tuple[Point, Point]]:
    """Pairs of points, evenly spread over all of them, in the profile `thorough`."""
    most = PAIRS[chosen(exporter.profile)]
    pairs = [(first, second) for first in points for second in points]
    if not most or len(pairs) <= most:
        return pairs[:most]
    return [pairs[step * len(pairs) // most] for step in range(most)]
