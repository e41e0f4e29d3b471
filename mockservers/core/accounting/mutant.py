"""Whether this process tests a vendor mutant, on which no verdict may fail: a real vendor does not say what it lost."""

from __future__ import annotations

import os

VARIABLE = "MOCKSERVERS_MUTANT"
"""Set by `mockservers mutate` for each run on a mutant, to the id of the mutant."""


def tests_mutant() -> bool:
    """Whether the suite that runs here runs on a mutant."""
    return bool(os.environ.get(VARIABLE))
