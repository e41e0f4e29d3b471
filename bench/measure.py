"""Interleaved measurements: a slow minute of the machine slows all contenders."""

from __future__ import annotations

import gc
import random
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any


def interleaved(rounds: int, *contenders: Callable[[], float]) -> list[tuple[float, ...]]:
    """The value of each contender in each round. The order of the contenders is random in each round."""
    order = list(range(len(contenders)))
    rows = []
    for _ in range(rounds):
        random.shuffle(order)
        given = {at: contenders[at]() for at in order}
        rows.append(tuple(given[at] for at in range(len(contenders))))
    return rows


def ratios(rows: Sequence[tuple[float, ...]]) -> list[float]:
    """The ratio of the first contender's value to the second's, round by round."""
    return [row[0] / row[1] for row in rows]


def seconds_per_call(call: Callable[[], object], times: int) -> Callable[[], float]:
    """A contender that calls `times` times and returns the mean processor seconds of a call."""

    def run() -> float:
        gc.collect()
        started = time.process_time()
        for _ in range(times):
            call()
        return (time.process_time() - started) / times

    return run


def bytecodes_per_call(call: Callable[[], object], times: int) -> float:
    """The number of bytecodes that Python runs in a call, which is the same on every machine."""
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
