"""The proof of the kit as a table, written into docs/conformance.md.

    python -m tests.conformance.table [--seeds 10] [MUTANT...]      all mutants, or the rows of these alone

For every mutant, in the profile `quick`: the property that catches it, with how many seeds it does, how many examples
that takes (the median), and how large the example is once it has shrunk, in orders and lines. Exit status 1 when a
mutant survives a seed.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from mockservers.testing.server import MockServer
from tests.conformance.mutants.mutant import Mutant
from tests.conformance.test_mutants import MUTANTS

DOCUMENT = Path(__file__).parents[2] / "docs" / "conformance.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"


@dataclass(frozen=True, slots=True)
class Row:
    mutant: Mutant
    caught: int
    seeds: int
    needed: float
    size: int

    def __str__(self) -> str:
        about = self.mutant
        catcher = f"`conformance.{about.caught_by.replace('_', '-')}`"
        caught = f"{self.caught} of {self.seeds}"
        return f"| `{about.name}` | {about.wrong} | {catcher} | {caught} | {self.needed:g} | {self.size} |"


def row(mutant: Mutant, seeds: int) -> Row:
    needed: list[int] = []
    for seed in range(1, seeds + 1):
        found = mutant.tried(seed=seed, shrink=False)
        if not found.holds:
            needed.append(found.at)
    small = mutant.tried(seed=1).case
    return Row(mutant, len(needed), seeds, median(needed or [0]), small.size if small else 0)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, default=10)
    asked.add_argument("mutants", nargs="*", metavar="MUTANT", choices=[[], *(each.name for each in MUTANTS)])
    given = asked.parse_args()
    before, _, rest = DOCUMENT.read_text("utf-8").partition(BEGIN)
    written = {line.split("`")[1]: line for line in rest.partition(END)[0].splitlines() if line.startswith("| `")}
    server = MockServer().start()
    survived = False
    try:
        for mutant in MUTANTS:
            if mutant.name in (given.mutants or [mutant.name]):
                made = row(mutant, given.seeds)
                survived |= made.caught < made.seeds
                written[mutant.name] = str(made)
                print(made, flush=True)
    finally:
        server.stop()
    head = [
        "| exporter | its defect | found by | seeds | examples needed | shrunk to |",
        "|---|---|---|---|---|---|",
    ]
    before, _, rest = DOCUMENT.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    table = "\n".join([BEGIN, *head, *(written[each.name] for each in MUTANTS if each.name in written), END])
    DOCUMENT.write_text(f"{before}{table}{after}", "utf-8")
    sys.exit(survived)


if __name__ == "__main__":
    main()
