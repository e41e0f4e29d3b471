"""Whether this process tests a vendor mutant. Verdicts never fail then, as a real vendor does not report its losses."""

from __future__ import annotations

import os

VARIABLE = "MOCKSERVERS_MUTANT"
"""`mockservers mutate` sets it to the id of the mutant."""


def tests_mutant() -> bool:
    """Whether this process runs a test suite on a mutant."""
    return bool(os.environ.get(VARIABLE))
