"""The outcomes of the items of one call that were decided together with the call."""

from __future__ import annotations

from collections.abc import Iterable

from mockservers.core.exchange.decision import Decision


def item_counts(decisions: Iterable[Decision], exchange: int) -> dict[str, int]:
    """Count the items of the exchange by outcome, of the call and of the jobs that were due at once."""
    counts: dict[str, int] = {}
    for decision in decisions:
        for outcome in decision.outcomes:
            if outcome.of == exchange:
                was = outcome.was or "pending"
                counts[was] = counts.get(was, 0) - outcome.count
            elif outcome.of:
                continue
            counts[outcome.kind] = counts.get(outcome.kind, 0) + outcome.count
    return {kind: count for kind, count in counts.items() if count > 0}
