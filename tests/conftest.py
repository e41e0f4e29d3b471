"""What holds for every test: how thoroughly laws are tried, and that each vendor's code is imported once.

Laws are tried by twenty examples each, or the hundreds that HYPOTHESIS_PROFILE=thorough asks for.
"""

from __future__ import annotations

import os

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
