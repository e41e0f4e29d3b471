"""What decisions lose, said naively: a set of what is lost, item by item and place by place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from mockservers.core.decision import Decision, Fate, Remark
from mockservers.core.loss import loses

Atom = tuple[Any, ...]


def lost_atoms(decisions: Iterable[Decision], exchange: int) -> set[Atom]:
    """("item", exchange, index), ("one of", exchange, n) where indexes are not known, ("key", …), ("all", exchange)."""
    decisions = list(decisions)
    fates = [fate for decision in decisions for fate in decision.fates]
    resolved = {of(fate, exchange) for fate in fates if fate.was == "pending"}
    ends = [fate for fate in fates if fate.outcome != "pending" or of(fate, exchange) not in resolved]
    atoms: set[Atom] = set()
    nameless: Counter[int] = Counter()
    for fate in ends:
        if loses(fate):
            indexes = fate.items or (() if fate.item is None else (fate.item,))
            atoms |= {("item", of(fate, exchange), index) for index in indexes}
            nameless[of(fate, exchange)] += 0 if indexes else fate.count
    atoms |= {("one of", number, n) for number, count in nameless.items() for n in range(count)}
    own = [loses(fate) for fate in ends if of(fate, exchange) == 0]
    if own and all(own):
        atoms |= {("all", 0), ("request", 0)} if nameless[0] else {("all", 0)}
    for decision in decisions:
        for remark in decision.remarks:
            if loses(remark) and ("request", of(remark, exchange)) not in atoms:
                atoms |= set(_of_remark(remark, of(remark, exchange)))
    return atoms


def _of_remark(remark: Remark, number: int) -> Iterable[Atom]:
    if remark.items:
        yield from (("key", number, index, remark.key) for index in remark.items)
    for place in () if remark.items else remark.at:
        yield "key", number, remark.item, place
    if not remark.items and not remark.at:
        yield "key", number, remark.item, (remark.rule, remark.key)


def beyond(there: set[Atom], here: set[Atom]) -> set[Atom]:
    """What is lost there and not here."""
    return {atom for atom in there if atom[0] not in ("all", "request") and not _is_lost(atom, here)}


def _is_lost(atom: Atom, here: set[Atom]) -> bool:
    kind, number, *rest = atom
    if atom in here or ("request", number) in here:
        return True
    if kind == "one of":
        return bool(rest[0] < sum(each[0] in ("item", "one of") and each[1] == number for each in here))
    if kind != "key":
        return ("all", number) in here
    index, place = rest
    if index is not None and ("all", number) in here:
        return True
    above = [place.rsplit("/", n)[0] for n in range(1, place.count("/"))] if isinstance(place, str) else []
    return ("item", number, index) in here or any(("key", number, index, each) in here for each in above)


def of(found: Fate | Remark, exchange: int) -> int:
    """The exchange whose items it speaks of, 0 for the call itself."""
    return 0 if found.of == exchange else found.of
