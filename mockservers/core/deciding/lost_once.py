"""One loss counts once: if a key is lost, its earlier values are not a second loss."""

from __future__ import annotations

from collections.abc import Sequence

from mockservers.core.contract.contract import Contract
from mockservers.core.exchange.decision import Note
from mockservers.core.value import replace


def lost_once(notes: Sequence[Note], contract: Contract) -> Sequence[Note]:
    """Return the notes without losses of earlier values of a key that is lost with all its values.

    Such a key is one that a rule ignores with any value (`any-value`), or one inside an ignored value. Notes on several
    items stay unchanged, since they have the places of only some items.
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
    """Return a note on an earlier value without the places that another note loses."""
    places = tuple(
        place
        for place in note.at
        if (note.of, place) not in whole and not any((note.of, above) in values for above in _above(place))
    )
    if len(places) == len(note.at):
        return note
    return replace(note, at=places, count=len(places)) if places else replace(note, differs=False)


def _above(place: str) -> list[str]:
    """Return the places that contain a place, except the root."""
    tokens = place.split("/")
    return ["/".join(tokens[:n]) for n in range(2, len(tokens))]
