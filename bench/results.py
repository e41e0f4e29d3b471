"""The table, on the terminal and in RESULTS.md."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.figures import Figure
from bench.packages import HTTPSERVER, MOCKSERVER, PRISM, WIREMOCK
from bench.processes import ROOT

RESULTS = Path(__file__).parent / "RESULTS.md"
_PEERS = f"Prism {PRISM}, WireMock {WIREMOCK}, MockServer {MOCKSERVER}, pytest-httpserver {HTTPSERVER}"
_HEAD = """\
# What was measured

Written by `scripts/bench`; do not edit. The sides of a ratio ran in turns, so the load of the machine affects all of
them. *Measured* is the median of the rounds, *spread* the lowest and the highest, *met* the better of floor and goal
that it reaches, or *below* if it misses a goal without a floor. Figures of one process are processor time; figures over
a socket, or with the start of a process, are elapsed time. [GROWTH.md](GROWTH.md) has the cost of a call as sizes grow,
[PROFILES.md](PROFILES.md) the time by module.

| # | what | floor | goal | measured | spread | met | |
|--:|---|--:|--:|--:|---|---|---|
"""


def row(figure: Figure) -> str:
    """A figure as a row of a table."""
    limits = figure.limits
    sign = "≥" if limits.higher else "≤"
    unit = limits.unit
    measured = spread = ""
    if figure.samples:
        measured = f"**{_shown(figure.measured)}** {unit}"
        spread = f"{_shown(min(figure.samples))} … {_shown(max(figure.samples))}" if len(figure.samples) > 1 else ""
    cells = [
        figure.number,
        limits.what,
        "" if limits.floor is None else f"{sign} {limits.floor:g} {unit}",
        f"{sign} {limits.goal:g} {unit}",
        measured,
        spread,
        figure.verdict,
        figure.note,
    ]
    return "| " + " | ".join(cell.strip() for cell in cells) + " |"


def document(figures: Iterable[Figure], seconds: float) -> str:
    """The whole of RESULTS.md."""
    ordered = sorted(figures, key=lambda figure: (int(figure.number.rstrip("abcd")), figure.number))
    return _HEAD + "\n".join(map(row, ordered)) + f"\n\n{made_by(seconds)}, {_PEERS}\n"


def made_by(seconds: float) -> str:
    """The time, the version and the machine of a measurement."""
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {_commit()}, {seconds:.0f} seconds, {os.cpu_count()} cores, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, Flask {version('flask')}, "
        f"httptools {version('httptools')}, jsonschema-rs {version('jsonschema-rs')}"
    )


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _shown(value: float) -> str:
    return f"{value:,.2f}" if value < 10 else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"
