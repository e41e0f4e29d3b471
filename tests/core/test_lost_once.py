"""Of a key that is lost anyway no earlier value is a second loss; other places that are counted with it stay one."""

from __future__ import annotations

import pytest

from mockservers.core.deciding.lost_once import lost_once
from mockservers.core.exchange.decision import Note, NoteKind
from tests.asking import contract

UNKNOWN, TWICE, OTHER = "zangsho.request.unknown-key", "zangsho.request.repeated-key", "zangsho.order.customer-name"


def note(rule: str, *places: str, kind: NoteKind = "ignored", differs: bool = True, of: int = 0) -> Note:
    return Note(kind, rule, at=places, count=len(places), differs=differs, of=of)


@pytest.mark.parametrize(
    ("other", "twice", "left"),
    [
        (note(UNKNOWN, "/x"), note(TWICE, "/x"), note(TWICE, "/x", differs=False)),
        (note(UNKNOWN, "/x"), note(TWICE, "/x/y/z"), note(TWICE, "/x/y/z", differs=False)),
        (note(UNKNOWN, "/x"), note(TWICE, "/x", "/xy", "/y"), note(TWICE, "/xy", "/y")),
        (note(UNKNOWN, "/x", differs=False), note(TWICE, "/x"), note(TWICE, "/x")),
        (note(UNKNOWN, "/x/y"), note(TWICE, "/x"), note(TWICE, "/x")),
        (note(UNKNOWN, "/x", of=1), note(TWICE, "/x"), note(TWICE, "/x")),
        (note(UNKNOWN, "/x"), note(TWICE, "/y"), note(TWICE, "/y")),
        (note(OTHER, "/x"), note(TWICE, "/x"), note(TWICE, "/x")),
        (note(OTHER, "/x"), note(TWICE, "/x/y"), note(TWICE, "/x/y", differs=False)),
        (note(OTHER, "/x", kind="noted"), note(TWICE, "/x/y"), note(TWICE, "/x/y")),
    ],
)
def test_an_earlier_value_is_lost_either_with_its_key_or_alone(other: Note, twice: Note, left: Note) -> None:
    assert list(lost_once([twice, other], contract("zangsho"))) == [left, other]
