"""How things are measured here: interleaved, so that a slow minute of the machine is everybody's slow minute."""

from __future__ import annotations

import gc
import random
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any


def interleaved(rounds: int, *contenders: Callable[[], float]) -> list[tuple[float, ...]]:
    """What each contender gave in each round. Who goes first is drawn in each."""
    order = list(range(len(contenders)))
    rows = []
    for _ in range(rounds):
        random.shuffle(order)
        given = {at: contenders[at]() for at in order}
        rows.append(tuple(given[at] for at in range(len(contenders))))
    return rows


def ratios(rows: Sequence[tuple[float, ...]]) -> list[float]:
    """The first contender's figure over the second's, round by round."""
    return [row[0] / row[1] for row in rows]


def seconds_per_call(call: Callable[[], object], times: int) -> Callable[[], float]:
    """A contender that calls `times` times and gives the mean seconds of the processor that a call takes."""

    def run() -> float:
        gc.collect()
        started = time.process_time()
        for _ in range(times):
            call()
        return (time.process_time() - started) / times

    return run


def bytecodes_per_call(call: Callable[[], object], times: int) -> float:
    """How many bytecodes Python runs in a call: the same on every machine, whatever else it does."""
    count = 0

    def trace(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        for _ in range(times):
            call()
    finally:
        sys.settrace(before)
    return count / times
