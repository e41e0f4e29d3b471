"""What holds for every test: how thoroughly laws are tried, and that each vendor's code is imported once.

Laws are tried by twenty examples each, or the hundreds that HYPOTHESIS_PROFILE=thorough asks for. What is `thorough`
runs with TESTS=all, as CI does: the conformance kit on whole programs, suites on mutants, the page in a browser, built
packages, most examples of `--help`. All else takes less than five minutes on two cores.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from mockservers.vendors import vendor
from tests.asking import VENDORS

settings.register_profile("brief", max_examples=20, deadline=None)
settings.register_profile("thorough", max_examples=600, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "brief"))

# `pytester` takes back what its tests import: a vendor that was first met there would be imported, and its rules be
# carried, a second time.
for name in VENDORS:
    vendor(name)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what is thorough, unless all is asked for."""
    if os.environ.get("TESTS") != "all":
        skipped = pytest.mark.skip(reason="thorough: TESTS=all scripts/test")
        for item in items:
            if item.get_closest_marker("thorough"):
                item.add_marker(skipped)
