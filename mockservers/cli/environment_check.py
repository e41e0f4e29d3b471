"""Environment variables that look like settings but are not: otherwise nobody would notice a misspelt one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from mockservers.core.errors import UsageError
from mockservers.core.values.nearest import did_you_mean

PREFIX = "MOCKSERVERS_"

OTHERS = frozenset(
    PREFIX + name
    for name in (
        # docs/conformance-protocol.md: what `conform --env` passes to the program that it runs
        *(
            "VENDOR",
            "TOKEN",
            "TID",
            "API_KEY",
            "TASK",
            "ORDERS",
            "CUSTOMERS",
            "SUBSCRIPTIONS",
            "NOW",
            "CLOCK",
            "FAILED",
        ),
        "CONFORMANCE_PROFILE",
        "MUTANT",  # `mockservers mutate`: the mutant of a run
        "COMMAND",  # the Node helper: the program that it starts
    )
)
"""Variables that no option reads, and that other parts of mockservers read or set."""

_ORCHESTRATED = re.compile(PREFIX + r"(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP)(_\w+)?)")
"""What Kubernetes and container links set for a service that is called `mockservers`."""


def check_environment(variables: Iterable[str], settings: Callable[[], Iterable[str]]) -> None:
    """UsageError for a variable that starts like a setting but is not one. `settings` is called only if needed."""
    doubtful = [name for name in sorted(variables) if name.startswith(PREFIX) and not _is_other(name)]
    if not doubtful:
        return
    known = set(settings())
    for name in doubtful:
        if name not in known:
            names = ", ".join(sorted(known))
            raise UsageError(
                f"The environment variable {name} is not a setting, and nothing reads it."
                f"{did_you_mean(name, known | OTHERS)} Settings: {names}. Fix: rename it or unset it."
            )


def _is_other(name: str) -> bool:
    return name in OTHERS or _ORCHESTRATED.fullmatch(name) is not None
