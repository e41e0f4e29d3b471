"""A problem for which the vendor ignores an order."""

from __future__ import annotations

from typing import Any

from mockservers.core.value import Value, field


class OrderProblem(Value):
    """A rule that an order violates, the place, and words: `subject` `problem`. `more` fills the rule's `why`."""

    rule: str
    at: tuple[str, ...]
    subject: str = ""
    problem: str = ""
    more: dict[str, Any] = field(default_factory=dict)
