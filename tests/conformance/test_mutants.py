"""The kit finds out what is wrong: every mutant is caught by the property that it names, with one seed."""

from __future__ import annotations

import importlib

import pytest

from tests.conformance.mutants.mutant import Mutant

pytestmark = pytest.mark.thorough

VENDORS = ("omnisegment", "fanship", "esputnik", "zangsho")
KINDS = (
    "other_records",
    "time_outs",
    "real_orders",
    "details",
    "identities",
    "texts",
    "refusals",
    "crashes",
    "integrations",
)
MUTANTS: list[Mutant] = [
    each
    for module in (*VENDORS, *KINDS)
    for each in importlib.import_module(f"tests.conformance.mutants.{module}").MUTANTS
]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda each: each.name)
def test_the_mutant_is_caught_by_its_property(mutant: Mutant) -> None:
    found = mutant.tried(seed=1, shrink=False)

    assert found.property == f"conformance.{mutant.caught_by.replace('_', '-')}"
    assert not found.holds, mutant.wrong


def test_every_vendor_has_at_least_five_mutants() -> None:
    assert len(MUTANTS) >= 24
    assert all(sum(each.vendor == vendor for each in MUTANTS) >= 5 for vendor in VENDORS)
    assert len({each.name for each in MUTANTS}) == len(MUTANTS)
