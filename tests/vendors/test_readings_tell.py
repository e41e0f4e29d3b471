"""Each choice that a naive model draws makes a difference: a mock under another one is found out."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.stateful import initialize, run_state_machine_as_test

from tests.asking import VENDORS
from tests.vendors.test_readings_drawn import machines
from tests.vendors.under_readings import UnderReadings, defaults

SEARCH = settings(
    max_examples=400,
    stateful_step_count=12,
    phases=[Phase.generate],
    database=None,
    derandomize=True,
    deadline=None,
    verbosity=Verbosity.quiet,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
CASES = [
    pytest.param(machine, name, choice, id=f"{vendor}-{machine.__name__}-{name}-{choice}")
    for vendor in VENDORS
    for machine in machines(vendor)
    for name, options in machine.choices.items()
    for choice in options[1:]
]
BRIEF = [case for case in CASES if str(case.id).startswith("fanship-")][::4]
RUN = BRIEF if settings.get_current_profile_name() == "brief" else CASES
"""All take minutes. The brief profile runs a few whose machine takes few steps to find a difference."""


def mistaken(machine: type[UnderReadings], name: str, choice: str) -> type[UnderReadings]:
    """The machine, its model under a choice and its mock under the default."""
    others = defaults(machine.choices)

    class Mistaken(machine):  # type: ignore[valid-type,misc]
        @initialize()
        def choose(self) -> None:
            self.begin({**others, name: choice})
            self.mock.tenant.set_readings(self.ids(others))

    return Mistaken


@pytest.mark.parametrize(("machine", "name", "choice"), RUN)
def test_a_model_detects_a_mock_under_another_choice(machine: type[UnderReadings], name: str, choice: str) -> None:
    with pytest.raises((AssertionError, ExceptionGroup)):
        run_state_machine_as_test(mistaken(machine, name, choice), settings=SEARCH)
