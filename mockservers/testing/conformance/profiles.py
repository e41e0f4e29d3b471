"""The profiles, which say how many examples a property tests."""

from __future__ import annotations

import os
from collections.abc import Mapping

from hypothesis import HealthCheck, Phase, settings

from mockservers.core.errors import UnknownName

EXAMPLES: Mapping[str, int] = {"quick": 12, "default": 50, "thorough": 400}
"""Examples of a property, by profile."""

VARIABLE = "MOCKSERVERS_CONFORMANCE_PROFILE"


def chosen(profile: str | None) -> str:
    """The given profile, otherwise that of MOCKSERVERS_CONFORMANCE_PROFILE, otherwise `default`."""
    name = profile or os.environ.get(VARIABLE) or "default"
    if name not in EXAMPLES:
        raise UnknownName("profile", name, EXAMPLES)
    return name


def hypothesis_settings(profile: str, share: float, *, shrink: bool = True, stored: bool = True) -> settings:
    """Hypothesis' settings: no deadline, because examples make calls, and no explain phase, which repeats examples."""
    phases = [Phase.explicit, Phase.reuse, Phase.generate, *([Phase.shrink] if shrink else [])]
    base = settings() if stored else settings(database=None)
    return settings(
        base,
        max_examples=max(1, round(EXAMPLES[profile] * share)),
        deadline=None,
        phases=phases,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
