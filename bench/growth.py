"""python -m bench --growth: the cost of a call as sizes grow, written to bench/GROWTH.md and bench/growth.svg.

Costs are processor time, so that other work of the machine does not count. Each curve is measured in rounds, and a
point is its lowest round.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import peers
from bench.curve import MOST, Curve
from bench.growth_picture import picture
from bench.in_process import batch_poster, order_poster
from bench.results import made_by
from mockservers.cli.serving import settle

GROWTH = Path(__file__).parent / "GROWTH.md"
PICTURE = Path(__file__).parent / "growth.svg"
_ROUNDS = 5
_CALLS, _BATCHES, _REQUESTS = 200, 20, 2_000
_HEAD = f"""\
# What grows

Written by `scripts/bench --growth`; do not edit. Processor time in microseconds, the lowest of the rounds. *growth* is
the ratio of the last point to the lowest one; a curve is flat if that is {MOST:g} or less.

![Four curves](growth.svg)

"""


def tenants() -> Curve:
    """The cost of an OmniSegment order, by the number of tenants."""
    posts: list[Callable[[], bytes]] = []

    def post() -> bytes:
        return random.choice(posts)()

    points = []
    for size in (1, 10, 100, 1_000, 10_000):
        posts += [order_poster() for _ in range(size - len(posts))]
        points.append((size, _least(post, _CALLS)))
    return Curve("an OmniSegment order", "tenants", points)


def orders() -> Curve:
    """The cost of an order in a Zangsho batch of 100, by the number of orders that the tenant holds."""
    post = batch_poster()
    points, batches_held = [], 0
    for size in (1_000, 10_000, 100_000, 1_000_000):
        while batches_held < size // 100:
            post()
            batches_held += 1
        points.append((size, _least(post, _BATCHES) / 100))
        batches_held += _ROUNDS * _BATCHES
    return Curve("an order in a Zangsho batch of 100", "orders that the tenant holds", points)


def batches() -> Curve:
    """The cost of an order in a Zangsho batch, by the size of the batch."""
    sizes = (1, 2, 5, 10, 20, 50, 100)
    return Curve(
        "an order in a Zangsho batch",
        "orders in the batch",
        [(size, _least(batch_poster(size), _BATCHES) / size) for size in sizes],
    )


def threads() -> Curve:
    """The processor time of `mockservers serve` for an OmniSegment order, by the number of connections."""
    points: list[tuple[int, float]] = []
    with peers.ours() as server:
        server.rate(8, 3)
        for connections in (1, 2, 4, 8, 16, 32, 64):
            costs = []
            for _ in range(_ROUNDS):
                before = server.seconds_of_processor
                server.answer(_REQUESTS, connections)
                costs.append((server.seconds_of_processor - before) / _REQUESTS * 1e6)
            points.append((connections, min(costs)))
    return Curve("an OmniSegment order over a socket", "connections", points)


def _least(call: Callable[[], object], times: int) -> float:
    """Microseconds of a processor per call, in the best round."""
    settle()
    rounds = []
    for _ in range(_ROUNDS):
        gc.collect()
        started = time.process_time()
        for _ in range(times):
            call()
        rounds.append((time.process_time() - started) / times * 1e6)
    return min(rounds)


CURVES = (tenants, orders, batches, threads)


def grow() -> bool:
    """Measure all curves, print and write them. Return whether all are flat."""
    started = time.perf_counter()
    curves = []
    for measure in CURVES:
        curves.append(measure())
        print(_row(curves[-1]), flush=True)
    PICTURE.write_text(picture(curves), "utf-8")
    GROWTH.write_text(_document(curves, time.perf_counter() - started), "utf-8")
    return all(curve.is_flat for curve in curves)


def _document(curves: Sequence[Curve], seconds: float) -> str:
    rows = "\n".join(map(_row, curves))
    return f"{_HEAD}| what | by | µs | growth | |\n|---|---|---|--:|---|\n{rows}\n\n{made_by(seconds)}\n"


def _row(curve: Curve) -> str:
    costs = ", ".join(f"{size:,}: {cost:,.0f}" for size, cost in curve.points)
    verdict = "flat" if curve.is_flat else "grows"
    return f"| {curve.what} | {curve.per} | {costs} | {curve.growth:.2f} × | {verdict} |"
