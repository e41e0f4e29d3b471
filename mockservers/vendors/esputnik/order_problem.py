"""A problem for which the vendor ignores an order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class OrderProblem:
    """A rule that an order breaks, where, and in words: `subject` `problem`. `more` are values of the rule's `why`."""

    rule: str
    at: tuple[str, ...]
    subject: str = ""
    problem: str = ""
    more: dict[str, Any] = field(default_factory=dict)
