"""The figures: the meaning, the floor and the goal of each."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The floor (if any) and the goal of a figure, in `unit`. `higher` figures should be high, the others low."""

    what: str
    unit: str
    floor: float | None
    goal: float
    higher: bool = False


LIMITS = {
    "1a": Limits("OmniSegment POST, 8 connections: requests/s ÷ Prism", "×", 2.0, 3.5, higher=True),
    "1b": Limits("… ÷ WireMock with a JSON Schema matcher", "×", None, 0.5, higher=True),
    "1c": Limits("… ÷ MockServer with a JSON Schema matcher", "×", None, 0.5, higher=True),
    "1d": Limits("… ÷ pytest-httpserver, which looks at nothing", "×", None, 1.0, higher=True),
    "2a": Limits("the same, 1 connection ÷ Prism", "×", 2.5, 5.0, higher=True),
    "2b": Limits("… ÷ WireMock with a JSON Schema matcher", "×", None, 1.0, higher=True),
    "2c": Limits("… ÷ MockServer with a JSON Schema matcher", "×", None, 1.0, higher=True),
    "2d": Limits("… ÷ pytest-httpserver, which looks at nothing", "×", None, 1.0, higher=True),
    "3": Limits("`mockservers serve` to its first 200 ÷ Prism", "×", 0.25, 0.15),
    "4a": Limits("memory idle ÷ Prism", "×", 0.5, 0.3),
    "4b": Limits("memory after 20,000 requests", "MB", 120, 80),
    "5": Limits("OmniSegment POST as WSGI ÷ bare Flask `jsonify`", "×", 1.5, 1.0),
    "6": Limits("fresh tenant for a test", "µs", 1000, 50),
    "7a": Limits("server in the test process: start and first answer", "ms", 20, 3),
    "7b": Limits("… stop while a client holds a connection", "ms", 50, 1),
    "8": Limits("call through `responses` ÷ `responses.add` of a static answer", "×", 2.0, 1.5),
    "9": Limits("NDJSON day file with ledger ÷ orjson line by line", "×", 0.5, 0.8, higher=True),
    "10": Limits("200 MB upload: peak memory over idle", "MB", 48, 30),
    "11": Limits("Zangsho batch of 100 ÷ the same unvalidated", "×", 2.0, 1.5),
    "12a": Limits("pytest with the plugin installed and unused: time added", "ms", 20, 5),
    "12b": Limits("… third-party modules imported", "", 0, 0),
    "13": Limits("longest pause while 50,000 requests are stored", "ms", 30, 10),
    "14": Limits("requests 49,000-50,000 ÷ 1,000-2,000, median time", "×", 1.2, 1.05),
    "15": Limits("an OmniSegment POST with a line in the log ÷ with `--log off`", "×", None, 1.05),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured figure. `samples` are the values of the rounds. Without samples it was skipped; `note` says why."""

    number: str
    samples: Sequence[float] = ()
    note: str = ""

    @property
    def limits(self) -> Limits:
        """Its floor and goal."""
        return LIMITS[self.number]

    @property
    def measured(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.samples)

    @property
    def verdict(self) -> str:
        """`goal`, `floor`, `missed` or `skipped`; `below` the goal where there is no floor."""
        if not self.samples:
            return "skipped"
        for name, limit in (("goal", self.limits.goal), ("floor", self.limits.floor)):
            if limit is not None and (self.measured >= limit if self.limits.higher else self.measured <= limit):
                return name
        return "below" if self.limits.floor is None else "missed"
