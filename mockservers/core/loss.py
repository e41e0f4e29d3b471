"""What counts as a loss, and when a loss is silent: the one table, and the one sum.

Loss is a matter of content. Whether it was told is derived from the reply as it was delivered. Silent is the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from mockservers.core.decision import Decision, Fate, Remark

LOSES: dict[str, Literal["never", "always", "if it differs"]] = {
    "kept": "never",
    "updated": "never",
    "pending": "never",
    "skipped": "if it differs",
    "overwritten": "if it differs",
    "refused": "always",
    "dropped": "always",
    "ignored": "if it differs",
    "truncated": "always",
    "coerced": "never",
    "noted": "never",
    "at-risk": "never",
}


def loses(found: Fate | Remark) -> bool:
    """Whether content that was sent is not held because of this."""
    verdict = LOSES[found.outcome]
    return verdict == "always" or (verdict == "if it differs" and found.differs)


def lost(decision: Decision) -> int:
    """How many items and values a decision loses."""
    return sum(found.count for found in findings(decision) if loses(found))


def findings(decision: Decision) -> Iterable[Fate | Remark]:
    """Fates and remarks of a decision, in one row."""
    yield from decision.fates
    yield from decision.remarks
