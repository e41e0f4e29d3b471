"""The page on the conformance kit: its examples run as they are pasted, its table has every mutant."""

from __future__ import annotations

import re
import shutil

import pytest

from mockservers.testing.conformance.properties import PROPERTIES
from tests.conformance.test_mutants import MUTANTS
from tests.docs.code_blocks import ROOT, blocks

PAGE = (ROOT / "docs" / "conformance.md").read_text("utf-8")
FILE = re.compile(r"# (test_\w+\.py)\n")

EXPORTER = """
from types import SimpleNamespace

from mockservers.clients.zangsho import *
from mockservers.clients.zangsho import export

def export_orders(orders, *, base_url, token, sleep):
    target = SimpleNamespace(url=base_url, credentials={"token": token}, sleep=sleep)
    return export(target, orders)

def forget():
    pass
"""

RUNS: dict[str, tuple[str, dict[str, int]]] = {
    "test_export.py": ("", {"passed": 10}),
    "test_run.py": ("", {"passed": 1}),
    "test_marked.py": ("updates", {"xpassed": 1, "deselected": 9}),
    "test_more.py": ("customers or refunds or subscriptions", {"passed": 3, "deselected": 10}),
    "test_requests.py": ("", {"passed": 1}),
    "test_reading.py": ("", {"passed": 1}),
    "test_mapping.py": ("complete", {"passed": 1, "deselected": 9}),
    "test_reset.py": ("updates", {"passed": 1, "deselected": 9}),
}
"""Each example -> which of its tests are run, and what comes of them."""

QUICK = ("test_reading.py", "test_reset.py")
"""Those that take a few seconds."""

EXAMPLES = {match[1]: block.text for block in blocks(PAGE) if (match := FILE.match(block.text))}


def test_every_code_block_is_run_by_a_test() -> None:
    assert set(EXAMPLES) == set(RUNS)
    left = [block for block in blocks(PAGE) if not FILE.match(block.text) and "not run" not in block.comments]
    assert left == []


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in QUICK else pytest.mark.thorough) for name in RUNS]
)
def test_an_example_runs_as_it_is_pasted(name: str, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen, outcomes = RUNS[name]
    pytester.mkpydir("shop").joinpath("export.py").write_text(EXPORTER, "utf-8")
    pytester.path.joinpath(name).write_text(EXAMPLES[name], "utf-8")
    shutil.copy(ROOT / "fixtures" / "shops" / "shopify.json", pytester.path / "orders.json")
    monkeypatch.setenv("MOCKSERVERS_CONFORMANCE_PROFILE", "quick")
    monkeypatch.setenv("HTTP_TIMEOUT", "2")
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{pytester.path}")

    ended = pytester.runpytest_subprocess(
        "-p", "no:randomly", "-p", "no:cacheprovider", *(["-k", chosen] if chosen else [])
    )

    assert ended.parseoutcomes() == outcomes, ended.stdout.str()


def test_every_property_is_on_the_page() -> None:
    for about in PROPERTIES.values():
        assert f"| `{about.id}` |" in PAGE


def test_the_table_lists_every_mutant_and_none_survives() -> None:
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| .* \| `conformance\.[a-z-]+` \| (\d+) of (\d+) \|", PAGE, re.MULTILINE)

    assert {name for name, *_ in rows} == {mutant.name for mutant in MUTANTS}
    assert all(caught == seeds for _, caught, seeds in rows)
