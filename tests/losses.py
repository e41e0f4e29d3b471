"""What decisions lose, said naively: a set of what is lost, item by item and place by place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from mockservers.core.accounting.loss import loses
from mockservers.core.exchange.decision import Decision, Note, Statement

Atom = tuple[Any, ...]


def lost_atoms(decisions: Iterable[Decision], exchange: int) -> set[Atom]:
    """("item", exchange, index), ("one of", exchange, n) where indexes are not known, ("key", …), ("all", exchange)."""
    decisions = list(decisions)
    outcomes = [outcome for decision in decisions for outcome in decision.outcomes]
    resolved = {of(outcome, exchange) for outcome in outcomes if outcome.was == "pending"}
    ends = [outcome for outcome in outcomes if outcome.kind != "pending" or of(outcome, exchange) not in resolved]
    atoms: set[Atom] = set()
    nameless: Counter[int] = Counter()
    for outcome in ends:
        if loses(outcome):
            indexes = outcome.items or (() if outcome.item is None else (outcome.item,))
            atoms |= {("item", of(outcome, exchange), index) for index in indexes}
            nameless[of(outcome, exchange)] += 0 if indexes else outcome.count
    atoms |= {("one of", number, n) for number, count in nameless.items() for n in range(count)}
    own = [loses(outcome) for outcome in ends if of(outcome, exchange) == 0]
    if own and all(own):
        atoms |= {("all", 0), ("request", 0)} if nameless[0] else {("all", 0)}
    for decision in decisions:
        for note in decision.notes:
            if loses(note) and ("request", of(note, exchange)) not in atoms:
                atoms |= set(_of_note(note, of(note, exchange)))
    return atoms


def _of_note(note: Note, number: int) -> Iterable[Atom]:
    if note.items:
        yield from (("key", number, index, note.key) for index in note.items)
    for place in () if note.items else note.at:
        yield "key", number, note.item, place
    if not note.items and not note.at:
        yield "key", number, note.item, (note.rule, note.key)


def beyond(there: set[Atom], here: set[Atom]) -> set[Atom]:
    """The losses of one decision that another does not have."""
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


def of(found: Statement, exchange: int) -> int:
    """The exchange whose items it speaks of, 0 for the call itself."""
    return 0 if found.of == exchange else found.of
