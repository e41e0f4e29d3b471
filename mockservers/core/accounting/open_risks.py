"""What is at risk of exchanges whose items are still to come to their end: an item that is lost is at risk no more.

A loss may be taken back, and the item is at risk again. So each finding keeps all items that it speaks of, and what is
lost of them by now is counted anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from mockservers.core.accounting.finding import Finding
from mockservers.core.accounting.loss import places_left
from mockservers.core.value_class import value_class


@value_class
class _Risk:
    """An at-risk finding, its items and places as it was filed, and the items that are not lost by now."""

    finding: Finding
    items: Sequence[int]
    places: tuple[str, ...]
    left: Sequence[int]


@value_class
class Recounted:
    """An at-risk finding of which other items are lost than before: its count and its places now."""

    finding: Finding
    count: int
    places: list[str]


@dataclass(slots=True)
class _Exchange:
    """The risks of one exchange, and its items that are lost, by rule."""

    risks: list[_Risk] = field(default_factory=list)
    lost: dict[str, tuple[Sequence[int], ...]] = field(default_factory=dict)


class OpenRisks:
    """At-risk findings and the items that are lost, by the exchange whose items they are."""

    def __init__(self) -> None:
        self._exchanges: dict[int, _Exchange] = {}

    def keep(self, finding: Finding, items: Sequence[int]) -> None:
        """Keep of which items a finding speaks, an index for each of its count as far as they are known."""
        exchange = self._exchanges.setdefault(finding.exchange, _Exchange())
        if not any(risk.finding is finding for risk in exchange.risks):
            compact = _compact(items)
            exchange.risks.append(_Risk(finding, compact, tuple(finding.where), compact))

    def lose(self, of: int, rule: str, items: Sequence[int]) -> None:
        """Take note of items that are lost by a rule."""
        exchange = self._exchanges.get(of)
        if exchange is not None and items:
            exchange.lost[rule] = (*exchange.lost.get(rule, ()), _compact(items))

    def take_back(self, of: int, rule: str) -> None:
        """Take note that the losses by a rule are taken back."""
        exchange = self._exchanges.get(of)
        if exchange is not None:
            exchange.lost.pop(rule, None)

    def recount(self, of: int) -> Iterator[Recounted]:
        """Yield each finding of an exchange that speaks of other items than before."""
        exchange = self._exchanges.get(of, _Exchange())
        lost = {item for parts in exchange.lost.values() for items in parts for item in items} if exchange.risks else ()
        for number, risk in enumerate(exchange.risks):
            left = _compact([item for item in risk.items if item not in lost]) if lost else risk.items
            if left != risk.left:
                exchange.risks[number] = replace(risk, left=left)
                places = places_left(risk.places, risk.items, left) if left else ()
                yield Recounted(risk.finding, risk.finding.count - len(risk.left) + len(left), list(places))

    def forget(self, of: int) -> None:
        """Forget an exchange that loses nothing any more."""
        self._exchanges.pop(of, None)

    def copy(self) -> OpenRisks:
        """Return what is at risk now, which later losses do not change."""
        copy = OpenRisks()
        for of, exchange in self._exchanges.items():
            copy._exchanges[of] = _Exchange(list(exchange.risks), dict(exchange.lost))
        return copy


def _compact(items: Sequence[int]) -> Sequence[int]:
    """Return indexes without an object for each, where they follow each other: a file may have millions of lines."""
    if items and items[-1] - items[0] + 1 == len(items):
        run = range(items[0], items[-1] + 1)
        if all(item == index for item, index in zip(items, run, strict=True)):
            return run
    return tuple(items)
