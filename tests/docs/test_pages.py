"""Every code block of the pages in docs/ is run as a reader pastes it, in the order of its page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockservers.web.seeds import demo
from tests.asking import VENDORS, contract
from tests.docs.code_blocks import PAGES, ROOT, blocks
from tests.docs.reader import Reader, run_tests
from tests.elsewhere import Elsewhere, elsewhere

INSTALLS = ("adding-a-vendor.md",)
"""Pages that install something: into the page's own folder, without an index."""

ADMIN_TOKEN_ON = ("container.md",)
"""Pages whose server is beyond loopback and asks for its admin token."""

HOW_TOS = [page for page in PAGES if page.parent == ROOT / "docs" and page.name != "conformance.md"]

SLOW = ("tutorial-java-go",)
"""Pages of languages whose compilers take their time."""


@pytest.fixture
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    """A server for one page, its demo tenants at noon."""
    monkeypatch.delenv("MOCKSERVERS_URL", raising=False)
    with elsewhere(guarded=request.node.callspec.params["page"].name in ADMIN_TOKEN_ON) as there:
        for vendor in VENDORS:
            there.control.delete_tenant(f"demo-{vendor}")
            there.control.create_tenant({"now": "2026-01-15T12:00:00+09:00", **demo(contract(vendor))})
        yield there


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, marks=pytest.mark.thorough if page.stem in SLOW else []) for page in HOW_TOS],
    ids=lambda page: page.stem,
)
def test_every_block_of_a_page_does_what_the_page_says(
    page: Path, server: Elsewhere, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    if page.name in INSTALLS:
        installed = pytester.path / "installed"
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_TARGET", str(installed))
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        monkeypatch.setenv("PIP_NO_DEPS", "1")
        monkeypatch.setenv("PIP_NO_BUILD_ISOLATION", "0")  # as pip reads it: without isolation
        monkeypatch.setenv("PYTHONPATH", f"{installed}{os.pathsep}{ROOT}")
    found = [block for block in blocks(page.read_text("utf-8")) if block.is_run]
    reader = Reader(server, pytester.path, alone=page.name.startswith("tutorial-"))
    for block in found:
        if "file" in block.comments:
            reader.save(block)
        elif block.language == "sh" and block.text.startswith("mockservers serve"):
            reader.start(block)
        elif block.language == "sh":
            reader.paste(block)
        elif block.language == "python" and not block.is_test:
            reader.execute(block)
        else:
            assert block.is_test, f"Nothing runs this block. Fix: write <!-- not run: why --> before it.\n{block.text}"
    run_tests(pytester, [block for block in found if block.is_test and "file" not in block.comments])


def test_the_index_links_every_page() -> None:
    index = (ROOT / "docs" / "index.md").read_text("utf-8")
    assert [page.name for page in HOW_TOS if page.name != "index.md" and f"({page.name})" not in index] == []
