"""`pytest --mockservers-report`: one report of a run, over its processes, with the tests that sent what was lost."""

from __future__ import annotations

import json
import re

import pytest

from tests.testing.projects import run

TESTS = """
def test_right(zangsho):
    send(zangsho)

def test_lossy(zangsho):
    lose(zangsho)

@pytest.mark.expect_loss("zangsho.request.unknown-key")
def test_expected(zangsho):
    lose(zangsho)

@pytest.fixture(scope="module")
def shop(mock_server):
    with mock_server.tenant("zangsho") as tenant:
        yield tenant

def test_first(shop):
    send(shop, name="first")

def test_second(shop):
    send(shop, name="second", email="second@x.tw")

def test_wrong_key(zangsho):
    assert send(zangsho, token="1|some-other-token") == 401
"""
WITH = """
def test_with(mock_server):
    with mock_server.tenant("zangsho") as tenant:
        lose(tenant)
"""
MODULE = "test_a_run_is_reported_with_its_tests_and_losses"


def calls(page: str) -> dict[str, int]:
    """How many calls a report shows of each test."""
    rows = re.findall(r"<tr[ >].*?</tr>", page, re.DOTALL)
    tests = [found[1] for row in rows if (found := re.search(r"::(test_\w+)", row))]
    return {test: tests.count(test) for test in tests}


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_run_is_reported_with_its_tests_and_losses(
    pytester: pytest.Pytester, workers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(pytester.path / "summary.md"))
    options = [
        "-n",
        workers,
        "--dist",
        "loadfile",
        "--mockservers-report=out/run.html",
        "--mockservers-sarif=run.sarif",
    ]
    result = run(pytester, TESTS, *options)
    result.assert_outcomes(passed=4, failed=2)
    page = (pytester.path / "out" / "run.html").read_text("utf-8")
    assert "This run fails <small>5 items arrived" in page
    assert f"{MODULE}.py::test_lossy: Lost: Zangsho does not store what follows" in page
    assert f"{MODULE}.py::test_wrong_key: Unauthenticated: " in page
    assert "1 ignored, expected" in page
    assert calls(page) == dict.fromkeys(("test_wrong_key", "test_expected", "test_lossy", "test_second"), 1) | {
        "test_first": 1,
        "test_right": 1,
    }
    assert re.search(r"Zangsho: \d+ of \d+ operations, \d+ of \d+ rules", page)
    errors = [line for line in result.outlines if line.startswith("::error")]
    assert errors[0].startswith(f"::error file={MODULE}.py,line=2")
    assert len(errors) == 2
    assert (pytester.path / "summary.md").read_text().count("### mockservers: 2 failed") == 1
    (sarif,) = json.loads((pytester.path / "run.sarif").read_text())["runs"]
    assert [(each["ruleId"], "suppressions" in each) for each in sarif["results"]] == [
        ("zangsho.request.unknown-key", False),
        ("zangsho.request.unknown-key", True),
        ("unauthenticated", False),
    ]


def test_a_report_has_the_losses_of_tenants_that_check_themselves(pytester: pytest.Pytester) -> None:
    run(pytester, WITH, "--mockservers-report=run.html").assert_outcomes(failed=1)
    page = (pytester.path / "run.html").read_text("utf-8")
    assert page.count("::test_with: Lost: Zangsho does not store what follows") == 1
    assert calls(page) == {"test_with": 1}


def test_a_file_that_cannot_be_written_stops_the_run(pytester: pytest.Pytester) -> None:
    result = run(pytester, TESTS, "--mockservers-report=/proc/run.html")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--mockservers-report=/proc/run.html*cannot be written: *Fix: *"])
