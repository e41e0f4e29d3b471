"""The options of `pytest --mockservers-mutate`. Slow imports wait until one of them is given."""

from __future__ import annotations

from pathlib import Path

import pytest


def add_mutation_options(group: pytest.OptionGroup) -> None:
    """Add the options. The last one is for the runs that the plugin starts."""
    group.addoption(
        "--mockservers-mutate",
        nargs="?",
        const="*",
        metavar="RULE",
        help="run the tests again on mocks with one defect each, and name the defects that no test notices; "
        "with RULE only the defects of a rule, by its id or a pattern",
    )
    group.addoption(
        "--mockservers-mutate-fail-under",
        type=float,
        metavar="PERCENT",
        help="fail the run if the tests killed fewer mutants",
    )
    group.addoption("--mockservers-mutant", type=Path, metavar="FILE", help="serve the mutant in a file")


def configure_mutation(config: pytest.Config) -> None:
    """Prepare what the options ask for."""
    pattern = config.getoption("mockservers_mutate")
    mutant = config.getoption("mockservers_mutant")
    if mutant is not None:
        from mockservers.testing.mutation.plugin import serve_mutant

        config.add_cleanup(serve_mutant(mutant).cleanup)
    elif pattern is not None:
        from mockservers.testing.mutation.plugin import MutationPlugin

        plugin = MutationPlugin(config, pattern, config.getoption("mockservers_mutate_fail_under"))
        config.pluginmanager.register(plugin, "mockservers-mutation")
