"""The kit finds out what is wrong: every mutant is caught by the property that it names, with one seed."""

from __future__ import annotations

import importlib

import pytest

from mockservers.testing.conformance import run
from tests.conformance.mutants.mutant import Mutant

VENDORS = ("omnisegment", "fanship", "esputnik", "zangsho")
MUTANTS: list[Mutant] = [
    each for vendor in VENDORS for each in importlib.import_module(f"tests.conformance.mutants.{vendor}").MUTANTS
]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda each: each.name)
def test_the_mutant_is_caught_by_its_property(mutant: Mutant) -> None:
    report = run(mutant.vendor, mutant.export, profile="default", seed=1, only=[mutant.caught_by], shrink=False)

    assert report.broken == (f"conformance.{mutant.caught_by.replace('_', '-')}",), mutant.wrong


def test_there_are_enough_of_them_for_every_vendor() -> None:
    assert len(MUTANTS) >= 24
    assert all(sum(each.vendor == vendor for each in MUTANTS) >= 5 for vendor in VENDORS)
    assert len({each.name for each in MUTANTS}) == len(MUTANTS)
