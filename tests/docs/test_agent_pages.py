"""llms.txt and SKILL.md say what the commands, rules and error responses are today, and every link leads somewhere."""

from __future__ import annotations

import re

import pytest
import yaml

from mockservers.cli import cli
from scripts.programs.agent_pages import pages
from tests.asking import VENDORS, contract
from tests.docs.code_blocks import ROOT

PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_what_the_command_writes(name: str) -> None:
    written = (ROOT / name).read_text("utf-8")
    assert written == PAGES[name], "Fix: python -m scripts.programs.agent_pages"


def test_llms_txt_has_a_title_a_summary_and_lists_of_links_and_commands() -> None:
    """https://llmstxt.org: one H1, a quote, then sections of list items."""
    lines = PAGES["llms.txt"].splitlines()
    assert lines[0] == "# mockservers"
    assert lines[2].startswith("> ")
    sections = [line for line in lines if line.startswith("#")][1:]
    assert all(line.startswith("## ") for line in sections)
    linked = re.findall(r"^- \[.+?\]\((.+?)\): .+", PAGES["llms.txt"], re.MULTILINE)
    assert {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")} - set(linked) <= {"docs/index.md"}
    assert [place for place in linked if not (ROOT / place).exists()] == []


def test_llms_txt_has_every_command_and_every_rule() -> None:
    text = PAGES["llms.txt"]
    assert [name for name in cli.commands if f"- `mockservers {name}`: " not in text] == []
    assert [rule for vendor in VENDORS for rule in contract(vendor).rules if f"- `{rule}` (" not in text] == []


def test_the_skill_has_a_name_a_description_and_every_error_response() -> None:
    _, head, text = PAGES["SKILL.md"].split("---\n", 2)
    about = yaml.safe_load(head)
    assert set(about) == {"name", "description"}
    assert re.fullmatch(r"[a-z0-9-]{1,64}", about["name"])
    assert len(about["description"]) <= 1024
    assert [name for vendor in VENDORS for name in contract(vendor).refusals if f"| `{name}` | " not in text] == []
    assert len(text.splitlines()) < 500
