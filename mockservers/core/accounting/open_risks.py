"""The at-risk items of exchanges with pending items. A lost item is no longer at risk.

If its loss is mended, it is at risk again. So all items of each finding are kept, and the lost ones are counted again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mockservers.core.accounting.finding import Finding
from mockservers.core.accounting.loss import places_left
from mockservers.core.value import Struct, Value, field, replace


class _Risk(Value):
    """An at-risk finding, its items and places as they were filed, and the items that are not lost."""

    finding: Finding
    items: Sequence[int]
    places: tuple[str, ...]
    left: Sequence[int]


class Recounted(Value):
    """An at-risk finding whose items changed: its new count and places."""

    finding: Finding
    count: int
    places: list[str]


class _Exchange(Struct):
    """The risks of one exchange, and its lost items by rule."""

    risks: list[_Risk] = field(default_factory=list)
    lost: dict[str, tuple[Sequence[int], ...]] = field(default_factory=dict)


class OpenRisks:
    """At-risk findings and lost items, by exchange."""

    def __init__(self) -> None:
        self._exchanges: dict[int, _Exchange] = {}

    def keep(self, finding: Finding, items: Sequence[int]) -> None:
        """Remember the items of a finding, as far as they are known."""
        exchange = self._exchanges.setdefault(finding.exchange, _Exchange())
        if not any(risk.finding is finding for risk in exchange.risks):
            compact = _compact(items)
            exchange.risks.append(_Risk(finding, compact, tuple(finding.where), compact))

    def lose(self, of: int, rule: str, items: Sequence[int]) -> None:
        """Record items that are lost by a rule."""
        exchange = self._exchanges.get(of)
        if exchange is not None and items:
            exchange.lost[rule] = (*exchange.lost.get(rule, ()), _compact(items))

    def withdraw(self, of: int, rule: str) -> None:
        """Record that the losses by a rule are withdrawn."""
        exchange = self._exchanges.get(of)
        if exchange is not None:
            exchange.lost.pop(rule, None)

    def recount(self, of: int) -> Iterator[Recounted]:
        """Yield each finding of an exchange whose items changed."""
        exchange = self._exchanges.get(of, _Exchange())
        lost = {item for parts in exchange.lost.values() for items in parts for item in items} if exchange.risks else ()
        for number, risk in enumerate(exchange.risks):
            left = _compact([item for item in risk.items if item not in lost]) if lost else risk.items
            if left != risk.left:
                exchange.risks[number] = replace(risk, left=left)
                places = places_left(risk.places, risk.items, left) if left else ()
                yield Recounted(risk.finding, risk.finding.count - len(risk.left) + len(left), list(places))

    def forget(self, of: int) -> None:
        """Forget an exchange whose outcomes are final."""
        self._exchanges.pop(of, None)

    def copy(self) -> OpenRisks:
        """Return a copy that later losses do not change."""
        copy = OpenRisks()
        for of, exchange in self._exchanges.items():
            copy._exchanges[of] = _Exchange(list(exchange.risks), dict(exchange.lost))
        return copy


def _compact(items: Sequence[int]) -> Sequence[int]:
    """Return consecutive indexes as a range, since a file may have millions of lines."""
    if items and items[-1] - items[0] + 1 == len(items):
        run = range(items[0], items[-1] + 1)
        if all(item == index for item, index in zip(items, run, strict=True)):
            return run
    return tuple(items)
