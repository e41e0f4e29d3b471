"""Figures 1 to 4 and 15: `mockservers serve` over a socket, compared with Prism on the same contract and with peers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import partial

from bench import peers
from bench.figures import Figure
from bench.measure import interleaved, ratios
from bench.packages import Missing
from bench.processes import Served

_ROUNDS = 5
_MANY = 20_000
_LOGGED = 4_000
_WARM = 6
"""Seconds of load before the first round, in which a JIT compiles."""

_PEERS: dict[str, Callable[[], AbstractContextManager[Served]]] = {
    "a": peers.prism,
    "b": peers.wiremock,
    "c": peers.mockserver,
    "d": peers.httpserver,
}
"""By the letter of their figures."""


def throughput() -> Iterator[Figure]:
    """Figures 1 and 2, all peers in the same rounds, and 4a."""
    with ExitStack() as running:
        ours = running.enter_context(peers.ours())
        idle = ours.memory
        served: dict[str, Served] = {}
        for letter, start in _PEERS.items():
            try:
                served[letter] = running.enter_context(start())
            except Missing as reason:
                yield from (Figure(f"{number}{letter}", note=str(reason)) for number in (1, 2))
        yield Figure("4a", [idle / served["a"].memory]) if "a" in served else Figure("4a", note="without Prism")
        for server in (ours, *served.values()):
            server.rate(8, _WARM)
        for number, connections in ((1, 8), (2, 1)):
            yield from _rates(number, connections, ours, served)


def _rates(number: int, connections: int, ours: Served, served: dict[str, Served]) -> Iterator[Figure]:
    contenders = [partial(server.rate, connections, 2) for server in (ours, *served.values())]
    rows = interleaved(_ROUNDS, *contenders)
    for at, (letter, server) in enumerate(served.items(), 1):
        best, theirs = max(row[0] for row in rows), max(row[at] for row in rows)
        note = f"at best {best:,.0f}/s ÷ {theirs:,.0f}/s; then {ours.memory:.0f} MB and {server.memory:.0f} MB"
        yield Figure(f"{number}{letter}", ratios([(row[0], row[at]) for row in rows]), note)


def cold_start() -> Iterator[Figure]:
    """Figure 3."""
    try:
        _seconds_to_start(peers.prism)  # fetches it, and fills the system's cache
    except Missing as reason:
        yield Figure("3", note=str(reason))
        return
    _seconds_to_start(peers.ours)  # the first one writes byte code
    rows = interleaved(_ROUNDS, partial(_seconds_to_start, peers.ours), partial(_seconds_to_start, peers.prism))
    ours_best, theirs_best = (min(row[at] for row in rows) for at in (0, 1))
    yield Figure("3", ratios(rows), f"at best {ours_best:.2f} s ÷ {theirs_best:.2f} s")


def memory() -> Iterator[Figure]:
    """Figure 4b."""
    with peers.ours() as ours:
        idle = ours.memory
        ours.answer(_MANY)
        yield Figure("4b", [ours.memory], f"idle {idle:.0f} MB")


def log() -> Iterator[Figure]:
    """Figure 15: the processor time of the server for a log line."""
    with peers.ours() as logging, peers.ours("--log", "off") as quiet:
        for server in (logging, quiet):
            server.rate(8, 2)
        rows = interleaved(_ROUNDS, partial(_cost, logging), partial(_cost, quiet))
    ours_best, theirs_best = (min(row[at] for row in rows) for at in (0, 1))
    yield Figure("15", ratios(rows), f"at best {ours_best:,.0f} µs ÷ {theirs_best:,.0f} µs")


def _cost(server: Served) -> float:
    """Microseconds of the processor that a call takes."""
    before = server.seconds_of_processor
    server.answer(_LOGGED)
    return (server.seconds_of_processor - before) / _LOGGED * 1e6


def _seconds_to_start(start: Callable[[], AbstractContextManager[Served]]) -> float:
    with start() as server:
        return server.cold_start
