"""What makes an order ignored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class OrderProblem:
    """A rule that an order breaks, where in the body, and in words: `subject` `problem`. `more` is for its `why`."""

    rule: str
    at: tuple[str, ...]
    subject: str = ""
    problem: str = ""
    more: dict[str, Any] = field(default_factory=dict)
