"""The documentation site has every page, and its reference says what the program goes by."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from mockservers.cli import cli
from mockservers.core.contract.provenance import MEANINGS
from scripts.programs import docs_site
from scripts.programs.docs_links import problems
from tests.asking import VENDORS, contract
from tests.docs.code_blocks import ROOT


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("site")
    docs_site.main(str(directory))
    return directory


def test_the_navigation_has_every_page_once(site: Path) -> None:
    def pages(entries: list[dict[str, object]]) -> list[str]:
        found: list[str] = []
        for entry in entries:
            for value in entry.values():
                found += [value] if isinstance(value, str) else pages(value)  # type: ignore[arg-type] # a nested list
        return found

    nav = pages(yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["nav"])
    assert sorted(nav) == sorted(str(path.relative_to(site)) for path in site.rglob("*.md"))


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_reference_has_each_rule_with_its_page_and_readings(site: Path, vendor: str) -> None:
    page = (site / f"reference/rules-{vendor}.md").read_text("utf-8")
    rules = contract(vendor).rules.values()
    assert [line.split()[1] for line in page.splitlines() if line.startswith("## ")] == [rule.id for rule in rules]
    assert page.count("\nSource: [") == sum(bool(rule.source) for rule in rules)
    assert page.count("(default) |") == sum(rule.reading is not None for rule in rules)


def test_each_rule_counts_once_by_the_weaker_of_its_sources(site: Path) -> None:
    page = (site / "reference/how-true.md").read_text("utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| [")]
    for row, vendor in zip(rows, VENDORS, strict=True):
        rules, *by_word, readings = map(int, row[1:])
        assert rules == sum(by_word) == len(contract(vendor).rules)
        assert by_word[list(MEANINGS).index("documented")] < rules
        assert readings == sum(rule.reading is not None for rule in contract(vendor).rules.values())


def test_the_reference_has_every_command_and_admin_operation(site: Path) -> None:
    commands = (site / "reference/cli.md").read_text("utf-8")
    assert [name for name in cli.commands if f"## mockservers {name}\n" not in commands] == []
    operations = (site / "reference/admin-api.md").read_text("utf-8")
    document = yaml.safe_load(docs_site.ADMIN.read_text("utf-8"))
    ids = [
        each["operationId"] for path in document["paths"].values() for each in path.values() if isinstance(each, dict)
    ]
    assert [name for name in ids if f"#{name} }}" not in operations] == []
    assert "## GET /__admin/tenants/{tenant}/ledger {" in operations


def test_broken_links_and_resources_from_other_hosts_are_found(tmp_path: Path) -> None:
    (tmp_path / "page").mkdir()
    (tmp_path / "page/index.html").write_text('<h1 id="top">A page</h1><img src="https://cdn.example/a.png">')
    links = ["page/", "page/#top", "#here", "https://elsewhere.example", "page/#bottom", "none/", "#nowhere"]
    body = "".join(f'<a href="{link}">a link</a>' for link in links)
    (tmp_path / "index.html").write_text(f'<p id="here">{body}</p><script src="/gone.js"></script>')
    assert list(problems(tmp_path)) == [
        "index.html: #nowhere leads to no place of that page",
        "index.html: none/ leads to no page",
        "index.html: page/#bottom leads to no place of that page",
        "page/index.html: loads https://cdn.example/a.png",
    ]
