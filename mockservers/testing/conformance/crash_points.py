"""At which points an export is interrupted, and how many of them are tried."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Protocol, TypeVar

from mockservers.testing.conformance.exporter import Exporter
from mockservers.testing.conformance.interruption import Moment, Point
from mockservers.testing.conformance.profiles import chosen

POINTS = 200
"""So many points are all tried. Of more of them the borders between verdicts are searched for."""

PAIRS: Mapping[str, int] = {"quick": 0, "default": 0, "thorough": 40}
"""The pairs of crashes, on two nights that follow one another."""


class _Judged(Protocol):
    @property
    def verdict(self) -> str: ...


Aftermath = TypeVar("Aftermath", bound=_Judged)


def crash_points(exporter: Exporter[Any], operations: Sequence[str]) -> list[Point]:
    """All points of an export of these calls, in the order of time.

    The first write to a file is one where the exporter is a program that keeps a folder, and the system is Linux.
    """
    writes = exporter.process is not None and exporter.kept is not None and sys.platform == "linux"
    moments: tuple[Moment, ...] = ("before", "after", "write", "done") if writes else ("before", "after", "done")
    return [Point(call, moment, name) for call, name in enumerate(operations, 1) for moment in moments]


def searched(points: Sequence[Point], crashed: Callable[[Point], Aftermath], most: int = POINTS) -> list[Aftermath]:
    """What comes of the points, in their order: of all of them, or, of more than `most`, by binary search.

    Then each moment of a call has a search of its own: points evenly spread, and between two of them whose verdicts
    differ the border, to the very call.
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
