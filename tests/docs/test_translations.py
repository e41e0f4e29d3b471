"""The README in other languages has the code blocks and the links of the English one, in their order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.code_blocks import ROOT, blocks

ENGLISH = ROOT / "README.md"
TRANSLATIONS = {language: ROOT / "docs" / language / "README.md" for language in ("zh-Hant", "ja", "uk")}
SCRIPTS = {"zh-Hant": "一-鿿", "ja": "぀-ヿ一-鿿", "uk": "Ѐ-ӿ"}
FIX = "Fix: bring docs/{zh-Hant,ja,uk}/README.md to what README.md has."


def prose(page: Path) -> str:
    """A page without its code, and without the line that leads to the other languages."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"^.*\bEnglish\b.* · .*$", "", text, count=1, flags=re.MULTILINE)


def links(page: Path) -> list[str]:
    """The targets of a page's links, as paths from the repository root or addresses."""
    found = re.findall(r"\]\(([^)]+)\)", prose(page))
    places = [link if "://" in link else (page.parent / link).resolve().relative_to(ROOT).as_posix() for link in found]
    assert [place for place in places if "://" not in place and not (ROOT / place).exists()] == []
    return places


@pytest.mark.parametrize("page", TRANSLATIONS.values(), ids=TRANSLATIONS)
def test_code_blocks_and_links_are_those_of_the_english_page(page: Path) -> None:
    assert blocks(page.read_text("utf-8")) == blocks(ENGLISH.read_text("utf-8")), FIX
    assert links(page) == links(ENGLISH), FIX


@pytest.mark.parametrize("page", TRANSLATIONS.values(), ids=TRANSLATIONS)
def test_sections_and_names_in_code_are_those_of_the_english_page(page: Path) -> None:
    def outline(text: str) -> list[str]:
        return re.findall(r"^#+|^- ", text, re.MULTILINE)

    def names(text: str) -> set[str]:
        return set(re.findall(r"`([^`\n]+)`", text))

    assert outline(prose(page)) == outline(prose(ENGLISH)), FIX
    assert names(prose(page)) == names(prose(ENGLISH)), FIX


@pytest.mark.parametrize(("language", "page"), TRANSLATIONS.items(), ids=TRANSLATIONS)
def test_every_paragraph_is_in_its_language(language: str, page: Path) -> None:
    text = re.sub(r"<!--.*?-->", "", prose(page))
    paragraphs = [part for part in text.split("\n\n") if part.strip() and part.strip() != "# mockservers"]
    assert [part for part in paragraphs if not re.search(f"[{SCRIPTS[language]}]", part)] == []


@pytest.mark.parametrize("page", [ENGLISH, *TRANSLATIONS.values()], ids=["en", *TRANSLATIONS])
def test_each_page_links_the_other_languages(page: Path) -> None:
    (line,) = re.findall(r"^.*\bEnglish\b.* · .*$", page.read_text("utf-8"), re.MULTILINE)
    led_to = {(page.parent / link).resolve() for link in re.findall(r"\]\(([^)]+)\)", line)}
    assert led_to == {ENGLISH, *TRANSLATIONS.values()} - {page}
