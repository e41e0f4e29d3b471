"""Long runs of the law of conservation, which print what they find instead of stopping at the first.

python -m tests.laws.survey VENDOR [EXAMPLES]            what is unaccounted, by operation and place
python -m tests.laws.survey VENDOR [EXAMPLES] --mutate   what of decisions made wrong on purpose is not noticed
"""

from __future__ import annotations

import argparse
import logging
import re
from collections import Counter

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mockservers.core.accounting.conservation import leaves
from tests.asking import VENDORS
from tests.laws.mutations import Mutation
from tests.laws.tampering import is_noticed, wrong_decisions
from tests.laws.test_conservation import audited, sent_of
from tests.laws.unique import conversations
from tests.sending import Sending
from tests.traffic import chosen_readings

MOST = 8
"""Mutations that are tried of one call."""


def survey(vendor: str, examples: int) -> tuple[Counter[str], dict[str, str], Counter[str]]:
    """Findings by operation and place, the first example of each, and how many requests and leaves were sent."""
    found: Counter[str] = Counter()
    first: dict[str, str] = {}
    tried: Counter[str] = Counter()

    @_long(examples)
    @given(calls=conversations(vendor), known=st.booleans(), readings=st.just({}) | chosen_readings(vendor))
    def look(calls: list[Sending], known: bool, readings: dict[str, str]) -> None:
        tried["requests"] += len(calls)
        tried["under drawn readings"] += len(calls) if readings else 0
        tried["leaves"] += sum(1 for call in calls for _ in leaves(sent_of(call)))
        for each in audited(vendor, calls, known=known, readings=readings).to_list():
            kind = f"{each['operation']} {re.sub('[0-9]+', 'N', each['where'])}"
            found[kind] += 1
            bodies = [call.json or call.raw for call in calls]
            first.setdefault(kind, f"{each} of {bodies} known={known} {readings}")

    look()
    return found, first, tried


def mutated(vendor: str, examples: int) -> tuple[Counter[str], Counter[str], list[str]]:
    """How many mutations of each kind were tried and noticed, and those that were not, with their calls."""
    tried: Counter[str] = Counter()
    noticed: Counter[str] = Counter()
    unnoticed: list[str] = []

    @_long(examples)
    @given(made=wrong_decisions(vendor), data=st.data())
    def look(made: tuple[Sending, list[Mutation]], data: st.DataObject) -> None:
        call, found = made
        tried["decisions"] += 1
        for mutation in data.draw(st.permutations(found))[:MOST]:
            tried[mutation.kind] += 1
            if is_noticed(vendor, call, mutation):
                noticed[mutation.kind] += 1
            else:
                unnoticed.append(f"{call.operation}: {mutation.what} of {call.json or call.raw!r}")

    look()
    return tried, noticed, unnoticed


def _long(examples: int) -> settings:
    return settings(
        max_examples=examples,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
        deadline=None,
    )


def _show_survey(vendor: str, examples: int) -> None:
    found, first, tried = survey(vendor, examples)
    for name, count in found.most_common():
        print(f"{count:5} {name}\n      {first[name][:3000]}")
    print(dict(tried), "unaccounted:", found.total())


def _show_mutated(vendor: str, examples: int) -> None:
    tried, noticed, unnoticed = mutated(vendor, examples)
    for each in unnoticed:
        print(f"not noticed: {each[:3000]}")
    decisions = tried.pop("decisions")
    for kind, count in tried.most_common():
        print(f"{kind}: {noticed[kind]} of {count} noticed")
    print(f"{decisions} decisions, {tried.total()} mutations, not noticed: {len(unnoticed)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="tests.laws.survey")
    parser.add_argument("vendor", choices=VENDORS)
    parser.add_argument("examples", nargs="?", type=int, default=500)
    parser.add_argument("--mutate", action="store_true")
    chosen = parser.parse_args()
    logging.disable()  # the findings of an audit are printed here
    (_show_mutated if chosen.mutate else _show_survey)(chosen.vendor, chosen.examples)
