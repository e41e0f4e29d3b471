"""No file uses a word that the project no longer uses, except those in `old_words.txt`: a list that only shrinks."""

from __future__ import annotations

import pytest

from tests.architecture.old_words import FILES, NAMES, OLD, PHRASES, PROSE, allowed, occurrences, old_words, shrunk

NEW = {**OLD, **NAMES, **PROSE, **PHRASES, **{f"{name}.py": f"{new}.py" for name, new in FILES.items()}}
FIX = "Fix: PYTHONPATH=. .venv/bin/python -m tests.architecture.old_words, then commit old_words.txt."


def test_no_file_has_an_old_word_that_is_not_allowed() -> None:
    known = allowed()
    wrong = {name: words - known.get(name, frozenset()) for name, words in occurrences().items()}
    said = [f"{name}: {word!r} is now {NEW[word]!r}" for name, words in wrong.items() for word in sorted(words)]
    assert said == [], "\n".join([*said, f"Moved a file? {FIX}"])


def test_the_allow_list_has_nothing_that_no_longer_occurs() -> None:
    there = occurrences()
    gone = {name: words - there.get(name, frozenset()) for name, words in allowed().items()}
    assert {name: sorted(words) for name, words in gone.items() if words} == {}, FIX


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("def open_doors() -> Doors: ...", {"doors"}),
        ("the outdoors, indoors and adoring", set()),
        ("class StrangerThings: ...", {"stranger"}),
        ("# at\n# first sight", {"at first sight"}),
        ("tenant.performed()", {"performed"}),
        ("# it is performed here", set()),
        ('"""Gives the number."""', {"Gives"}),
        ("class Held: ...\nheld = 1", {"Held"}),
        ("source: {words: 'told by the page', url: here}", set()),
        ("source: {words: told by the page, url: told}", {"told"}),
        ('words: "a remark"\nsays: a remark', {"remark"}),
    ],
)
def test_an_old_word_is_found_in_identifiers_and_prose_and_not_in_quotations(text: str, found: set[str]) -> None:
    assert old_words(text, python=True) == found


def test_identifiers_are_looked_for_only_in_code() -> None:
    assert old_words("The song is performed below.", python=False) == set()


def test_the_allow_list_shrinks_and_follows_files_that_move() -> None:
    there = {"tests/architecture/test_words.py": frozenset({"door"}), "new.py": frozenset({"room", "mend"})}
    listed = {"tests/architecture/test_words.py": frozenset({"door", "fate"}), "moved-away.py": frozenset({"room"})}

    kept = shrunk(listed, there)

    assert {name: words for name, words in kept.items() if words} == {
        "tests/architecture/test_words.py": {"door"},
        "new.py": {"room"},
    }
