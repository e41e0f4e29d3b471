"""Figures 1 to 4: `mockservers serve` over a socket, beside Prism on the same contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from bench.figures import Figure
from bench.measure import interleaved, ratios
from bench.processes import Served, prism, serve, why_no_prism
from bench.traffic import CONTRACT, PURCHASE_PATH, demo_credentials, purchase

_ROUNDS = 5
_MANY = 20_000


def throughput() -> Iterator[Figure]:
    """Figures 1, 2 and 4a."""
    if missing := why_no_prism():
        yield from (Figure(number, note=missing) for number in ("1", "2", "4a"))
        return
    with _ours() as ours, _theirs() as theirs:
        idle = ours.memory / theirs.memory
        for server in (ours, theirs):
            server.rate(8, 2)
        for number, connections in (("1", 8), ("2", 1)):
            rows = interleaved(_ROUNDS, partial(ours.rate, connections, 2), partial(theirs.rate, connections, 2))
            ours_best, theirs_best = (max(row[at] for row in rows) for at in (0, 1))
            yield Figure(number, ratios(rows), f"at best {ours_best:,.0f}/s ÷ {theirs_best:,.0f}/s")
        yield Figure("4a", [idle])


def cold_start() -> Iterator[Figure]:
    """Figure 3."""
    if missing := why_no_prism():
        yield Figure("3", note=missing)
        return
    rows = interleaved(_ROUNDS, partial(_seconds_to_start, _ours), partial(_seconds_to_start, _theirs))
    ours_best, theirs_best = (min(row[at] for row in rows) for at in (0, 1))
    yield Figure("3", ratios(rows), f"at best {ours_best:.2f} s ÷ {theirs_best:.2f} s")


def memory() -> Iterator[Figure]:
    """Figure 4b."""
    with _ours() as ours:
        idle = ours.memory
        ours.answer(_MANY)
        yield Figure("4b", [ours.memory], f"idle {idle:.0f} MB")


def _seconds_to_start(start: Callable[[], Served]) -> float:
    with start() as server:
        return server.cold_start


def _ours() -> Served:
    return serve(f"/omnisegment{PURCHASE_PATH}", purchase(demo_credentials("omnisegment")))


def _theirs() -> Served:
    return prism(CONTRACT, PURCHASE_PATH, purchase(demo_credentials("omnisegment")))
