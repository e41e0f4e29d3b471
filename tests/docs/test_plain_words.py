"""The pages are written in plain sentences, the glossary explains ten words, and the table of faults is whole."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from mockservers.core.exchange.decision import OutcomeKind
from mockservers.core.faults.kinds import EFFECTS
from tests.docs.code_blocks import PAGES, ROOT

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text("utf-8")
WORDS = (
    "item", "outcome", "finding", "loss", "reported", "silent", "at-risk", "reading", "tenant", "checkpoint",
)  # fmt: skip
CLUMSY = ("whoever", "in place of", "to be had")
_GENERATED = re.compile(r"<!-- table: begin -->.*<!-- table: end -->|```.*?```", re.DOTALL)


@pytest.mark.parametrize("page", [*PAGES, ROOT / "ARCHITECTURE.md", ROOT / "CHANGELOG.md"], ids=lambda page: page.stem)
def test_a_page_has_no_clumsy_phrase(page: Path) -> None:
    text = " ".join(_GENERATED.sub("", page.read_text("utf-8")).split()).lower()
    assert [phrase for phrase in CLUMSY if re.search(rf"\b{phrase}\b", text)] == []


def test_the_glossary_explains_ten_words_in_two_sentences_each() -> None:
    rows = dict(re.findall(r"^\| ([a-z-]+) \| (.+) \|$", GLOSSARY, re.MULTILINE))
    rows.pop("word", None)
    assert tuple(rows) == WORDS
    assert {word: len(re.findall(r"\.(?: |$)", said)) for word, said in rows.items()} == dict.fromkeys(WORDS, 2)


def test_the_glossary_names_every_outcome() -> None:
    assert [kind for kind in get_args(OutcomeKind) if kind not in GLOSSARY] == []


def test_the_table_on_the_faults_page_has_every_transport_fault() -> None:
    page = (ROOT / "docs" / "faults.md").read_text("utf-8")
    assert re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE) == list(EFFECTS)
