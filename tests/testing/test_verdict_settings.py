"""How strict a test is, and how the verdict gets on with settings, other plugins and a company's proxy."""

from __future__ import annotations

import pytest

from tests.testing.projects import run

# -- settings ---------------------------------------------------------------------------------------------------------

LEVELS = [
    # (what is done, the levels that it fails)
    ("lose(zangsho)", {"silent", "lost", "at-risk"}),
    ("assert send(zangsho, email=5) == 422", {"lost", "at-risk"}),
    ('send(zangsho, "wrong-token")', {"silent", "lost", "at-risk"}),
    ('send(zangsho, path="/v1/x")', {"silent", "lost", "at-risk"}),
    ("send(zangsho)", set()),
]


@pytest.mark.parametrize(
    ("ini", "option", "level"),
    [
        (None, None, "silent"),
        ("lost", None, "lost"),
        (None, "at-risk", "at-risk"),
        ("at-risk", "never", "never"),
        ("never", "silent", "silent"),
    ],
)
def test_the_level_that_fails_a_test_is_an_option_and_a_setting(
    pytester: pytest.Pytester, ini: str | None, option: str | None, level: str
) -> None:
    tests = "".join(f"def test_{number}(zangsho):\n    {act}\n\n" for number, (act, _) in enumerate(LEVELS))
    tests += 'def test_risk(fanship):\n    upload(fanship, \'{"id":"1","promotion_id":["a"]}\')\n'
    if ini:
        pytester.makeini(f"[pytest]\nmockservers_fail_on = {ini}\n")
    failing = sum(level in fails for _, fails in LEVELS) + (level == "at-risk")
    result = run(pytester, tests, *([f"--mockservers-fail-on={option}"] if option else []))
    result.assert_outcomes(failed=failing, passed=len(LEVELS) + 1 - failing)


WRONG = ["mockservers_fail_on = sometimes", "mockservers_coverage_fail_under = much", "mockservers_audit = perhaps"]


@pytest.mark.parametrize("line", WRONG)
def test_an_invalid_setting_stops_the_run(pytester: pytest.Pytester, line: str) -> None:
    pytester.makeini(f"[pytest]\n{line}\n")
    result = run(pytester, "def test_it():\n    pass\n")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{line}*"])


def test_coverage_can_be_set_in_the_ini_file(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nmockservers_coverage = text\nmockservers_coverage_fail_under = 99\n")
    result = run(pytester, "def test_it(zangsho):\n    send(zangsho)\n")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*rules that were exercised*", "FAIL * of the rules were exercised, less than 99 %."])


# -- among other plugins ----------------------------------------------------------------------------------------------

FLAKY = """
tries = []

@pytest.fixture(scope="session")
def shop(mock_server):
    return mock_server.tenant("zangsho")

def test_second_try_right(zangsho):
    tries.append(zangsho.id)
    send(zangsho) if len(tries) > 1 else lose(zangsho)

def test_shared(shop):
    tries.append(shop.id)
    send(shop) if tries.count(shop.id) > 1 else lose(shop)
"""


@pytest.mark.parametrize("more", [(), ("-n", "2"), ("-p", "randomly")], ids=" ".join)
def test_a_successful_rerun_passes(pytester: pytest.Pytester, more: tuple[str, ...]) -> None:
    pytest.importorskip("pytest_rerunfailures")
    result = run(pytester, FLAKY, "--reruns", "2", *more)
    assert result.ret == 0
    assert result.parseoutcomes()["passed"] == 2


def test_a_rerun_that_loses_again_fails(pytester: pytest.Pytester) -> None:
    pytest.importorskip("pytest_rerunfailures")
    result = run(pytester, "def test_it(zangsho):\n    lose(zangsho)\n", "--reruns", "2")
    outcomes = result.parseoutcomes()
    assert (outcomes["rerun"], outcomes["failed"]) == (2, 1)


@pytest.mark.parametrize(
    ("name", "past"), [("http_proxy", None), ("HTTP_PROXY", "intranet.example"), ("ALL_PROXY", "127.0.0.1")]
)
def test_a_company_proxy_is_bypassed(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, name: str, past: str | None
) -> None:
    for each in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    if past:
        monkeypatch.setenv("NO_PROXY", past)
    pytester.makeconftest(
        f"""
import os

def pytest_unconfigure():
    assert (os.environ.get("NO_PROXY"), os.environ.get("no_proxy")) == ({past!r}, None)
    print("restored")
"""
    )
    result = run(
        pytester,
        f"""
import os

def test_it(zangsho):
    assert send(zangsho) == 201
    assert "{past or "localhost"}" in os.environ["NO_PROXY"].split(",")
""",
        "-s",
    )
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["restored"])
