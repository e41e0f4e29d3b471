"""Rules whose losses are expected, by id or by a pattern of ids. Each must match an existing rule."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase
from typing import Any

from mockservers.core.errors import UsageError
from mockservers.core.values.nearest import several_nearest

_PATTERN = frozenset("*?[")


def checked(rules: Iterable[Any], names: Collection[str]) -> tuple[str, ...]:
    """Return rule ids and patterns unchanged. UsageError for one that matches no rule in `names`."""
    if isinstance(rules, str):
        raise UsageError(f"Expected rules are a list, not the text {rules!r}. Fix: [{rules!r}].")
    patterns = tuple(rules)
    for rule in patterns:
        if not isinstance(rule, str):
            raise UsageError(f"A rule is named by its id, a text, not by {rule!r}.")
        if rule in names or (_PATTERN & set(rule) and any(fnmatchcase(name, rule) for name in names)):
            continue
        close = several_nearest(rule, names) or sorted(names)[:3]
        raise UsageError(
            f"Unknown rule {rule!r}. Nearest: {', '.join(close)}. `mockservers rules` lists all; patterns such as "
            f'"{rule.partition(".")[0]}.*" match several.'
        )
    return patterns
