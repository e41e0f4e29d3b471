"""The README does what it says: its commands are run, and what it shows is what comes.

Against `mockservers serve`, or whatever answers at MOCKSERVERS_URL: `scripts/container` runs this file against the
image that it built.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockservers.web.seeds import demo
from tests.asking import VENDORS, contract
from tests.docs.code_blocks import ROOT, blocks
from tests.docs.reader import Reader, run_tests
from tests.elsewhere import Elsewhere, elsewhere

README = (ROOT / "README.md").read_text("utf-8")
RUN = [block for block in blocks(README) if block.is_run]
COMMANDS = [block for block in RUN if block.language == "sh"]
TESTS = [block for block in RUN if block.is_test]
LINES_MOST = 200


@pytest.fixture
def server() -> Iterator[Elsewhere]:
    """A server whose demo tenants are as they were at its start, which was at noon."""
    with elsewhere(guarded=False) as there:
        for vendor in VENDORS:
            there.control.delete_tenant(f"demo-{vendor}")
            there.control.create_tenant({"now": "2026-01-15T12:00:00+09:00", **demo(contract(vendor))})
        yield there


def test_every_code_block_is_run_by_a_test() -> None:
    assert len(COMMANDS) == 5
    assert len(TESTS) == 1
    assert [block for block in RUN if block not in [*COMMANDS, *TESTS]] == []


def test_the_commands_of_the_readme_lose_an_order_with_each_vendor(server: Elsewhere, tmp_path: Path) -> None:
    """One after the other, as a reader pastes them: the last commands show the ledgers of the earlier ones."""
    reader = Reader(server, tmp_path)
    for block in COMMANDS:
        reader.paste(block)
    assert {vendor: server.control.ledger(f"demo-{vendor}")["silent"] for vendor in VENDORS} == dict.fromkeys(
        VENDORS, 1
    )


@pytest.mark.parametrize("remote", [False, True], ids=["own server", "server elsewhere"])
def test_the_first_test_fails_as_shown_and_passes_with_the_right_name(
    pytester: pytest.Pytester, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, remote: bool
) -> None:
    if remote:
        server: Elsewhere = request.getfixturevalue("server")
        monkeypatch.setenv("MOCKSERVERS_URL", server.url)
        if server.token:
            monkeypatch.setenv("MOCKSERVERS_ADMIN_TOKEN", server.token)
    else:
        monkeypatch.delenv("MOCKSERVERS_URL", raising=False)
    (wrong,) = TESTS
    right = type(wrong)(wrong.language, wrong.text.replace("orderDate", "order_date"))

    run_tests(pytester, [wrong, right])


def test_the_readme_names_scripts_serve_and_scripts_test() -> None:
    for command in ("scripts/serve", "scripts/test"):
        assert command in README
        assert os.access(ROOT / command, os.X_OK)


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= LINES_MOST
