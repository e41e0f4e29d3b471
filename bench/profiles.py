"""python -m bench.profiles: writes the time of figures 5 and 11 by module to bench/PROFILES.md.

A profile gives the share of each module. The shares are multiplied by the time of a call without a profiler, so that
the rows of a table add up to that time.
"""

from __future__ import annotations

import cProfile
import pstats
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.in_process import batches_callers, endpoint_callers
from bench.results import made_by

PROFILES = Path(__file__).parent / "PROFILES.md"
_PACKAGE = Path(__file__).parents[1] / "mockservers"
_LEAST = 0.01
_HEAD = """\
# Where the time goes

Written by `python -m bench.profiles`; do not edit. A built-in function counts for the module that calls it. Modules
below one per cent are one row.
"""

Post = Callable[[], object]


def module(file: str) -> str:
    """The project's file of a function, or the other package that it is from."""
    path = Path(file)
    if path.is_relative_to(_PACKAGE):
        return str(path.relative_to(_PACKAGE.parent))
    parts = path.parts
    if "site-packages" in parts:
        return parts[parts.index("site-packages") + 1].removesuffix(".py")
    return "bench" if "bench" in parts else "the standard library"


def by_module(profile: cProfile.Profile) -> Counter[str]:
    """Seconds by module."""
    statistics: Any = pstats.Stats(profile)
    spent: Counter[str] = Counter()
    for (file, _, _), (_, _, own, _, callers) in statistics.stats.items():
        if file != "~":
            spent[module(file)] += own
            continue
        for (caller, *_), (_, _, part, _) in callers.items():
            spent[module(caller) if caller != "~" else "the standard library"] += part
    return spent


def measured(post: Post, calls: int) -> tuple[float, Counter[str]]:
    """Microseconds of a call without profiling, in the best round, and the share of each module."""
    best = min(_seconds(post, calls) for _ in range(7)) / calls * 1e6
    profile = cProfile.Profile(time.thread_time)  # the wall clock would include other work of the machine
    profile.enable()
    for _ in range(calls):
        post()
    profile.disable()
    spent = by_module(profile)
    del spent["bench"]
    whole = sum(spent.values())
    return best, Counter({name: best * seconds / whole for name, seconds in spent.items()})


def _seconds(post: Post, calls: int) -> float:
    started = time.process_time()
    for _ in range(calls):
        post()
    return time.process_time() - started


def table(title: str, callers: tuple[Post, Post], calls: int) -> str:
    """A figure's profile as a section."""
    ours, theirs = callers
    best, modules = measured(ours, calls)
    peer = min(_seconds(theirs, calls) for _ in range(7)) / calls * 1e6
    small = sum(spent for spent in modules.values() if spent < best * _LEAST)
    rows = [(name, spent) for name, spent in modules.most_common() if spent >= best * _LEAST]
    lines = [
        f"## {title}",
        "",
        f"At best {best:,.0f} µs of the processor a call; the peer {peer:,.0f} µs.",
        "",
        "| module | µs | share |",
        "|---|--:|--:|",
    ]
    lines += [f"| `{name}` | {spent:,.1f} | {spent / best:.0%} |" for name, spent in [*rows, ("all others", small)]]
    return "\n".join(lines)


def main() -> None:
    """Profile both figures, and write the page."""
    started = time.perf_counter()
    sections = [
        table("Figure 5: one OmniSegment order", endpoint_callers(), 300),
        table("Figure 11: a Zangsho batch of 100 orders", batches_callers(), 20),
    ]
    page = "\n\n".join([_HEAD.rstrip(), *sections, made_by(time.perf_counter() - started)])
    PROFILES.write_text(page + "\n", "utf-8")
    print(page)


if __name__ == "__main__":
    main()
