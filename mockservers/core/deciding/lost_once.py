"""What is inside of what is lost is no second loss: earlier values of a key, beside the loss of the key itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mockservers.core.contract.contract import Contract
from mockservers.core.exchange.decision import Note


def lost_once(notes: Sequence[Note], contract: Contract) -> Sequence[Note]:
    """Notes of which none loses an earlier value of a key that is lost anyway, with all its values.

    Such a key is one that a rule ignores whatever its value (`any-value`), or one inside of an ignored value. Notes
    on several items have places of some of them alone, and stay as they are.
    """
    earlier = [at for at, note in enumerate(notes) if _loses(note) and contract.rule(note.rule).earlier_value]
    if not earlier:
        return notes
    whole, values = set[tuple[int, str]](), set[tuple[int, str]]()
    for note in notes:
        if _loses(note) and note.kind == "ignored" and not contract.rule(note.rule).earlier_value:
            places = values if not contract.rule(note.rule).any_value else whole
            places.update((note.of, place) for place in note.at)
    left = list(notes)
    for at in earlier:
        left[at] = _without(notes[at], whole, whole | values)
    return left


def _loses(note: Note) -> bool:
    return note.differs and not note.items and note.kind in ("ignored", "overwritten")


def _without(note: Note, whole: set[tuple[int, str]], values: set[tuple[int, str]]) -> Note:
    """A note of an earlier value without the places that are lost by another note."""
    places = tuple(
        place
        for place in note.at
        if (note.of, place) not in whole and not any((note.of, above) in values for above in _above(place))
    )
    if len(places) == len(note.at):
        return note
    return replace(note, at=places, count=len(places)) if places else replace(note, differs=False)


def _above(place: str) -> list[str]:
    """The places in which a place is, the root left out."""
    tokens = place.split("/")
    return ["/".join(tokens[:n]) for n in range(2, len(tokens))]
