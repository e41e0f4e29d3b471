"""Vendor mutants: a suite that asserts a status notices little, one that asserts what is held notices nearly all."""

from __future__ import annotations

import pytest

SHOP = """
import pytest
import requests

CUSTOMER = {"email": "chen.meili@example.com", "name": "陳美麗"}

def send(zangsho, *customers, token=None):
    headers = {"Authorization": f"Bearer {token or zangsho.token}"}
    return requests.post(f"{zangsho.url}/v1/customers/batch", json={"customers": customers}, headers=headers, timeout=9)
"""
WEAK = """
def test_customers_are_taken(zangsho):
    assert send(zangsho, CUSTOMER).status_code == 200

def test_a_wrong_one_is_taken_note_of(zangsho):
    zangsho.expect_loss("zangsho.*")
    send(zangsho, {"email": "no address"})
"""
STRONG = """
def test_customers_are_held_and_counted(zangsho):
    answer = send(zangsho, CUSTOMER).json()
    assert answer["data"]["results"]["created"][0]["identifier"] == CUSTOMER["email"]
    assert answer["data"]["created"] == 1
    (held,) = zangsho.state["customers"]
    assert CUSTOMER.items() <= held.items()
"""
OPTIONS = ("-p", "no:randomly", "-p", "no:cacheprovider")


def score(pytester: pytest.Pytester, suite: str, *options: str) -> pytest.RunResult:
    pytester.makepyfile(test_shop=SHOP + suite)
    return pytester.runpytest_subprocess("--mockservers-mutate", *options, *OPTIONS, timeout=300)


@pytest.mark.thorough
def test_a_suite_that_asserts_statuses_misses_lost_documents_and_fields(pytester: pytest.Pytester) -> None:
    result = score(pytester, WEAK, "zangsho * [dfa]*")
    result.stdout.fnmatch_lines(
        [
            "*vendor mutants*",
            "killed 0 of 3 mutants (0 %)",
            "survived at zangsho importCustomers, not noticed by test_shop.py::test_customers_are_taken:",
            "  answers as before and does not store one of the customers*",
            "  answers as before and does not store customers.email*, customers.name*",
        ]
    )
    assert result.ret == 0


def test_a_suite_that_asserts_what_is_held_notices_them(pytester: pytest.Pytester) -> None:
    result = score(pytester, STRONG, "zangsho * [dfa]*")
    result.stdout.fnmatch_lines(["killed 3 of 3 mutants (100 %)"])


@pytest.mark.thorough
def test_a_mutated_reply_field_that_a_test_reads_is_noticed_and_the_others_are_named(pytester: pytest.Pytester) -> None:
    result = score(pytester, STRONG, "zangsho * reply-without /data*")
    result.stdout.fnmatch_lines(
        [
            "killed 4 of 10 mutants (40 %)",
            "  omits from its replies /data/failed, /data/results/failed, /data/results/skipped, /data/skipped,*",
        ]
    )


def test_the_run_fails_below_the_required_score(pytester: pytest.Pytester) -> None:
    result = score(pytester, WEAK, "zangsho * drops *", "--mockservers-mutate-fail-under=50")
    result.stdout.fnmatch_lines(["FAIL 0.0 % of the mutants were killed, less than 50 %."])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_a_pattern_that_matches_no_mutant_is_an_error(pytester: pytest.Pytester) -> None:
    result = score(pytester, WEAK, "zangsho.batch.most-itemz", "--mockservers-mutate-fail-under=0")
    result.stdout.fnmatch_lines(
        ["Not run: None of * stands for 'zangsho.batch.most-itemz'.*Fix: name one, or a pattern*"]
    )
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_a_suite_that_fails_is_not_run_on_mutants(pytester: pytest.Pytester) -> None:
    result = score(pytester, "def test_wrong(zangsho): assert False")
    result.stdout.fnmatch_lines(["Not run: the tests do not pass as it is. Fix: make them pass first."])
    result.stdout.no_fnmatch_line("killed *")


@pytest.mark.thorough
def test_facts_of_xdist_workers_are_collected(pytester: pytest.Pytester) -> None:
    result = score(pytester, STRONG, "zangsho * drops *", "-n", "2")
    result.stdout.fnmatch_lines(["killed 1 of 1 mutant (100 %)"])


@pytest.mark.thorough
def test_a_suite_that_times_out_counts_as_a_kill(pytester: pytest.Pytester) -> None:
    waiting = """
def test_waits(zangsho):
    send(zangsho, CUSTOMER)
    while not zangsho.state["customers"]:
        pass
"""
    pytester.makeconftest("import mockservers.testing.mutation.runs as p\np._STARTS = 4.0\n")
    result = score(pytester, waiting, "zangsho * drops *")
    result.stdout.fnmatch_lines(["killed 1 of 1 mutant (100 %)"])
