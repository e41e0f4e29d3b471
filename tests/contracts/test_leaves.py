"""A sample of the contracts' leaves is mutated: nothing raises, and every stop names file, reason and fix.

All leaves take minutes: `python -m tests.contracts.leaves VENDOR`, or part of them with `--at openapi.yaml#/paths`.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from tests.asking import VENDORS
from tests.contracts.documentation import KINDS, kind_of
from tests.contracts.leaves import Mutation, judge, mutations, sample

SAMPLED = 15


@pytest.mark.parametrize("vendor", VENDORS)
def test_no_mutated_leaf_causes_an_internal_error(vendor: str) -> None:
    verdicts = {mutation: judge(vendor, mutation, quick=True) for mutation in sample(vendor, SAMPLED)}
    faults = {str(mutation): verdict.why for mutation, verdict in verdicts.items() if verdict.kind == "fault"}
    counts = Counter(verdict.kind for verdict in verdicts.values())
    assert faults == {}
    assert counts["stopped"] > SAMPLED / 5
    assert counts["changed"] + counts["documentation"] > 0


@pytest.mark.parametrize(
    ("mutation", "kind"),
    [
        (Mutation("errors.yaml", ("refusals", "bad-request", "status"), "other value", 422), "changed"),
        (Mutation("errors.yaml", ("refusals", "bad-request", "status"), "other type", "x"), "stopped"),
        (Mutation("purchase.schema.json", ("required", 0), "removed", None), "stopped"),
        (Mutation("openapi.yaml", ("info", "title"), "other value", "Other"), "documentation"),
    ],
)
def test_a_mutation_is_judged_by_its_effect(mutation: Mutation, kind: str) -> None:
    assert judge("fanship", mutation).kind == kind


@pytest.mark.parametrize("at", [("PastEvent", "required", 1), ("Occurred", "pattern")])
def test_a_past_event_needs_neither_a_key_nor_the_pattern_of_its_day(at: tuple[str | int, ...]) -> None:
    mutation = Mutation("openapi.yaml", ("components", "schemas", *at), "removed", None)
    assert judge("esputnik", mutation).kind == "changed"


def test_the_command_judges_leaves_in_several_processes_and_counts_the_verdicts() -> None:
    command = [sys.executable, "-m", "tests.contracts.leaves", "fanship", "--at", "member.schema.json#/required"]
    ran = subprocess.run([*command, "-j", "2", "--all"], capture_output=True, text=True, check=True)
    *verdicts, counts = ran.stdout.splitlines()
    assert [verdict.partition("  ")[0] for verdict in verdicts] == [
        "stopped: member.schema.json#/required/0 removed",
        "stopped: member.schema.json#/required/0 other value 'idx'",
        "stopped: member.schema.json#/required/0 other type 7",
    ]
    assert counts == "fanship: 1 leaves, 3 mutations: {'stopped': 3}"


def test_every_kind_of_documentation_has_a_leaf_in_each_of_its_vendors() -> None:
    """Prose has one in some vendor."""
    leaves = {(vendor, each.file, each.at): each for vendor in VENDORS for each in mutations(vendor)}
    unused = [
        (kind.file, kind.pattern)
        for kind in KINDS
        if not any(kind.covers(vendor, each.file, each.place, each.leaf) for (vendor, *_), each in leaves.items())
    ]
    assert unused == []


def test_a_rule_that_covers_a_keyword_is_not_documentation() -> None:
    assert kind_of("fanship", "rules.yaml", "/rules/fanship.upload.empty-file/covers/0", "") is None
