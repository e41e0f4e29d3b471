"""The page on the conformance kit: its pytest example runs as it is pasted, its table has every mutant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mockservers.testing.conformance.properties import PROPERTIES
from tests.conformance.test_mutants import MUTANTS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "conformance.md").read_text("utf-8")

EXPORTER = """
from types import SimpleNamespace

from fixtures.clients.python import zangsho

def export_orders(orders, *, base_url, token, sleep):
    target = SimpleNamespace(url=base_url, credentials={"token": token}, sleep=sleep)
    return zangsho.export(target, orders)
"""


def test_the_pytest_example_runs_as_it_is_pasted(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    found = re.search(r"```python\n# test_export.py\n(.*?)```", PAGE, re.DOTALL)
    assert found
    pytester.mkpydir("shop").joinpath("export.py").write_text(EXPORTER, "utf-8")
    pytester.makepyfile(test_export=found[1])
    monkeypatch.setenv("MOCKSERVERS_CONFORMANCE_PROFILE", "quick")
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{pytester.path}")

    ended = pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider")

    assert ended.parseoutcomes() == {"passed": 9}, ended.stdout.str()


def test_the_example_of_requests_runs_as_it_is_pasted(pytester: pytest.Pytester) -> None:
    found = re.search(r"```python\n# test_requests.py\n(.*?)```", PAGE, re.DOTALL)
    assert found
    pytester.makepyfile(test_requests=found[1])

    ended = pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider")

    assert ended.parseoutcomes() == {"passed": 1}, ended.stdout.str()


def test_every_property_is_on_the_page() -> None:
    for about in PROPERTIES.values():
        assert f"| `{about.id}` |" in PAGE


def test_the_table_has_every_mutant_and_none_survives() -> None:
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| .* \| `conformance\.[a-z-]+` \| (\d+) of (\d+) \|", PAGE, re.MULTILINE)

    assert {name for name, *_ in rows} == {mutant.name for mutant in MUTANTS}
    assert all(caught == seeds for _, caught, seeds in rows)
