"""Machines that compare a mock with a naive model of its vendor, both under the same drawn readings."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

Choices = Mapping[str, Sequence[str]]
"""The choices of each reading by its name within the vendor, the default first."""


class UnderReadings(RuleBasedStateMachine):
    """A machine that begins under a drawn choice of each reading in `choices`, and draws from no other list.

    Every call goes to both, the mock and the model, and both say, hold and count the same. A model counts `outcomes`
    and how many of them are `silent`.
    """

    vendor: ClassVar[str]
    choices: ClassVar[Choices]
    mock: Any
    naive: Any

    @initialize(data=st.data())
    def choose(self, data: st.DataObject) -> None:
        self.begin(data.draw(readings(self.choices)))

    @abstractmethod
    def begin(self, readings: dict[str, str]) -> None:
        """Make the mock and the model, both under these readings."""

    @invariant()
    def both_count_the_same(self) -> None:
        outcomes = Counter(self.mock.items)
        assert outcomes.pop("sent", 0) == sum(self.naive.outcomes.values())
        assert +outcomes == +self.naive.outcomes
        assert self.mock.silent == self.naive.silent

    @classmethod
    def ids(cls, readings: Mapping[str, str]) -> dict[str, str]:
        """The choices by the ids of their rules."""
        return {f"{cls.vendor}.{name}": choice for name, choice in readings.items()}


def stateful_test(machine: type[UnderReadings], *, steps: int, examples: int = 4) -> Any:
    """The test of a machine: so many calls in a row, and so many times the examples of the profile."""
    case = machine.TestCase
    case.settings = settings(max_examples=examples * settings().max_examples, stateful_step_count=steps)
    return case


def readings(choices: Choices) -> st.SearchStrategy[dict[str, str]]:
    """A choice of each reading: the defaults but for a few, as many refusals at once would hide all else; or any."""
    others = st.sampled_from([(name, option) for name, options in choices.items() for option in options[1:]])
    few = st.lists(others, max_size=4).map(lambda chosen: defaults(choices) | dict(chosen))
    return few | st.fixed_dictionaries({name: st.sampled_from(options) for name, options in choices.items()})


def defaults(choices: Choices) -> dict[str, str]:
    """The default of each reading."""
    return {name: options[0] for name, options in choices.items()}
