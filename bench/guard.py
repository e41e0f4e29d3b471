"""python -m bench --guard: fails if a call has become much slower, but not because of noise of the machine.

Two ratios of a call and its peer, each within a limit:

bytecodes   the number of bytecodes that Python runs: equal in each run, but it does not count work in C
time        processor time, measured in turns; the best round of each side counts. Noise only adds to a round, so a
            figure passes as soon as it is within its limit, and fails if it is not after `MOST_ROUNDS`
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.in_process import batches_callers, endpoint_callers
from bench.measure import bytecodes_per_call, interleaved, seconds_per_call

FEWEST_ROUNDS, MOST_ROUNDS = 5, 60
Calls = Callable[[], tuple[Callable[[], object], Callable[[], object]]]


@dataclass(frozen=True, slots=True)
class Guarded:
    """A figure that must not grow: both sides, the calls per round, and the maximum ratios."""

    number: str
    what: str
    callers: Calls
    times: int
    bytecodes: float
    time: float


GUARDED = (
    Guarded("5", "one OmniSegment order ÷ bare Flask `jsonify`", endpoint_callers, 100, bytecodes=1.9, time=3.0),
    Guarded("11", "a Zangsho batch of 100 ÷ the same unvalidated", batches_callers, 10, bytecodes=5.0, time=2.8),
)
"""A decision that is made twice, or a body that is parsed twice, exceeds these limits; noise does not."""


def guard() -> bool:
    """Measure all, and print two lines each. Return whether all are within their limits."""
    within = [each for guarded in GUARDED for each in _within(guarded)]
    return all(within)


def _within(guarded: Guarded) -> tuple[bool, bool]:
    ours, theirs = guarded.callers()
    for call in (ours, theirs):
        seconds_per_call(call, guarded.times)()  # fills caches
    bytecodes = [bytecodes_per_call(call, 3) for call in (ours, theirs)]
    is_few = _shown(guarded, "bytecodes", bytecodes, guarded.bytecodes)
    return is_few, _shown(guarded, "µs", _best_times(guarded, ours, theirs), guarded.time)


def _best_times(guarded: Guarded, ours: Callable[[], object], theirs: Callable[[], object]) -> list[float]:
    """Microseconds of both sides in their best rounds. Rounds are added until the ratio is within its limit."""
    contenders = [seconds_per_call(call, guarded.times) for call in (ours, theirs)]
    rows: list[tuple[float, ...]] = []
    best = [float("inf"), 1.0]
    while len(rows) < FEWEST_ROUNDS or (best[0] > guarded.time * best[1] and len(rows) < MOST_ROUNDS):
        rows += interleaved(1, *contenders)
        best = [min(row[side] for row in rows) * 1e6 for side in (0, 1)]
    return best


def _shown(guarded: Guarded, unit: str, measured: list[float], highest: float) -> bool:
    ours, theirs = measured
    is_within = ours <= highest * theirs
    verdict = "within" if is_within else "ABOVE"
    sides = f"{ours:,.0f} ÷ {theirs:,.0f} {unit}"
    print(f"figure {guarded.number}: {ours / theirs:.2f} ×, {verdict} {highest:g} × ({sides}; {guarded.what})")
    return is_within
