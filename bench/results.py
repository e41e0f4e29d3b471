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
from bench.processes import PRISM, ROOT

RESULTS = Path(__file__).parent / "RESULTS.md"
_HEAD = """\
# What was measured

Made by `scripts/bench`; do not edit. The two sides of a ratio ran in turns, so the machine's mood is in both.
*Measured* is the median of the rounds, *spread* their least and greatest, *met* the better of floor and goal that it
reaches. What runs in one process is counted in its processor's time; what goes over a socket or starts a process, by
the clock.

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
        f"{sign} {limits.floor:g} {unit}",
        f"{sign} {limits.goal:g} {unit}",
        measured,
        spread,
        figure.verdict,
        figure.note,
    ]
    return "| " + " | ".join(cell.strip() for cell in cells) + " |"


def document(figures: Iterable[Figure], seconds: float) -> str:
    """The whole of RESULTS.md."""
    ordered = sorted(figures, key=lambda figure: (int(figure.number.rstrip("ab")), figure.number))
    return _HEAD + "\n".join(map(row, ordered)) + f"\n\n{made_by(seconds)}, Prism {PRISM}\n"


def made_by(seconds: float) -> str:
    """When, of what and on what something was measured."""
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {_commit()}, {seconds:.0f} seconds, {os.cpu_count()} cores, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, Flask {version('flask')}, "
        f"cheroot {version('cheroot')}, jsonschema-rs {version('jsonschema-rs')}"
    )


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _shown(value: float) -> str:
    return f"{value:,.2f}" if value < 10 else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"
