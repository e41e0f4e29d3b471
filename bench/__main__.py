"""python -m bench [NUMBER…]: measures the figures. A run of all figures writes bench/RESULTS.md.

python -m bench --growth: what a call costs as things grow (bench/growth.py).
python -m bench --guard: whether a call has become much slower (bench/guard.py).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

from bench import beside_peers, in_process, in_tests, uploads
from bench.figures import Figure
from bench.growth import grow
from bench.guard import guard
from bench.results import RESULTS, document, row

_MEASURES: dict[Callable[[], Iterator[Figure]], tuple[str, ...]] = {
    beside_peers.throughput: ("1", "2", "4"),
    beside_peers.cold_start: ("3",),
    beside_peers.memory: ("4",),
    in_process.endpoint: ("5",),
    in_process.fresh_tenant: ("6",),
    in_tests.server: ("7",),
    in_process.intercepted: ("8",),
    uploads.validated: ("9",),
    uploads.streamed: ("10",),
    in_process.batch: ("11",),
    in_tests.plugin: ("12",),
    in_process.many: ("13", "14"),
    beside_peers.log: ("15",),
}


def main(chosen: list[str]) -> int:
    """Measure; exit status 1 when a floor is missed, a guarded figure is above its limit, or a curve is not flat."""
    if chosen == ["--guard"]:
        return not guard()
    if chosen == ["--growth"]:
        return not grow()
    started = time.perf_counter()
    figures: list[Figure] = []
    for measure, numbers in _MEASURES.items():
        if not chosen or set(chosen) & set(numbers):
            for figure in measure():
                figures.append(figure)
                print(row(figure), flush=True)
    if not chosen:
        RESULTS.write_text(document(figures, time.perf_counter() - started), "utf-8")
        print(f"written to {RESULTS}")
    return any(figure.verdict == "missed" for figure in figures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
