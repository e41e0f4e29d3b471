"""`pytest --mockservers-coverage`: one report of a run, over its processes."""

from __future__ import annotations

import json

import pytest

TESTS = """
    import pytest, requests

    @pytest.mark.parametrize("count", [100, 101])
    def test_batch(zangsho, count):
        customers = [{"email": f"a{number}@example.com"} for number in range(count)]
        headers = {"Authorization": f"Bearer {zangsho.token}"}
        answer = requests.post(f"{zangsho.url}/v1/customers/batch", headers=headers, json={"customers": customers})
        assert answer.status_code == (200 if count == 100 else 422)
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_run_reports_exercised_and_unexercised_rules(pytester: pytest.Pytester, workers: str) -> None:
    pytester.makepyfile(TESTS)
    run = ["-p", "no:cacheprovider", "-n", workers]
    result = pytester.runpytest_subprocess(*run, "--mockservers-coverage=json:out/coverage.json")
    result.assert_outcomes(passed=2)
    (zangsho,) = json.loads((pytester.path / "out" / "coverage.json").read_text("utf-8"))["vendors"]
    (most,) = [about for about in zangsho["of"] if about["rule"] == "zangsho.batch.most-items"]
    assert (most["times"], most["longest"]) == (1, 101)


def test_too_little_coverage_fails_a_run_and_an_unknown_format_stops_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TESTS)
    run = ["-p", "no:cacheprovider"]
    result = pytester.runpytest_subprocess(*run, "--mockservers-coverage", "--mockservers-coverage-fail-under=90")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*Zangsho: never exercised*", "*  zangsho.batch.skip  *", "FAIL * less than 90 %."])
    assert pytester.runpytest_subprocess(*run, "--mockservers-coverage-fail-under=0.1").ret == pytest.ExitCode.OK
    assert pytester.runpytest_subprocess(*run, "--mockservers-coverage=xml").ret == pytest.ExitCode.USAGE_ERROR
    stopped = pytester.runpytest_subprocess(*run, "--mockservers-coverage=json:/proc/coverage.json")
    assert stopped.ret == pytest.ExitCode.USAGE_ERROR
    stopped.stderr.fnmatch_lines(["*/proc/coverage.json cannot be written: *Fix: *"])
