"""A long run of the law of conservation: `python -m tests.laws.survey VENDOR [EXAMPLES]`."""

# It prints what it finds by operation and place instead of stopping at the first, and how much it tried.

from __future__ import annotations

import re
import sys
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mockservers.core.accounting.conservation import leaves
from tests.laws.test_conservation import audited
from tests.laws.unique import conversations
from tests.traffic import chosen_readings


def survey(vendor: str, examples: int) -> tuple[Counter[str], dict[str, str], Counter[str]]:
    """Findings by operation and place, the first example of each, and how many requests and leaves were sent."""
    found: Counter[str] = Counter()
    first: dict[str, str] = {}
    tried: Counter[str] = Counter()

    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
        deadline=None,
    )
    @given(calls=conversations(vendor), known=st.booleans(), readings=st.just({}) | chosen_readings(vendor))
    def look(calls: list[Any], known: bool, readings: dict[str, str]) -> None:
        tried["requests"] += len(calls)
        tried["leaves"] += sum(1 for call in calls for _ in leaves(call.json))
        for each in audited(vendor, calls, known=known, readings=readings).shown():
            kind = f"{each['operation']} {re.sub('[0-9]+', 'N', each['where'])}"
            found[kind] += 1
            first.setdefault(kind, f"known={known} {readings} {each} of {[call.json or call.raw for call in calls]}")

    look()
    return found, first, tried


if __name__ == "__main__":
    counts, firsts, total = survey(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 500)
    for name, count in counts.most_common():
        print(f"{count:5} {name}\n      {firsts[name][:1500]}")
    print(dict(total), "unaccounted:", sum(counts.values()))
