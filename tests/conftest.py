"""How thoroughly laws are tried: twenty examples each, or the hundreds that HYPOTHESIS_PROFILE=thorough asks for."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("brief", max_examples=20, deadline=None)
settings.register_profile("thorough", max_examples=600, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "brief"))
