"""The final outcome of each item of a call and its jobs: the last one counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mockservers.core.accounting.loss import items_of, loses
from mockservers.core.exchange.decision import Outcome


def is_lost(outcomes: Sequence[Outcome]) -> bool:
    """Whether the whole request is lost, by an outcome without an item."""
    return all(map(loses, outcomes)) and any(not items_of(outcome) for outcome in outcomes)


def lost_whole(outcomes: Iterable[Outcome]) -> set[int]:
    """Return the items whose last outcome is a loss."""
    lost: set[int] = set()
    for outcome in outcomes:
        (lost.update if loses(outcome) else lost.difference_update)(items_of(outcome))
    return lost


def replaced_without_loss(outcomes: Iterable[Outcome]) -> set[int]:
    """Return the items whose last outcome is that a later item replaced them without a loss."""
    replaced: set[int] = set()
    for outcome in outcomes:
        without_loss = outcome.kind == "overwritten" and not loses(outcome)
        (replaced.update if without_loss else replaced.difference_update)(items_of(outcome))
    return replaced
