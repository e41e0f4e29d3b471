"""Each choice of each reading of a contract is drawn by a naive model of the vendor."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from tests.asking import VENDORS, contract
from tests.vendors.under_readings import UnderReadings


def machines(vendor: str) -> list[type[UnderReadings]]:
    """The machines that compare a vendor's mock with a naive model."""
    for file in sorted((Path(__file__).parent / vendor).glob("test_naive*.py")):
        import_module(f"tests.vendors.{vendor}.{file.stem}")
    found = [machine for machine in UnderReadings.__subclasses__() if machine.vendor == vendor]
    return sorted(found, key=lambda machine: machine.__name__)


def drawn(vendor: str) -> dict[str, set[str]]:
    """The choices that some machine draws, by rule."""
    found: dict[str, set[str]] = {}
    for machine in machines(vendor):
        for name, options in machine.choices.items():
            found.setdefault(f"{vendor}.{name}", set()).update(options)
    return found


def documented(vendor: str) -> dict[str, set[str]]:
    """The choices of the contract, by rule."""
    rules = contract(vendor).rules.values()
    return {rule.id: set(rule.reading.choices) for rule in rules if rule.reading is not None}


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_choice_of_a_reading_is_drawn_by_a_naive_model(vendor: str) -> None:
    assert drawn(vendor) == documented(vendor)


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_model_lists_the_default_of_a_reading_first(vendor: str) -> None:
    listed = {(name, options[0]) for machine in machines(vendor) for name, options in machine.choices.items()}
    assert listed <= {
        (rule.id.removeprefix(f"{vendor}."), rule.reading.default)
        for rule in contract(vendor).rules.values()
        if rule.reading is not None
    }
