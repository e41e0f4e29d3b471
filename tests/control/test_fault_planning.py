"""Which calls a fault fires on, and which plans are invalid."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockservers.core.errors import UsageError
from mockservers.core.exchange.call import Request
from mockservers.core.faults.planned import FIRED_KEPT
from tests.asking import Asking

CALLS = ("listCustomers", "listOrders")
ASKED = Request("GET", "/v1/orders")


class Calling:
    """A tenant of Zangsho in process, and calls of it without items."""

    def __init__(self, *faults: dict[str, Any], seed: int = 0) -> None:
        self.asking = Asking("zangsho")
        self.faults = self.asking.tenant.faults
        self.faults.plan({"faults": list(faults), "seed": seed})

    def call(self, operation: str = "listCustomers") -> str:
        """The fault that the call met, or nothing."""
        before = len(self.faults.to_dict()["fired"])
        self.asking.ask(operation, headers={"Authorization": f"Bearer {self.asking.credentials['token']}"})
        fired = self.faults.to_dict()["fired"]
        return str(fired[-1]["fault"]) if len(fired) > before else ""

    def calls(self, many: int) -> list[str]:
        return [self.call() for _ in range(many)]


@pytest.mark.parametrize(
    ("fault", "fires"),
    [
        ({}, "xxxxxx"),
        ({"nth": 1}, "x....."),
        ({"nth": 3}, "..x..."),
        ({"count": 2}, "xx...."),
        ({"nth": 3, "count": 2}, "..xx.."),
        ({"nth": 5, "count": 9}, "....xx"),
        ({"rate": 1}, "xxxxxx"),
        ({"rate": 1, "nth": 4}, "...x.."),
        ({"operation": "listOrders"}, "......"),
        ({"operation": "listCustomers", "nth": 2}, ".x...."),
    ],
)
def test_which_of_six_calls_a_fault_fires_on(fault: dict[str, Any], fires: str) -> None:
    calling = Calling({"effect": "reset", **fault})
    assert "".join("x" if met else "." for met in calling.calls(6)) == fires


def test_faults_are_met_in_the_order_of_their_planning_one_a_call() -> None:
    calling = Calling(
        {"effect": "reset", "count": 1},
        {"effect": "hang-up", "count": 2},
        {"effect": "unavailable", "nth": 5},
        {"effect": "garbage", "nth": 1},
    )
    assert calling.calls(6) == ["reset", "hang-up", "hang-up", "", "unavailable", ""]
    assert [planned["fired"] for planned in calling.faults.to_dict()["planned"]] == [1, 2, 1, 0]
    assert {planned["matched"] for planned in calling.faults.to_dict()["planned"]} == {6}


def test_a_fault_that_is_added_leaves_the_counts_of_the_others() -> None:
    calling = Calling({"effect": "reset", "nth": 2})
    calling.call()
    calling.faults.add({"effect": "unavailable", "nth": 2})
    assert calling.calls(3) == ["reset", "unavailable", ""]


def test_what_has_fired_stays_listed_after_the_plan_is_cleared() -> None:
    calling = Calling({"effect": "reset"})
    calling.call()
    calling.faults.clear()
    assert calling.call() == ""
    assert calling.faults.to_dict() == {
        "planned": [],
        "fired": [{"exchange": 1, "fault": "reset", "at": "2026-01-15T03:00:00Z"}],
        "seed": 0,
    }


def test_unauthenticated_and_unmatched_calls_meet_no_fault() -> None:
    calling = Calling({"effect": "unavailable"})
    unauthenticated = calling.asking.ask("listCustomers", headers={"Authorization": "Bearer nobody-knows-it"})
    assert unauthenticated.reply.status == 401
    assert calling.faults.to_dict()["planned"][0]["matched"] == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], 'Give {"faults": [{"effect": "reset"}]}'),
        ({}, 'Give {"faults": [{"effect": "reset"}]}'),
        ({"faults": {}}, "faults is a list, not dict."),
        ({"faults": [], "seed": "x"}, "seed is a whole number, not 'x'."),
        ({"faults": ["reset"]}, "/faults/0: a fault is a JSON object, not str."),
        ({"faults": [{}]}, "/faults/0: There is no effect 'None'. Known: delay,"),
        ({"faults": [{"effect": "resett"}]}, "There is no effect 'resett'. Known: delay, drip, forbidden"),
        ({"faults": [{"effect": ["reset"]}]}, "There is no effect"),
        ({"faults": [{"effect": "reset", "nht": 1}]}, "the effect 'reset' takes no nht. It takes: count, delay,"),
        ({"faults": [{"effect": "delay"}]}, "the effect 'delay' needs delay. Give it."),
        ({"faults": [{"effect": "reply"}]}, "the effect 'reply' needs status. Give it."),
        ({"faults": [{"effect": "reset", "operation": "nope"}]}, "There is no operation of zangsho 'nope'. Known:"),
        ({"faults": [{"effect": "reset", "operation": ["listOrders"]}]}, "There is no operation of zangsho"),
        ({"faults": [{"effect": "reset", "nth": 0}]}, "nth is a whole number from 1 to 2147483647, not 0."),
        ({"faults": [{"effect": "reset", "nth": True}]}, "nth is a whole number from 1 to 2147483647, not True."),
        ({"faults": [{"effect": "reset", "nth": None}]}, "nth is a whole number from 1 to 2147483647, not None."),
        ({"faults": [{"effect": "reset", "count": 0}]}, "count is a whole number from 1 to 2147483647, not 0."),
        ({"faults": [{"effect": "reset", "rate": 0}]}, "rate is the share of calls that the fault fires on"),
        ({"faults": [{"effect": "reset", "rate": 1.1}]}, "above 0 and up to 1, not 1.1."),
        ({"faults": [{"effect": "reset", "rate": float("nan")}]}, "above 0 and up to 1, not nan."),
        ({"faults": [{"effect": "reset", "work": "yes"}]}, "work is true or false, not 'yes'."),
        ({"faults": [{"effect": "delay", "delay": "1s"}]}, "'1s' is not a duration. Give ISO 8601"),
        ({"faults": [{"effect": "delay", "delay": 1}]}, "1 is not a duration."),
        ({"faults": [{"effect": "delay", "delay": "PT61M"}]}, "an hour (PT1H) at most, not 'PT61M'."),
        ({"faults": [{"effect": "truncated", "bytes": -1}]}, "bytes is a whole number from 0 to 2147483647, not -1."),
        ({"faults": [{"effect": "drip", "bytes": 0}]}, "bytes is a whole number from 1 to 2147483647, not 0."),
        ({"faults": [{"effect": "reply", "status": 99}]}, "status is that of a final answer, 200 to 599, not 99."),
        ({"faults": [{"effect": "reply", "status": "503"}]}, "200 to 599, not '503'."),
        ({"faults": [{"effect": "reply", "status": 503, "headers": []}]}, "headers is a JSON object of names"),
        ({"faults": [{"effect": "reply", "status": 503, "headers": {"X": "a\nb"}}]}, "must be printable ASCII"),
        ({"faults": [{"effect": "reply", "status": 503, "headers": {"X Y": "a"}}]}, "is not a header name"),
        ({"faults": [{"effect": "unavailable", "values": 1}]}, "values is a JSON object of names and values, not 1."),
        ({"faults": [{"effect": "reset"}, {"effect": "reset", "nth": -1}]}, "/faults/1: nth is a whole number"),
    ],
)
def test_an_invalid_plan_is_refused_with_the_fix_and_the_old_plan_stays(given: Any, said: str) -> None:
    calling = Calling({"effect": "hang-up", "nth": 2})
    calling.call()
    before = calling.faults.to_dict()
    with pytest.raises(UsageError) as caught:
        calling.faults.plan(given)
    assert said in str(caught.value)
    assert calling.faults.to_dict() == before


@given(
    faults=st.lists(
        st.fixed_dictionaries(
            {"effect": st.sampled_from(["reset", "unavailable", "lost-response", "garbage-body"])},
            optional={
                "operation": st.sampled_from(CALLS),
                "nth": st.integers(1, 6),
                "count": st.integers(1, 4),
                "rate": st.floats(0.1, 1),
            },
        ),
        max_size=4,
    ),
    calls=st.lists(st.sampled_from(CALLS), max_size=12),
    seed=st.integers(),
)
@settings(max_examples=30)
def test_what_fired_adds_up_and_happens_again_with_the_same_seed(
    faults: list[dict[str, Any]], calls: list[str], seed: int
) -> None:
    runs = []
    for _ in range(2):
        calling = Calling(*faults, seed=seed)
        met = [calling.call(operation) for operation in calls]
        listed = calling.faults.to_dict()
        assert sum(planned["fired"] for planned in listed["planned"]) == len(listed["fired"]) == sum(map(bool, met))
        for planned in listed["planned"]:
            assert planned["fired"] <= planned["matched"]
            assert planned["fired"] <= planned.get("count", 1 if "nth" in planned else len(calls))
        runs.append((met, listed))
    assert runs[0] == runs[1]


def test_a_rate_is_about_the_share_of_calls_that_are_hit() -> None:
    rng = random.Random(7)
    fired = sum(map(bool, Calling({"effect": "reset", "rate": 0.25}, seed=7).calls(400)))
    assert 70 <= fired <= 130
    assert fired == sum(rng.random() < 0.25 for _ in range(400))


def test_planning_anew_draws_from_the_beginning() -> None:
    fault = {"effect": "reset", "rate": 0.5}
    calling = Calling(fault, seed=3)
    first = calling.calls(20)
    calling.faults.plan({"faults": [fault], "seed": 3})
    assert calling.calls(20) == first
    calling.faults.plan({"faults": [fault], "seed": 4})
    assert calling.calls(20) != first


def test_what_has_fired_is_kept_in_bounds() -> None:
    calling = Calling({"effect": "reset"})
    for _ in range(FIRED_KEPT + 5):
        calling.faults.take(calling.asking.mock.call("listOrders", {}, ASKED), calling.asking.tenant.clock.now())
    assert len(calling.faults.to_dict()["fired"]) == FIRED_KEPT
    assert calling.faults.to_dict()["planned"][0]["fired"] == FIRED_KEPT + 5
