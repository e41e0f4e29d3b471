"""At-risk: what another reading of the vendor's pages would have lost.

Where pages are silent or disagree the mock takes one reading. Since a decision is pure, the others can be asked: it is
decided again under each other choice of each reading that it consulted, and a choice that loses more is filed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mockservers.core.decision import Decision, Fate, Remark
from mockservers.core.loss import findings, loses, lost
from mockservers.core.view import View

AT_RISK = "the pages leave this open: under the reading {key} ({choice_says}) {count} more would be lost"


def at_risk(decide: Callable[[View], Decision], view: View, decision: Decision) -> list[Remark]:
    """One remark for each (rule, choice) under which deciding loses more than `decision`, which `view` made."""
    if not view.consulted:
        return []
    before = lost(decision)
    held = {_identity(found) for found in findings(decision) if loses(found)}
    risks: list[Remark] = []
    for rule in sorted(view.consulted):
        taken = view.reading(rule)
        for choice, says in view.contract.reading(rule).choices.items():
            if choice == taken:
                continue
            other = decide(view.under(rule, choice))
            more = lost(other) - before
            if more > 0:
                places = tuple(at for found in _more(other, held) for at in found.at)[:5]
                risks.append(_risk(rule, choice, says, more, places, other))
    return risks


def _more(decision: Decision, held: set[tuple[object, ...]]) -> Iterator[Fate | Remark]:
    return (found for found in findings(decision) if loses(found) and _identity(found) not in held)


def _identity(found: Fate | Remark) -> tuple[object, ...]:
    return (type(found), found.of, found.item, found.at)


def _risk(rule: str, choice: str, says: str, more: int, places: tuple[str, ...], other: Decision) -> Remark:
    numbers = {found.of for found in findings(other) if loses(found)}
    of = numbers.pop() if len(numbers) == 1 else 0
    return Remark("at-risk", rule, at=places, count=more, of=of, key=choice, values={"choice_says": says})
