"""What became of the items of one call, as far as it was decided with the call itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from mockservers.core.exchange.decision import Decision


def item_counts(decisions: Iterable[Decision], exchange: int) -> dict[str, int]:
    """Items of the exchange by outcome: of the call, and of the jobs that were due at once with it."""
    counts: Counter[str] = Counter()
    for decision in decisions:
        for outcome in decision.outcomes:
            if outcome.of == exchange:
                counts[outcome.was or "pending"] -= outcome.count
            elif outcome.of:
                continue
            counts[outcome.kind] += outcome.count
    return {kind: count for kind, count in counts.items() if count > 0}
