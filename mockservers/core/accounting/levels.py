"""The levels of failing: from which kind of loss on a test, a gate or a report fails."""

from __future__ import annotations

from typing import Literal, get_args

Level = Literal["silent", "lost", "at-risk", "never"]
LEVELS: tuple[str, ...] = get_args(Level)
